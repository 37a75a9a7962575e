/** What every page asks of the browser: its language for fonts and screen readers, and its Back. */

import { watchEntries } from "./entries.js";

export function render({ data }) {
  document.documentElement.lang = data.language;
  watchEntries(window);
  return () => {};
}
