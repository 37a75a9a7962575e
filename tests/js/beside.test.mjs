// Names beside points.
import assert from "node:assert/strict";
import test from "node:test";

import { place } from "../../assets/js/beside.js";

const room = { left: 0, right: 600, top: 0, bottom: 300 };

test("a lone point has its name at its right, one at the edge at its left", () => {
  const [near, far] = place([{ x: 100, y: 100, label: "ResNet-50" }, { x: 580, y: 200, label: "Res2Net-50" }], room);
  assert.equal(near.anchor, "start");
  assert.ok(near.x > 100);
  assert.equal(far.anchor, "end");
});

test("names of points at one place stand apart", () => {
  const found = place(Array.from({ length: 4 }, () => ({ x: 300, y: 150, label: "ResNeXt-50" })), room);
  const spots = new Set(found.map(({ x, y, anchor }) => `${x} ${y} ${anchor}`));
  assert.equal(spots.size, 4);
  const boxes = found.map(({ x, y, anchor }) => {
    const width = "ResNeXt-50".length * 6.2;
    const left = { start: x, end: x - width, middle: x - width / 2 }[anchor];
    return { left, right: left + width, y };
  });
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      assert.ok(a.right <= b.left + 1 || b.right <= a.left + 1 || Math.abs(a.y - b.y) >= 12);
    }
  }
});

test("a point without a name has no place", () => {
  assert.deepEqual(place([{ x: 1, y: 1, label: "" }], room), [null]);
});
