import assert from "node:assert/strict";
import { test } from "node:test";

import { behind, dropOn, isOwn, landing, linesOf, neighbour } from "../../assets/js/stage_lines.js";

const row = (address, depth, more = {}) => ({
  address,
  values: { kind: "basic", depth, width: 16, stride: 1, se: 0 },
  figures: ["16 × 32²", "10 k"],
  own: {},
  runs: [[depth, "16 × 32²", "1 k"]],
  ...more,
});
const rows = [row("layer1", 3), row("layer2", 2), row("layer3", 1)];
const shown = (lines) => lines.map(({ address, count }) => (count > 1 ? [address, count] : address));
const line = (address) => linesOf(rows, new Set(["layer1", "layer2", "layer3"]))
  .find((found) => found.address === address);

test("a closed stage is one line, an open one has a line for each block", () => {
  assert.deepEqual(shown(linesOf(rows, new Set())), ["layer1", "layer2", "layer3"]);
  assert.deepEqual(shown(linesOf(rows, new Set(["layer2"]))), ["layer1", "layer2", "layer2.0", "layer2.1", "layer3"]);
});

test("equal blocks of a long stage are one line until they are unfolded", () => {
  const long = [row("layer1", 18, { runs: [[1, "a", "1 k"], [16, "a", "2 k"], [1, "a", "2 k"]] })];
  assert.deepEqual(
    shown(linesOf(long, new Set(["layer1"]))),
    ["layer1", "layer1.0", ["layer1.1", 16], "layer1.17"],
  );
  assert.equal(linesOf(long, new Set(["layer1", "layer1.1+"])).length, 19);
});

test("a block says what is not as in its stage", () => {
  const own = { 1: { kind: "basic", se: 16, width: 24 } };
  const [, first, second] = linesOf([row("layer1", 2, { own })], new Set(["layer1"]));
  assert.equal(isOwn(first, "se"), false);
  assert.equal(first.values.width, 16);
  assert.ok(isOwn(second, "se") && isOwn(second, "width"));
  assert.equal(isOwn(second, "kind"), false);
  const [, other] = linesOf([row("layer1", 1, { own: { 0: { kind: "plain" } } })], new Set(["layer1"]));
  assert.deepEqual(other.values, { kind: "plain", width: 16 });
});

test("stages go up and down as far as there are others", () => {
  assert.equal(neighbour(rows, "layer1", -1), null);
  assert.equal(neighbour(rows, "layer2", -1), "layer1");
  assert.equal(neighbour(rows, "layer1", 1), "layer3");
  assert.equal(neighbour(rows, "layer2", 1), "");
  assert.equal(neighbour(rows, "layer3", 1), null);
});

test("blocks go from stage to stage", () => {
  assert.equal(neighbour(rows, "layer1.1", -1), "layer1.0");
  assert.equal(neighbour(rows, "layer1.1", 1), "layer1.3");
  assert.equal(neighbour(rows, "layer1.2", 1), "layer2.0");
  assert.equal(neighbour(rows, "layer2.0", -1), "layer1.3");
  assert.equal(neighbour(rows, "layer1.0", -1), null);
  assert.equal(neighbour(rows, "layer3.0", 1), null);
});

test("what was moved is found again", () => {
  assert.equal(landing(rows, "layer1", ""), "layer3");
  assert.equal(landing(rows, "layer3", "layer1"), "layer1");
  assert.equal(landing(rows, "layer1.0", "layer1.3"), "layer1.2");
  assert.equal(landing(rows, "layer1.2", "layer2.0"), "layer2.0");
  // A stage that loses its only block is gone.
  assert.equal(landing([row("layer1", 1), row("layer2", 2)], "layer1.0", "layer2.1"), "layer1.1");
});

test("a stage is dropped between stages, not where it is", () => {
  assert.deepEqual(dropOn(rows, "layer3", line("layer1"), false), { before: "layer1", edge: "above" });
  assert.deepEqual(dropOn(rows, "layer1", line("layer3"), true), { before: "", edge: "below" });
  assert.equal(dropOn(rows, "layer1", line("layer1"), true), null);
  assert.equal(dropOn(rows, "layer1", line("layer2"), false), null);
  assert.equal(dropOn(rows, "layer1", line("layer2.0"), false), null);
});

test("a block is dropped between blocks, or into another stage", () => {
  assert.deepEqual(dropOn(rows, "layer1.0", line("layer2.1"), true), { before: "layer2.2", edge: "below" });
  assert.deepEqual(dropOn(rows, "layer1.0", line("layer2"), true), { before: "layer2.2", edge: "into" });
  assert.equal(dropOn(rows, "layer1.0", line("layer1"), true), null);
  assert.equal(dropOn(rows, "layer1.0", line("layer1.1"), false), null);
});

test("something new is put directly behind a line", () => {
  assert.equal(behind(rows, line("layer1")), "layer2");
  assert.equal(behind(rows, line("layer3")), "");
  assert.equal(behind(rows, line("layer2.1")), "layer2.2");
});
