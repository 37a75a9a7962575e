/** What every page asks of the browser: its language, for fonts and screen readers. */
export function render({ data }) {
  document.documentElement.lang = data.language;
  return () => {};
}
