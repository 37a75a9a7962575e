// How long a page waits between two questions to the server.

const HIDDEN_MS = 10000;

/** Call `again` after a time; in a hidden tab much later, but at once when it is seen again. */
export function later(again, wait) {
  if (!document.hidden) {
    setTimeout(again, wait);
    return;
  }
  let timer = 0;
  const now = () => {
    if (document.hidden) return;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", now);
    again();
  };
  timer = setTimeout(() => {
    document.removeEventListener("visibilitychange", now);
    again();
  }, Math.max(wait, HIDDEN_MS));
  document.addEventListener("visibilitychange", now);
}
