import assert from "node:assert/strict";
import { test } from "node:test";

import { MIN_BUNDLE, ease, lengthOf, runsThrough, sortRows, stackBundles } from "../../assets/js/bundles.js";
import { bundleOf, columnsOf, sentenceOf } from "../../assets/js/unravel_draw.js";

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
  const withRows = bundleOf({ rows: [0b01, 0b10], share: 0.5 }, place, 0b01);
  assert.equal(withRows.numDark, 1);
  assert.match(withRows.elements, /ghost/);
  const ribbon = bundleOf({ rows: null, share: 0.5 }, place, 0);
  assert.match(ribbon.elements, /opacity="0.540"/);
});

test("a path is told in words", () => {
  const units = ["1.0", "1.1", "2.0"].map((label) => ({ label }));
  const labels = { followed: "{k}: {through}; {past}", followed_all: "all {k}", followed_none: "none" };
  assert.equal(sentenceOf(0b101, units, labels), "2: 1.0, 2.0; 1");
  assert.equal(sentenceOf(0b111, units, labels), "all 3");
  assert.equal(sentenceOf(0, units, labels), "none");
});
