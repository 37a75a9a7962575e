import assert from "node:assert/strict";
import { test } from "node:test";

import { MIN_BUNDLE, ease, lengthOf, runsThrough, sortRows, stackBundles } from "../../assets/js/bundles.js";
import { bundleOf, columnsOf, stackOf } from "../../assets/js/unravel_draw.js";
import {
  pathFrom, percent, ribbonWords, sentenceOf, tableHtml, throughOf,
} from "../../assets/js/unravel_words.js";

const COUNTS = [1, 9, 36, 84, 126, 126, 84, 36, 9, 1];
const bundles = COUNTS.map((count) => ({ weight: count / 512, rows: Array.from({ length: count }) }));

test("bundles are proportional, but never thinner than their least", () => {
  const places = stackBundles(bundles, 412, 7);
  assert.ok(places.every(({ height }) => height >= MIN_BUNDLE));
  assert.ok(Math.abs(places[4].height / places[3].height - 126 / 84) < 1e-6);
  const { top, height } = places.at(-1);
  assert.ok(Math.abs(top + height - 412) < 1);
});

test("bundles never overlap", () => {
  const places = stackBundles(bundles, 412, 7);
  for (let i = 1; i < places.length; i += 1) {
    assert.ok(places[i].top >= places[i - 1].top + places[i - 1].height);
  }
});

test("few rows do not become thick bars", () => {
  const few = [1, 2, 1].map((count) => ({ weight: count / 4, rows: Array.from({ length: count }) }));
  assert.ok(stackBundles(few, 412, 7).every(({ height }) => height <= 28));
});

test("rows that hold the chosen unit come first", () => {
  assert.deepEqual(sortRows([0b011, 0b101, 0b110], 0b100), { rows: [0b101, 0b110, 0b011], numDark: 2 });
  assert.equal(sortRows([1, 2], 0).numDark, 2);
});

test("neighbouring rows through a unit are one run", () => {
  assert.deepEqual(runsThrough([1, 1, 0, 1], 0, 0, 4), [[0, 2], [3, 4]]);
  assert.deepEqual(runsThrough([1, 1, 0, 1], 0, 1, 3), [[1, 2]]);
  assert.deepEqual(runsThrough([0, 0], 0, 0, 2), []);
});

test("length is the number of blocks gone through", () => {
  assert.equal(lengthOf(0), 0);
  assert.equal(lengthOf(0b101101), 4);
});

test("motion begins and ends at rest", () => {
  assert.equal(ease(0), 0);
  assert.equal(ease(1), 1);
  assert.ok(ease(0.1) < 0.1 && ease(0.9) > 0.9);
});

test("a bundle with rows is drawn dark and pale, one without as a ribbon", () => {
  const place = columnsOf(640, 2);
  const withRows = bundleOf({ rows: [0b01, 0b10], share: 0.5 }, place, 0);
  assert.equal(withRows.numDark, 1);
  assert.match(withRows.elements, /ghost/);
  const ribbon = bundleOf({ rows: null, share: 0.5 }, place, -1);
  assert.match(ribbon.elements, /opacity="0.540"/);
});

test("a path is told in words", () => {
  const units = ["1.0", "1.1", "2.0"].map((label) => ({ label }));
  const labels = { followed: "{k}: {through}; {past}", followed_all: "all {k}", followed_none: "none {k}" };
  assert.equal(sentenceOf(0b101, units, labels), "2: 1.0, 2.0; 1");
  assert.equal(sentenceOf(0b111, units, labels), "all 3");
  assert.equal(sentenceOf(0, units, labels), "none 0");
  assert.equal(sentenceOf(0, units, labels, 4), "none 4");
});

test("a ribbon splits into its paths through a block and past it", () => {
  const place = columnsOf(640, 3);
  const { elements } = bundleOf({ rows: null, share: 0.25, given: [0.5, 0] }, place, 1);
  const cells = [...elements.matchAll(/<rect class="(through|ghost)" [^>]*y="([\d.]+)" height="([\d.]+)"[^>]*opacity="([\d.]+)"/g)]
    .map(([, tone, y, height, opacity]) => [tone, Number(y), Number(height), Number(opacity)]);
  assert.deepEqual(cells, [
    ["through", 0, 0.25, 0.54], ["through", 0, 0.25, 1], ["through", 0, 0.25, 0.54],
    ["ghost", 0.25, 0.75, 0], ["ghost", 0.25, 0.75, 0], ["ghost", 0.25, 0.75, 0],
  ]);
});

test("the stack shows which blocks a path goes through, and how many paths of a ribbon", () => {
  const units = ["1.0", "1.1"].map((label) => ({ label, address: `layer${label}`, tag: "" }));
  const place = columnsOf(640, 2);
  const lit = stackOf(units, place, -1, { stack: "stack" }, (i) => (i ? "off" : "on"));
  assert.match(lit, /class="item on"[^>]*data-unit="0"/);
  assert.match(lit, /class="item off"[^>]*data-unit="1"/);
  assert.match(stackOf(units, place, 1, { stack: "" }, () => 0.5), /fill-opacity="0.540"/);
  assert.match(stackOf(units, place, 1, { stack: "" }), /item selected/);
});

test("what is chosen is told in words", () => {
  const labels = {
    through: "{part} of {all}: {block}", through_each: "each of {block}", ribbon: "{length} {count} {all} {weight} {share}",
  };
  const few = { bundles: [{ rows: [0] }, { rows: [1] }], total: "2" };
  assert.equal(throughOf({ label: "1.0", count: 1 }, few, labels), "1 of 2: 1.0");
  const many = { bundles: [{ rows: null }], total: "2 k", half: "1 k" };
  assert.equal(throughOf({ label: "1.0", count: 1 }, many, labels), "1 k of 2 k: 1.0");
  assert.equal(throughOf({ label: "1.0–4", count: 5 }, many, labels), "each of 1.0–4");
  const ribbon = { label: "3–5", count: "40", weight: 0.125, share: 1e-7 };
  assert.equal(ribbonWords(ribbon, "320", labels), "3–5 40 320 12.5 % 1.0e-5 %");
  assert.equal(percent(0), "0 %");
});

test("a link names the blocks of a path", () => {
  const units = ["1.0", "1.1", "2.0"].map((label) => ({ label }));
  assert.equal(pathFrom(["2.0", "1.0", "9.9"], units), 0b101);
  assert.equal(pathFrom([], units), 0);
  assert.equal(pathFrom(null, units), null);
});

test("the table has exact counts", () => {
  const html = tableHtml([{ label: "0", full: "1234567", weight: 1 }], { length: "L", num_paths: "P", share: "S" });
  assert.match(html, /<td>1,234,567<\/td><td>100 %<\/td>/);
});

test("a narrow view leaves room for the ranges and powers of ribbons", () => {
  assert.equal(columnsOf(340, 9).left, 30);
  assert.ok(columnsOf(340, 9, false).left >= 50);
  assert.equal(columnsOf(640, 9, false).left, columnsOf(640, 9).left);
});
