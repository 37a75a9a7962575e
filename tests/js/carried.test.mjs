import assert from "node:assert/strict";
import { test } from "node:test";

import { carried } from "../../assets/js/carried.js";

const scene = { stages: [3, 2, 1].map((count, i) => ({ address: `layer${i + 1}`, count })) };
const after = (states, command) => carried(states, scene, { address: "", before: "", ...command });

test("an opened block stays open where it has moved to", () => {
  const states = { "layer1.1": "ops", "layer1.2": "box", "layer2.0": "ops", stem: "ops" };
  assert.deepEqual(after(states, { do: "move", address: "layer1.1", before: "layer2.1" }), {
    "layer2.1": "ops", "layer1.1": "box", "layer2.0": "ops", stem: "ops",
  });
  assert.deepEqual(after({ "layer1.0": "ops" }, { do: "move", address: "layer1.0", before: "layer1.3" }), {
    "layer1.2": "ops",
  });
});

test("what comes in or goes shifts what is behind it, and nothing in front", () => {
  const states = { "layer1.0": "ops", "layer1.2": "ops" };
  const shifted = { "layer1.0": "ops", "layer1.3": "ops" };
  assert.deepEqual(after(states, { do: "duplicate", address: "layer1.1" }), shifted);
  assert.deepEqual(after(states, { do: "add_block", address: "layer1.0", before: "layer1.1" }), shifted);
  assert.deepEqual(after(states, { do: "remove", address: "layer1.0" }), { "layer1.1": "ops" });
});

test("stages take their folds and those of their blocks along", () => {
  const states = { layer1: "fold", "layer2.1": "ops", "layer2.0+": "blocks", layer3: "fold" };
  assert.deepEqual(after(states, { do: "move", address: "layer2", before: "layer1" }), {
    layer2: "fold", "layer1.1": "ops", "layer1.0+": "blocks", layer3: "fold",
  });
  assert.deepEqual(after(states, { do: "move", address: "layer1", before: "" }), {
    layer3: "fold", "layer1.1": "ops", "layer1.0+": "blocks", layer2: "fold",
  });
  assert.deepEqual(after(states, { do: "remove", address: "layer2" }), { layer1: "fold", layer2: "fold" });
  assert.deepEqual(after({ layer3: "fold" }, { do: "add_stage", before: "layer2" }), { layer4: "fold" });
});

test("a stage that loses its only block is gone, and those behind it move up", () => {
  const short = { stages: [1, 2].map((count, i) => ({ address: `layer${i + 1}`, count })) };
  const command = { do: "move", address: "layer1.0", before: "layer2.2" };
  assert.deepEqual(carried({ layer1: "fold", "layer2.0": "ops", "layer1.0": "ops" }, short, command), {
    "layer1.0": "ops", "layer1.2": "ops",
  });
});

test("a command that changes nothing leaves the folds as they are", () => {
  const states = { "layer1.1": "ops", layer2: "fold" };
  assert.deepEqual(after(states, { do: "move", address: "layer1.1", before: "layer1.1" }), states);
  assert.deepEqual(after(states, { do: "move", address: "layer2", before: "layer2" }), states);
});
