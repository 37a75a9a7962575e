import assert from "node:assert/strict";
import { test } from "node:test";

import {
  atEdge, commandOf, deedOf, dropCommand, gapsOf, nearestGap, subjectOf,
} from "../../assets/js/arrange.js";
import { compose } from "../../assets/js/compose.js";

const cell = (length) => [length, 72, 32, [["a"], ["box"]]];
const template = {
  words: "Basic", shape: "16 × 32²", ops: [], params: 1, macs: 1,
  box: cell(70), folds: [cell(75), cell(80)], open: cell(200), behind: cell(0),
};
const stage = (number, counts) => ({
  address: `layer${number}`, words: "Basic", count: counts.reduce((a, b) => a + b), shape: "", value: 1,
  fold: cell(80),
  runs: counts.map((count, i) => ({
    template: 0, count, first: counts.slice(0, i).reduce((a, b) => a + b, 0), values: [[1]],
  })),
});
const end = (address) => ({ address, ops: [], box: cell(54), open: cell(54), values: [[1]] });
const scene = {
  measure: null, templates: [template], stem: end("stem"), head: end("head"),
  stages: [stage(1, [3]), stage(2, [1, 4]), stage(3, [1])],
};
const draw = (states = {}, room = 1e6) => compose(scene, { level: "blocks", states, room, pad: 11, selected: null });
const before = (picture, address) => gapsOf(picture, scene, subjectOf(scene, address)).map((gap) => gap.before);

test("a subject is the stage or block that an address lies in", () => {
  assert.deepEqual(subjectOf(scene, "layer2.1.conv1"), { stage: 1, index: 1, address: "layer2.1" });
  assert.deepEqual(subjectOf(scene, "layer3"), { stage: 2, index: null, address: "layer3" });
  for (const unknown of ["stem", "layer9", "layer1.3", "layer1.x", "", null, undefined]) {
    assert.equal(subjectOf(scene, unknown), null);
  }
});

test("a block may land before every block and behind the last one of each stage", () => {
  assert.deepEqual(before(draw(), "layer2.1"), [
    "layer1.0", "layer1.1", "layer1.2", "layer1.3",
    "layer2.0", "layer2.1", "layer2.2", "layer2.3", "layer2.4", "layer2.5",
    "layer3.0", "layer3.1",
  ]);
});

test("beside a folded run and a folded stage there is room, inside there is none", () => {
  const picture = draw({ "layer2.1+": "fold", layer1: "fold" });
  assert.deepEqual(before(picture, "layer3.0"), [
    "layer1.0", "layer1.3", "layer2.0", "layer2.1", "layer2.5", "layer3.0", "layer3.1",
  ]);
});

test("an opened run keeps its room at both sides, whichever of its blocks is shown", () => {
  const picture = compose(scene, {
    level: "blocks", states: { "layer2.1+": "ops" }, room: 1e6, pad: 11, selected: "layer2.3",
  });
  assert.deepEqual(before(picture, "layer3.0").slice(4, 7), ["layer2.0", "layer2.1", "layer2.5"]);
});

test("gaps lie in order along the line, stages' between their panels", () => {
  const picture = draw();
  for (const address of ["layer1", "layer2.2"]) {
    const places = gapsOf(picture, scene, subjectOf(scene, address)).map(({ s }) => s);
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
  }
  const gaps = gapsOf(picture, scene, subjectOf(scene, "layer1"));
  assert.deepEqual(gaps.map((gap) => gap.before), ["layer1", "layer2", "layer3", ""]);
  picture.panels.forEach(({ s, length }, i) => {
    assert.ok(gaps[i].s < s);
    assert.ok(gaps[i + 1].s > s + length);
  });
});

