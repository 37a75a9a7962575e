import assert from "node:assert/strict";
import test from "node:test";

import { logExtent, smoothed } from "../../assets/js/curves.js";
import { sayings } from "../../assets/js/live.js";
import { stagesOf } from "../../assets/js/live_gradients.js";
import { byVariant, groupsOf, labelOf, listOf, ordered, stateOf } from "../../assets/js/queue_rows.js";

const job = (more = {}) => ({
  id: "a", title: "ResNet-20", mine: true, state: "running", lost: false, want: null, progress: 0.5, text: "Epoch 2, 9 s left",
  reason: "", attempt: 1, priority: 0, position: null, starts: "", batch: "", last: null, best: null, data: "digits",
  epochs: 5, seed: 0, group: "", variant: {}, ...more,
});
const labels = {
  caption: "Trainings", paused: "paused", show: "Draw {name}", showHint: "", counted: "{n} {state}", trainings: "{n} trainings · {data}",
  epochs: "{n} epochs", seed: "seed {n}", attempt: "attempt {n}", others: "somebody else's", best: "best", dots: "last {last}, best {best}",
  starting: "starting", lost: "no answer", position: "number {n} in line", stopping: "stopping", more: "More for {name}",
  states: { queued: "waiting", running: "running", paused: "paused", done: "done", failed: "failed", cancelled: "stopped" },
  wanted: { cancel: "stopping", pause: "pausing", yield: "makes room" }, asked: { stop: "stopping" }, open: "Open", stopAll: "Stop all",
  stop: "Stop", pause: "Pause", resume: "Resume", retry: "Try again", anew: "Anew", clone: "Clone", details: "Details", up: "Move up",
  first: "Put first", usual: "Usual", delete: "Delete",
};
const look = (more = {}) => ({
  labels, batch: "", shown: [], ticks: false, hasCurves: true, isClass: false, isTeacher: false, menu: "", asked: new Map(), paused: false,
  fields: {}, ...more,
});
const deeds = (html) => [...html.matchAll(/data-do="(\w+)"/g)].map((found) => found[1]);

test("what runs comes first, then what waits in its order, then what has ended", () => {
  const jobs = [
    job({ id: "done", state: "done" }), job({ id: "second", state: "queued", position: 2 }), job({ id: "never", state: "queued" }),
    job({ id: "first", state: "queued", position: 1 }), job({ id: "runs" }), job({ id: "rests", state: "paused" }),
  ];
  assert.deepEqual(ordered(jobs).map(({ id }) => id), ["runs", "first", "second", "never", "rests", "done"]);
});

test("where a job stands is said in words", () => {
  const said = (more, way = {}) => stateOf(job(more), look(way));
  assert.equal(said({}), "running · Epoch 2, 9 s left");
  assert.equal(said({ text: "" }), "starting");
  assert.equal(said({ lost: true }), "no answer");
  assert.equal(said({ want: "pause", lost: true }), "pausing");
  assert.equal(said({ state: "queued", position: 3, starts: "starts in about 2 min" }), "number 3 in line · starts in about 2 min");
  assert.equal(said({ state: "queued", starts: "no worker is there" }), "waiting · no worker is there");
  assert.equal(said({ state: "failed", reason: "Out of memory." }), "failed · Out of memory.");
  assert.equal(said({ state: "done", reason: "Ended early." }), "done");
  assert.equal(said({}, { asked: new Map([["a", "stop"]]) }), "stopping");
});

test("only what a person may do and what makes sense is offered", () => {
  const offered = (more, way) => deeds(listOf([job(more)], look(way)));
  assert.deepEqual(offered({}), ["stop", "pause", "clone"]);
  assert.deepEqual(offered({ mine: false }), ["clone"]);
  assert.deepEqual(offered({ mine: false }, { isTeacher: true }), ["stop", "pause", "clone"]);
  assert.deepEqual(offered({ state: "queued" }), ["stop", "up", "clone"]);
  assert.deepEqual(offered({ state: "queued" }, { isTeacher: true, isClass: true }), ["stop", "up", "first", "clone"]);
  assert.deepEqual(offered({ state: "queued", priority: 1 }, { isTeacher: true, isClass: true }), ["stop", "up", "usual", "clone"]);
  assert.deepEqual(offered({ state: "paused" }), ["resume", "stop", "clone"]);
  assert.deepEqual(offered({ state: "failed" }), ["retry", "anew", "clone", "delete"]);
  assert.deepEqual(offered({ state: "done", last: 0.9 }), ["details", "clone", "delete"]);
  assert.deepEqual(offered({}, { hasCurves: false }), ["stop"]);
});

