import assert from "node:assert/strict";
import test from "node:test";

import { watchEntries } from "../../assets/js/entries.js";

function browser() {
  const view = new EventTarget();
  view.entries = ["/"];
  view.location = new URL("http://localhost/");
  view.history = {
    pushState: (_state, _title, url) => {
      view.entries.push(url);
      view.location.href = new URL(url, view.location.href).href;
    },
    replaceState: (_state, _title, url) => {
      view.entries.splice(-1, 1, url);
      view.location.href = new URL(url, view.location.href).href;
    },
  };
  return view;
}

test("a link that follows the page replaces its entry", () => {
  const view = browser();
  watchEntries(view);
  view.history.pushState({}, "", "/?arch=resnet20");
  assert.deepEqual(view.entries, ["/?arch=resnet20"]);
});

test("one deed is one entry, however often the link is written", () => {
  const view = browser();
  watchEntries(view);
  watchEntries(view);
  view.dispatchEvent(new Event("pointerdown"));
  view.dispatchEvent(new Event("click"));
  view.history.pushState({}, "", "/unravel");
  view.history.pushState({}, "", "/unravel?arch=resnet20");
  assert.deepEqual(view.entries, ["/", "/unravel?arch=resnet20"]);
  view.dispatchEvent(new Event("keydown"));
  view.history.pushState({}, "", "/unravel?arch=resnet32");
  assert.equal(view.entries.length, 3);
});

test("a page that was asked for before this was loaded is an entry, its link none", () => {
  const view = browser();
  watchEntries(view);
  view.history.pushState({}, "", "/?arch=resnet20");
  view.history.pushState({}, "", "/unravel");
  view.history.pushState({}, "", "/unravel?arch=resnet20");
  assert.deepEqual(view.entries, ["/?arch=resnet20", "/unravel?arch=resnet20"]);
});
