// Pictures that look at the same place.
import assert from "node:assert/strict";
import test from "node:test";

import { anchorsOf, carry, followed } from "../../assets/js/follow.js";

const cell = (s, length, ...members) => ({ s, cell: [length, 0, 0, []], members });
const picture = (placed, panels, length) => ({ placed, panels, length });
const panel = (address, s, length) => ({ stage: { address }, s, length });

const short = picture(
  [cell(0, 40, "stem"), cell(60, 40, "layer1.0"), cell(100, 40, "layer1.1"), cell(160, 40, "head")],
  [panel("layer1", 50, 100)], 200,
);
const long = picture(
  [cell(0, 40, "stem"), cell(60, 40, "layer1.0"), cell(100, 40, "layer1.1"), cell(140, 80, "layer1.2"), cell(240, 40, "head")],
  [panel("layer1", 50, 180)], 280,
);
const own = (address) => (address === "layer1.2" ? null : address);

test("places that belong together rise in both", () => {
  const found = anchorsOf(short, long, own);
  for (let i = 1; i < found.length; i += 1) {
    assert.ok(found[i][0] > found[i - 1][0]);
    assert.ok(found[i][1] > found[i - 1][1]);
  }
  assert.deepEqual(found[0], [0, 0]);
  assert.deepEqual(found.at(-1), [200, 280]);
});

test("the middle of a block is carried to the middle of its partner", () => {
  const there = anchorsOf(short, long, own);
  const back = anchorsOf(long, short, own);
  assert.equal(carry(there, 120), 120);
  assert.equal(carry(there, 180), 260);
  assert.equal(carry(back, 260), 180);
  assert.equal(carry(back, carry(there, 75)), 75);
});

test("beyond the ends both run on alike", () => {
  const there = anchorsOf(short, long, own);
  assert.equal(carry(there, -10), -10);
  assert.equal(carry(there, 250), 330);
});

test("a folded stage is found by its panel", () => {
  const folded = picture([cell(0, 40, "stem"), cell(60, 60, "layer1"), cell(140, 40, "head")], [panel("layer1", 50, 80)], 180);
  const there = anchorsOf(folded, long, own);
  assert.equal(carry(there, 50), 50);
  assert.equal(carry(there, 130), 230);
});

test("a follower is as near, and has the same in its middle", () => {
  const there = anchorsOf(short, long, own);
  const lead = { k: 2, x: 300 - 2 * 180, y: 7 };
  const found = followed(lead, 600, there);
  assert.deepEqual([found.k, found.y], [2, 7]);
  assert.equal((300 - found.x) / found.k, 260);
});

test("networks that share nothing but their ends still follow", () => {
  const found = anchorsOf(short, long, () => null);
  assert.deepEqual(found, [[0, 0], [200, 280]]);
  assert.equal(carry(found, 100), 140);
});
