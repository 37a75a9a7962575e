import assert from "node:assert/strict";
import { test } from "node:test";

import { hintOf, rowsOf } from "../../assets/js/rows.js";

const labels = { stem: "stem", shape: "Output", params: "Parameters", macs: "MACs" };
const box = [["a"], ["box"]];
const open = [["a"], ["frame"]];
const template = { words: "Basic", shape: "16 × 32²", params: 10, macs: 100, ops: [["conv1", "3×3", "16 × 32²", 9, 90]] };
const placed = (more) => ({
  s: 50, cell: [1, 0, 0, box], part: template, address: "layer1.0", prefix: "layer1.0.",
  values: [100, 90], numBlocks: 1, members: ["layer1.0"], ...more,
});
const stage = { address: "layer1", words: "Basic", count: 4, shape: "16 × 32²", params: 40, macs: 400, value: 400 };

test("a folded run is one row with the sums of its blocks", () => {
  const fold = placed({ numBlocks: 3, members: ["layer1.1", "layer1.2", "layer1.3"], address: "layer1.1" });
  const rows = rowsOf({ placed: [fold], panels: [{ stage, s: 10 }] }, labels);
  assert.deepEqual(rows.map(({ name, depth }) => [name, depth]), [["layer1", 0], ["layer1.1–3", 1]]);
  assert.equal(rows[1].params, 30);
});

test("an open block lists its ops", () => {
  const rows = rowsOf({ placed: [placed({ cell: [1, 0, 0, open] })], panels: [] }, labels);
  assert.deepEqual(rows.map(({ address, depth }) => [address, depth]), [["layer1.0", 1], ["layer1.0.conv1", 2]]);
});

test("a hint leaves out what is zero and adds what is measured", () => {
  const row = { shape: "1 × 1", params: 0, macs: 0, value: 427 };
  assert.deepEqual(hintOf(row, { title: "Receptive field", unit: "px" }, labels), [
    ["Output", "1 × 1"], ["Receptive field", "427 px"],
  ]);
});
