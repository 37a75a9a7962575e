// The list of runs as HTML.
import assert from "node:assert/strict";
import test from "node:test";

import { tableOf } from "../../assets/js/run_table.js";

const labels = {
  caption: "Runs", shown: "Shown", deeds: "Actions", sort: "Sort", show: "Show {name}", edit: "Edit",
  editOf: "Edit {name}", delete: "Delete", deleteOf: "Delete {name}", filter: "Filter",
};
const row = {
  id: "a1", key: "a", slot: 0, ticked: true, cells: { title: "<b>Net</b>", last: "91.0 %" },
  tags: ["good \"one\""], notes: "x < y", canDelete: true,
};
const columns = [{ field: "title", label: "Run", hint: "" }, { field: "last", label: "Last", hint: "At the end" }];
const html = tableOf({ rows: [row, { ...row, id: "z", canDelete: false, ticked: false }], columns, sort: { field: "last", down: true }, labels });

test("what people typed is never markup", () => {
  assert.ok(!html.includes("<b>"));
  assert.ok(html.includes("&lt;b&gt;Net&lt;/b&gt;"));
  assert.ok(html.includes("x &lt; y"));
  assert.ok(html.includes("good &quot;one&quot;"));
});

test("rows can be ticked and edited, bundled ones not deleted", () => {
  assert.equal(html.match(/data-tick/g).length, 2);
  assert.equal(html.match(/ checked/g).length, 1);
  assert.equal(html.match(/data-do="edit"/g).length, 2);
  assert.equal(html.match(/data-do="delete"/g).length, 1);
});

test("the head says how the list is sorted", () => {
  assert.equal(html.match(/aria-sort="descending"/g).length, 1);
  assert.equal(html.match(/aria-sort="none"/g).length, 1);
  assert.ok(html.includes("↓"));
});
