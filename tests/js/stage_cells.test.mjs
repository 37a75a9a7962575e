import assert from "node:assert/strict";
import { test } from "node:test";

import { tableMarkup } from "../../assets/js/stage_cells.js";

const line = {
  address: "layer1", stage: "layer1", level: "stage", count: 1, own: null, figures: ["16 × 32²", "10 k"],
  values: { kind: "basic", depth: 2, width: 16, stride: 1, se: 0, survival: 0.30000000000000004 },
};
const labels = new Proxy({ none: "none", absent: "{family} has no {field}", cell: "{field} of {name}" }, {
  get: (own, name) => own[name] ?? String(name),
});
const data = {
  labels, hints: {}, off: { se: 0, survival: 1 }, families: { basic: "Basic", odd: "<b>" }, reasons: {},
  ends: { stem: ["16 × 32²", "432"], head: ["10", "650"] }, selected: "", error: null,
  kinds: { basic: { depth: [1, 1000, 1], width: [1, 8192, 1], stride: [[1, 2]], se: [[0, 16]], survival: [0.05, 1, 0.05] } },
};
const state = { open: new Set() };
const markup = (more = {}, columns = ["kind", "depth", "scale", "se", "survival"]) =>
  tableMarkup([line], { ...data, ...more }, columns, state);

test("a field that the family does not have is greyed and says why", () => {
  assert.match(markup(), /class="absent" title="Basic has no scale"/);
});

test("what makes no sense is disabled with its reason", () => {
  const html = markup({ reasons: { layer1: { se: { 16: "too narrow" }, depth: { "": "only one" } } } });
  assert.match(html, /<option value="16" disabled title="too narrow">/);
  assert.match(html, /data-id="layer1\|depth"[^>]*disabled title="only one"/);
});

test("numbers lose their binary tail and text cannot become markup", () => {
  const html = markup();
  assert.match(html, /value="0.3"/);
  assert.ok(html.includes("&lt;b&gt;") && !html.includes("<b>"));
});

test("the row with the error says it", () => {
  const html = markup({ error: { address: "layer1", message: "does not fit" } });
  assert.match(html, /class="stage wrong" data-address="layer1" title="does not fit"/);
  assert.match(html, /role="img" aria-label="does not fit"/);
});

test("a value between the choices is still shown", () => {
  const odd = { ...line, values: { ...line.values, se: 6 } };
  assert.match(tableMarkup([odd], data, ["se"], state), /<option value="6" selected>6<.option><option value="16">/);
});
