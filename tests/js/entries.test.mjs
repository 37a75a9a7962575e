import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const SCRIPT = readFileSync(new URL("../../assets/js/entries.js", import.meta.url), "utf8");

/** Return a browser in which our script has run. */
function browser() {
  const view = new EventTarget();
  view.entries = ["/"];
  const history = {
    pushState: (_state, _title, url) => view.entries.push(url),
    replaceState: (_state, _title, url) => view.entries.splice(-1, 1, url),
  };
  view.write = (url) => history.pushState({}, "", url);
  new Function("window", "history", SCRIPT)(view, history);
  return view;
}

test("a link that follows the page replaces its entry", () => {
  const view = browser();
  view.write("/?arch=resnet20");
  assert.deepEqual(view.entries, ["/?arch=resnet20"]);
});

test("one deed is one entry, however often the link is written", () => {
  const view = browser();
  view.dispatchEvent(new Event("pointerdown"));
  view.dispatchEvent(new Event("click"));
  view.write("/unravel");
  view.write("/unravel?arch=resnet20");
  assert.deepEqual(view.entries, ["/", "/unravel?arch=resnet20"]);
  view.dispatchEvent(new Event("keydown"));
  view.write("/unravel?arch=resnet32");
  assert.equal(view.entries.length, 3);
});