test("a submission is one row that says how its trainings stand", () => {
  const jobs = [
    job({ id: "a", batch: "x", group: "The sweep", state: "done", best: 0.9 }), job({ id: "b", batch: "x", group: "The sweep", best: 0.8 }),
    job({ id: "c" }),
  ];
  assert.equal(groupsOf(jobs).length, 2);
  const html = listOf(jobs, look());
  assert.match(html, /The sweep.*2 trainings · digits.*1 running · 1 done.*90\.0 %/s);
  assert.deepEqual(deeds(html), ["sweep", "stop_all", "stop", "pause", "clone"]);
});

test("the trainings of a sweep stand in the order of their values, the best is marked", () => {
  const jobs = [0.1, 0.03, 0.01].map((lr, i) => job({ id: `${i}`, batch: "x", state: "done", best: [0.8, 0.9, 0.7][i], last: 0.7, variant: { "recipe.lr": lr } }));
  assert.deepEqual([...jobs].sort(byVariant).map(({ variant }) => variant["recipe.lr"]), [0.01, 0.03, 0.1]);
  const html = listOf(jobs, look({ batch: "x", fields: { "recipe.lr": "Learning rate" } }));
  assert.equal(html.match(/class="lead"/g).length, 1);
  assert.match(html, /class="lead".*?Learning rate 0\.03/s);
  assert.equal(labelOf(job({ variant: { "spec.stages.*.block.scale": 4 } })), "scale 4");
});

test("what people typed cannot become markup", () => {
  const html = listOf([job({ title: "<img src=x>", text: "<b>", mine: false, data: "<i>" })], look());
  assert.doesNotMatch(html, /<img|<b>&|<i>d/);
});

test("a long list scrolls by itself", () => {
  const jobs = (count) => [...Array(count)].map((_, i) => job({ id: `${i}` }));
  assert.doesNotMatch(listOf(jobs(8), look()), /jobs long/);
  assert.match(listOf(jobs(9), look()), /jobs long/);
});

test("a list without choices keeps no room for them", () => {
  assert.match(listOf([job()], look()), /class="jobs plain"/);
  assert.doesNotMatch(listOf([job()], look({ ticks: true })), /plain/);
});

test("the open menu stays open when the list is drawn again", () => {
  assert.match(listOf([job()], look({ menu: "a" })), /<details data-menu="a" open>/);
  assert.doesNotMatch(listOf([job()], look()), / open>/);
});

test("one training with a value is no best of a sweep", () => {
  const jobs = (bests) => bests.map((best, i) => job({ id: `${i}`, batch: "x", best, variant: { seed: i } }));
  assert.doesNotMatch(listOf(jobs([0.5, null]), look({ batch: "x" })), /class="lead"/);
  assert.match(listOf(jobs([0.5, 0.4]), look({ batch: "x" })), /class="lead"/);
});

test("values at a place are said with five digits, and where another line's next point lies", () => {
  const lines = [[{ name: "A" }, [8, 2.271849]], [{ name: "B" }, [7.5, 12345.4]]];
  assert.deepEqual(sayings({ x: "epoch" }, lines), ["epoch 8", "A: 2.2718", "B: 12,345 · epoch 7.5"]);
  assert.deepEqual(sayings({ x: "epoch", percent: true }, [[{ name: "A" }, [8, 0.43217]]]), ["epoch 8", "A: 43.22 %"]);
});

test("smoothing keeps a constant, ends near what came last, and can be off", () => {
  const flat = [[0, 2], [1, 2], [2, 2]];
  for (const [, y] of smoothed(flat, 0.9)) assert.ok(Math.abs(y - 2) < 1e-12);
  assert.equal(smoothed(flat, 0), flat);
  const jump = smoothed([...Array(50)].map((_, i) => [i, i < 25 ? 0 : 1]), 0.5);
  assert.equal(jump[24][1], 0);
  assert.ok(jump[25][1] > 0.4 && jump[49][1] > 0.999);
});

test("a logarithmic axis spans the positive values", () => {
  assert.deepEqual(logExtent([0, -1, NaN]), null);
  const [low, high] = logExtent([0, 0.01, 10]);
  assert.ok(low < 0.01 && high > 10);
});

test("stages of the gradient stand as in the network", () => {
  const data = { gradient_norm_head: 1, gradient_norm_layer10: 1, gradient_norm_layer2: 1, gradient_norm_stem: 1, loss: 1 };
  assert.deepEqual(stagesOf([{ data }]), ["stem", "layer2", "layer10", "head"]);
});