test("a drop lands in the nearest gap, and nothing moves where it stood", () => {
  const picture = draw();
  const subject = subjectOf(scene, "layer2.1");
  const gaps = gapsOf(picture, scene, subject);
  const place = (address) => gaps.find((gap) => gap.before === address).s;
  const drop = (s) => dropCommand(subject, nearestGap(gaps, s));
  assert.deepEqual(drop(place("layer1.2") + 20), { do: "move", address: "layer2.1", before: "layer1.2" });
  assert.deepEqual(drop(1e5), { do: "move", address: "layer2.1", before: "layer3.1" });
  assert.equal(drop(place("layer2.1")), null);
  assert.equal(drop(place("layer2.2")), null);
  assert.equal(dropCommand(subject, null), null);
  assert.equal(nearestGap([], 0), null);
});

test("keys ask for deeds along the line, whichever way it runs", () => {
  const key = (name, held = {}) => deedOf({
    key: name, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...held,
  }, held.isVertical ?? false);
  assert.equal(key("ArrowLeft", { altKey: true }), "back");
  assert.equal(key("ArrowRight", { altKey: true }), "on");
  assert.equal(key("ArrowDown", { altKey: true, isVertical: true }), "on");
  assert.equal(key("ArrowUp", { altKey: true }), null);
  assert.equal(key("d", { ctrlKey: true }), "duplicate");
  assert.equal(key("D", { metaKey: true }), "duplicate");
  assert.equal(key("Delete"), "remove");
  assert.equal(key("Insert"), "add");
  assert.equal(key("+", { shiftKey: true }), "add");
  for (const name of ["ArrowLeft", "d", "Enter", "Escape", "Backspace"]) assert.equal(key(name), null);
  assert.equal(key("Delete", { ctrlKey: true }), null);
});

test("deeds become commands; a block moves from stage to stage at the ends", () => {
  const command = (address, deed) => commandOf(scene, subjectOf(scene, address), deed);
  const move = (address, place) => ({ do: "move", address, before: place });
  assert.deepEqual(command("layer1.1", "on"), move("layer1.1", "layer1.3"));
  assert.deepEqual(command("layer1.1", "back"), move("layer1.1", "layer1.0"));
  assert.deepEqual(command("layer1.2", "on"), move("layer1.2", "layer2.0"));
  assert.deepEqual(command("layer2.0", "back"), move("layer2.0", "layer1.3"));
  assert.equal(command("layer1.0", "back"), null);
  assert.equal(command("layer3.0", "on"), null);
  assert.deepEqual(command("layer1", "on"), move("layer1", "layer3"));
  assert.deepEqual(command("layer2", "on"), move("layer2", ""));
  assert.deepEqual(command("layer2", "back"), move("layer2", "layer1"));
  assert.equal(command("layer3", "on"), null);
  assert.deepEqual(command("layer2", "add"), { do: "add_stage", address: "layer2", before: "layer3" });
  assert.deepEqual(command("layer3", "add"), { do: "add_stage", address: "layer3", before: "" });
  assert.deepEqual(command("layer2.4", "add"), { do: "add_block", address: "layer2.4", before: "layer2.5" });
  assert.deepEqual(command("layer1", "remove"), { do: "remove", address: "layer1", before: "" });
  assert.equal(commandOf(scene, null, "remove"), null);
});

test("the only stage and the only block of a network stay", () => {
  const single = { ...scene, stages: [stage(1, [2])] };
  const only = { ...scene, stages: [stage(1, [1])] };
  assert.equal(commandOf(single, subjectOf(single, "layer1"), "remove"), null);
  assert.notEqual(commandOf(single, subjectOf(single, "layer1.1"), "remove"), null);
  assert.equal(commandOf(only, subjectOf(only, "layer1.0"), "remove"), null);
});

test("out of a folded run the block at its edge moves", () => {
  const picture = draw({ "layer2.1+": "fold" });
  const edge = (address, deed, shown = picture) => atEdge(scene, shown, subjectOf(scene, address), deed)?.address;
  assert.equal(edge("layer2.2", "on"), "layer2.4");
  assert.equal(edge("layer2.2", "back"), "layer2.1");
  assert.equal(edge("layer2.2", "remove"), "layer2.2");
  assert.equal(edge("layer2.2", "on", draw()), "layer2.2");
  assert.equal(edge("layer2", "on"), "layer2");
  assert.equal(edge("stem", "on"), undefined);
});
