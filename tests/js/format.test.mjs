import assert from "node:assert/strict";
import { test } from "node:test";

import { sample, share } from "../../assets/js/colour.js";
import { rounded } from "../../assets/js/draw.js";
import { change, count, escape, fill, milliseconds, onAxis, quantity, written } from "../../assets/js/format.js";
import { parseColour } from "../../assets/js/theme.js";

test("figures are written as Python writes them", () => {
  assert.equal(quantity(4255166464, "MAC"), "4.255 G MAC");
  assert.equal(quantity(224200000, "MAC"), "224.2 M MAC");
  assert.equal(quantity(640), "640");
  assert.equal(quantity(2048, "B"), "2.048 kB");
  assert.equal(quantity(0.12345), "0.1235");
  assert.equal(count(25699120), "25,699,120");
});

test("labels fill their places", () => {
  assert.equal(fill("{split} 4", { split: "teilen" }), "teilen 4");
  assert.equal(fill("{unknown}", {}), "{unknown}");
});

test("nothing from outside becomes markup", () => {
  assert.equal(escape(`<a href="x">'&'</a>`), "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;&#x27;&lt;/a&gt;");
});

test("colours lie between their anchors", () => {
  assert.equal(sample(["#000000", "#ffffff"], 0.5), "#808080");
  assert.equal(sample(["#000000", "#ffffff"], 7), "#ffffff");
  assert.equal(share(1e8, [1e6, 1e10], "log"), 0.5);
});

test("the ground of the page is read in every spelling", () => {
  assert.deepEqual(parseColour("#0F1318"), [15, 19, 24]);
  assert.deepEqual(parseColour(" #fff "), [255, 255, 255]);
  assert.deepEqual(parseColour("rgb(15, 19, 24)"), [15, 19, 24]);
  assert.deepEqual(parseColour("rgba(15, 19, 24, 1)"), [15, 19, 24]);
  assert.equal(parseColour("unset"), null);
});

test("corners are round and never longer than their sides", () => {
  assert.equal(rounded([[0, 0], [0, -62], [66, -62]], 9), "M0 0L0 -53Q0 -62 9 -62L66 -62");
  assert.equal(rounded([[0, 0], [0, -8], [66, -8]], 9), "M0 0L0 -4Q0 -8 4 -8L66 -8");
});

test("changes, times and shares are written as Python writes them", () => {
  assert.equal(change(-1020000), "−1.020 M");
  assert.equal(change(12), "+12");
  assert.equal(milliseconds(0.000482), "0.482 ms");
  assert.equal(milliseconds(0.0379), "37.9 ms");
  assert.equal(milliseconds(1.25), "1.25 s");
  assert.equal(written(0.9123, "percent"), "91.2 %");
  assert.equal(written(240, "seconds"), "4 min");
});

test("ticks have no needless digits", () => {
  assert.equal(onAxis(0.25, "percent"), "25 %");
  assert.equal(onAxis(2e9, "MAC"), "2 G");
  assert.equal(onAxis(0.05, "time"), "50 ms");
  assert.equal(onAxis(1500, ""), "1.5 k");
  assert.equal(onAxis(3, "plain"), "3");
});
