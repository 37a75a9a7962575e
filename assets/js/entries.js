// The browser's Back button: one entry for each thing that the visitor does.
//
// Streamlit adds an entry whenever a script writes into the link, also where the link only follows
// what is on the page; Back would then stay on the page. This runs before Streamlit's own scripts
// (explorer/ui/page_head.py): every further change of the link by the same deed replaces the entry
// of the first.

const DEEDS = ["pointerdown", "keydown", "click", "input", "change", "drop"];

let isNew = false;
for (const deed of DEEDS) {
  window.addEventListener(deed, () => (isNew = true), { capture: true, passive: true });
}
const add = history.pushState;
history.pushState = (...entry) => {
  const write = isNew ? add : history.replaceState;
  isNew = false;
  write.apply(history, entry);
};
