/** Marks in a picture what is not the same in the network beside it. */

import { escape } from "./format.js";

const SIGNS = {
  changed: "M-3.5 -1.7h7m-7 3.4h7m-5.2 2.3l3.4 -8",
  added: "M-3.5 0h7m-3.5 -3.5v7",
  removed: "M-3.5 0h7",
};
const SMALL = new Set(["plus", "plus in", "bar", "norm", "act"]);

/** Return a badge as SVG elements: a sign in a disc, so that colour is never alone. */
export function badge(status, x = 0, y = 0) {
  return `<g class="sign ${status}" transform="translate(${x} ${y})" aria-hidden="true">`
    + `<circle r="7"/><path d="${SIGNS[status]}"/></g>`;
}

/**
 * Give every item of a picture the class of its status and, where it differs, a badge and words.
 *
 * `statusOf` takes the addresses that an item stands for; `labels` has a word for each status.
 */
export function markDifferences(world, picture, statusOf, labels) {
  const members = new Map();
  for (const placed of picture.placed) {
    const isOpen = placed.cell[3].some((mark) => mark.at(-1) === "frame");
    if (placed.cell[3].length > 1 || !members.has(placed.address)) {
      members.set(placed.address, isOpen ? [placed.address] : placed.members);
    }
  }
  for (const item of world.querySelectorAll(".item")) {
    const { address, testid } = item.dataset;
    const own = testid === "op" ? [address] : members.get(address) ?? [address];
    const status = statusOf(own);
    item.classList.add(status);
    if (status === "same") continue;
    item.setAttribute("aria-label", `${item.getAttribute("aria-label")}, ${labels[status]}`);
    const ring = item.querySelector(":scope > .ring");
    const shape = ring?.nextElementSibling;
    // A stage is marked by its blocks.
    if (!ring || ring.localName !== "rect" || item.querySelector(":scope > .panel") || SMALL.has(shape?.getAttribute("class"))) continue;
    const [x, y, width] = ["x", "y", "width"].map((name) => Number(ring.getAttribute(name)));
    item.insertAdjacentHTML("beforeend", badge(status, x + width - 2, y + 2));
  }
}

/** Return what the signs mean, as HTML. */
export function signsOf(statuses, labels) {
  return statuses.map((status) => '<span class="meaning"><svg width="18" height="18" viewBox="-9 -9 18 18"'
    + ` aria-hidden="true">${badge(status)}</svg>${escape(labels[status])}</span>`).join("");
}
