// The browser's Back button: one entry for each thing that the visitor does.
//
// Streamlit adds an entry whenever a script writes into the link, also where the link only follows
// what is on the page; Back would then stay on the page.

const DEEDS = ["pointerdown", "keydown", "click", "input", "change", "drop"];
const watched = new WeakSet();

/** Let every further change of the link by the same deed replace the entry of the first. */
export function watchEntries(view) {
  if (watched.has(view)) return;
  watched.add(view);
  // Nobody knows what was done before this was loaded: then another page is another entry.
  let isNew;
  for (const deed of DEEDS) {
    view.addEventListener(deed, () => (isNew = true), { capture: true, passive: true });
  }
  const { history, location } = view;
  const leaves = (url) => new URL(url, location.href).pathname !== location.pathname;
  const add = history.pushState;
  history.pushState = (...entry) => {
    const write = (isNew ?? leaves(entry[2])) ? add : history.replaceState;
    isNew &&= false;
    write.apply(history, entry);
  };
}
