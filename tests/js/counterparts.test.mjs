// What corresponds in networks side by side.
import assert from "node:assert/strict";
import test from "node:test";

import { Counterparts } from "../../assets/js/counterparts.js";

// A: stem, layer1 of two blocks. B adds a block; its blocks have another second convolution.
const toB = {
  stages: [["layer1", "layer1", 1]],
  parts: [
    ["stem", "stem", 1, 0],
    ["head", "head", 0, 1],
    ["layer1.0", "layer1.0", 1, 2],
    ["layer1.1", "layer1.1", 0, 3],
    [null, "layer1.2", 2, -1],
  ],
  kinds: [
    [["conv1", "conv1", 0], ["maxpool", null, 3]],
    [["fc", "fc", 0]],
    [["conv1", "conv1", 0], ["conv2", "convs.0", 1], [null, "convs.1", 2]],
    [["conv1", "conv1", 0], ["conv2", "conv2", 0]],
  ],
};
// C has lost the second block, and its stage stands second.
const toC = {
  stages: [["layer1", "layer2", 1], [null, "layer1", 2]],
  parts: [
    ["stem", "stem", 0, 0],
    ["head", "head", 0, 1],
    [null, "layer1.0", 2, -1],
    ["layer1.0", "layer2.0", 0, 2],
    ["layer1.1", null, 3, -1],
  ],
  kinds: [[["conv1", "conv1", 0]], [["fc", "fc", 0]], [["conv1", "conv1", 0]]],
};
const three = new Counterparts([null, toB, toC]);

test("parts and ops have their partners", () => {
  assert.equal(three.partner("layer1", 0, 1), "layer1");
  assert.equal(three.partner("layer1.0.conv2", 0, 1), "layer1.0.convs.0");
  assert.equal(three.partner("layer1.0.convs.0", 1, 0), "layer1.0.conv2");
  assert.equal(three.partner("conv1", 0, 1), "conv1");
  assert.equal(three.partner("stem", 1, 0), "stem");
});

test("what was added or removed has none", () => {
  assert.equal(three.partner("layer1.2", 1, 0), null);
  assert.equal(three.partner("layer1.2.conv1", 1, 0), null);
  assert.equal(three.partner("maxpool", 0, 1), null);
  assert.equal(three.partner("layer1.1", 0, 2), null);
  assert.equal(three.partner(null, 0, 1), null);
});

test("two networks correspond through the baseline", () => {
  assert.equal(three.partner("layer1.0", 1, 2), "layer2.0");
  assert.equal(three.partner("layer2.0.conv1", 2, 1), "layer1.0.conv1");
  assert.equal(three.partner("layer1.0", 2, 1), null);
  assert.equal(three.partner("layer1.0", 2, 2), "layer1.0");
});

test("a status for each of the others, or against the baseline", () => {
  assert.deepEqual(three.statuses("layer1.1", 0), { 1: "same", 2: "removed" });
  assert.deepEqual(three.statuses("layer1.2", 1), { 1: "added" });
  assert.deepEqual(three.statuses("layer1.2.conv1", 1), { 1: "added" });
  assert.deepEqual(three.statuses("layer1.0.convs.1", 1), { 1: "added" });
  assert.deepEqual(three.statuses("nothing", 0), {});
});

test("one word for what is drawn as one", () => {
  assert.equal(three.status(["layer1.1"], 0), "removed");
  assert.equal(three.status(["layer1.0", "layer1.1"], 0), "changed");
  assert.equal(three.status(["layer1.2"], 1), "added");
  assert.equal(three.status(["head"], 1), "same");
  assert.equal(three.status(["layer1.0", "layer1.2"], 1), "changed");
});
