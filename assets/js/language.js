/** Tell the browser which language the page is in: fonts and screen readers go by it. */

export function render({ data }) {
  document.documentElement.lang = data.language;
  return () => {};
}
