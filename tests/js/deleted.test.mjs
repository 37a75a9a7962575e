/** Blocks that a lesion has taken out, as they are drawn. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { drawnCell } from "../../assets/js/draw.js";

const box = [-1, 10, -28, 40, 56, "#", "", 1, "box"];
const wire = [[50, 0, 60, 0], "wire", 0, "wire"];
const part = { words: "Basic", shape: "16 × 32²" };
const scene = { measure: null };

const placed = (address, numBlocks = 1) => ({
  s: 0, cell: [73, 72, 32, [wire, box]], part, address, prefix: `${address}.`, values: [null],
  label: "1", numBlocks, target: address, members: [address],
});

const look = (...deleted) => ({
  labels: { deleted: "deleted" }, colours: [], inks: [], isVertical: false,
  deleted: new Set(deleted),
});

test("a deleted block is an empty box with a cross that can still be clicked", () => {
  const drawn = drawnCell(scene, placed("layer1.1"), look("layer1.1"));
  assert.match(drawn, /class="cell deleted"/);
  assert.match(drawn, /class="gone"/);
  assert.match(drawn, /class="crossed"/);
  assert.match(drawn, /data-address="layer1\.1" aria-label="layer1\.1, Basic, 16 × 32², deleted"/);
});

test("the others stay as they are", () => {
  const drawn = drawnCell(scene, placed("layer1.1"), look("layer1.10", "layer2.1"));
  assert.equal(drawn, drawnCell(scene, placed("layer1.1"), { ...look(), deleted: undefined }));
  assert.doesNotMatch(drawn, /deleted|gone/);
});

test("a fold of several blocks is not drawn as deleted", () => {
  const drawn = drawnCell(scene, placed("layer1.1", 3), look("layer1.1"));
  assert.doesNotMatch(drawn, /deleted|gone/);
});
