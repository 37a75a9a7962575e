/** What an editable picture offers beside the drawing: a toolbar, grips, and room for a stage. */

import { commandOf, subjectOf } from "./arrange.js";
import { GAP, textWidth } from "./compose.js";
import { escape } from "./format.js";

const ICONS = {
  back: "M12.5 8h-9m4-4-4 4 4 4",
  on: "M3.5 8h9m-4-4 4 4-4 4",
  duplicate: "M5.5 5.5h8v8h-8zM10.5 2.5h-8v8",
  remove: "M4 4l8 8m0-8-8 8",
  add: "M8 3v10m-5-5h10",
};
const DOWNWARDS = { back: "M8 12.5v-9m-4 4 4-4 4 4", on: "M8 3.5v9m-4-4 4 4 4-4" };
const KEYS = { duplicate: "Ctrl+D", remove: "Del", add: "+" };
const HALF = 80;
const HEIGHT = 36;

/** Return the markup of the toolbar of what is selected. */
export function deedsOf(labels) {
  const buttons = Object.entries(ICONS).map(([deed, path]) => (
    `<button type="button" data-deed="${deed}" data-testid="deed-${deed}">`
      + `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg></button>`
  ));
  return `<div class="deeds" role="toolbar" aria-label="${escape(labels.change)}"`
    + ` data-testid="deeds" hidden>${buttons.join("")}</div>`;
}

/** Let the buttons of the toolbar act on a network. */
export function listenToDeeds(network) {
  const buttons = [...network.deeds.querySelectorAll("button")];
  network.deeds.onpointerleave = () => {
    network.isHeld = false;
    placeDeeds(network);
  };
  buttons.forEach((button, i) => {
    button.onclick = ({ detail }) => {
      // Under a mouse it stays put: the next click must not hit another button.
      network.isHeld = detail > 0;
      network.perform(button.dataset.deed);
    };
    button.onkeydown = (event) => {
      event.stopPropagation();
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.altKey) return;
      event.preventDefault();
      buttons[(i + step + buttons.length) % buttons.length].focus();
    };
  });
}

/** Say on the toolbar what it acts on and what it can do there. */
export function offerDeeds(network) {
  const { data, labels, deeds, isNarrow } = network;
  const subject = network.subject = data.editable ? subjectOf(data.scene, network.selected) : null;
  deeds.hidden = !subject || network.isTable;
  if (deeds.hidden) return;
  const [back, on] = isNarrow ? ["move_up", "move_down"] : ["move_back", "move_on"];
  const [before, after] = isNarrow ? ["Alt+↑", "Alt+↓"] : ["Alt+←", "Alt+→"];
  const add = subject.index === null ? "add_stage_after" : "add_block_after";
  const words = { back, on, duplicate: "duplicate", remove: "remove", add };
  const keys = { ...KEYS, back: before, on: after };
  deeds.setAttribute("aria-label", `${labels.change} ${subject.address}`);
  for (const button of deeds.querySelectorAll("button")) {
    const { deed } = button.dataset;
    button.setAttribute("aria-label", `${labels[words[deed]]}: ${subject.address}`);
    button.querySelector("path").setAttribute("d", isNarrow && DOWNWARDS[deed] || ICONS[deed]);
    button.title = `${labels[words[deed]]} (${keys[deed]})`;
    // Not `disabled`: a button that loses its use must not lose the focus.
    button.setAttribute("aria-disabled", String(!commandOf(data.scene, subject, deed)));
  }
  network.anchor = isNarrow ? null : anchorOf(network.picture, subject);
}

/** Return {s, t, from, to}: where on the line a toolbar stands, and the part that it is for. */
function anchorOf({ placed, panels, up }, { stage, index, address }) {
  const name = panels[stage].stage.address;
  const isFolded = ({ part }) => part.runs !== undefined && part.address === name;
  const cell = placed.find((one) => one.cell[3].length > 1
    && (index !== null && one.members.includes(address) || isFolded(one)));
  if (cell) return { s: cell.s + cell.cell[0] / 2, t: -cell.cell[1], from: cell.s, to: cell.s + cell.cell[0] };
  const { s, length } = panels[stage];
  return { s: s + length / 2, t: -up + 10, from: s, to: s + length };
}

/** Put the toolbar at what it acts on, as the camera sees it. */
export function placeDeeds({ deeds, anchor, camera, view, isNarrow, isHeld }) {
  if (deeds.hidden || isHeld) return;
  if (isNarrow || !anchor) {
    deeds.style.transform = "";
    return;
  }
  const { x, y, k } = camera;
  const width = view.clientWidth;
  const [from, to] = [x + k * anchor.from, x + k * anchor.to];
  deeds.classList.toggle("outside", to < 8 || from > width - 8);
  const low = Math.max(HALF, Math.min(from + HALF, to - HALF));
  const high = Math.min(width - HALF, Math.max(to - HALF, from + HALF));
  const middle = Math.max(HALF, Math.min(width - HALF, x + k * anchor.s));
  const place = to - from > 2 * HALF ? Math.max(low, Math.min(high, middle)) : middle;
  const top = Math.max(2, y + k * anchor.t - HEIGHT);
  deeds.style.transform = `translate(${place - HALF}px, ${top}px)`;
}

/** Draw the grips beside the titles of the stages, and the place for another stage. */
export function drawHandles({ world, picture, labels, isNarrow }) {
  for (const { stage, s } of picture.panels) {
    const item = world.querySelector(`.item[data-address="${stage.address}"] > .panel`)?.parentElement;
    const [x, y] = isNarrow ? [-picture.down, s] : [s, -picture.up];
    const wide = textWidth(stage.address, 12.5);
    const dots = [0, 4].flatMap((dx) => [0, 4, 8].map((dy) => (
      `<circle cx="${x + wide + 15 + dx}" cy="${y + 13 + dy}" r="1.1"/>`
    ))).join("");
    item?.insertAdjacentHTML("beforeend", `<g class="grip"><rect x="${x + 4}" y="${y + 4}"`
      + ` width="${wide + 20}" height="26" rx="6"/>${dots}</g>`);
  }
  world.insertAdjacentHTML("beforeend", endPlace(picture, labels, isNarrow));
}

function endPlace({ panels, placed, up }, labels, isNarrow) {
  const last = panels.at(-1);
  const head = placed.at(-1);
  const wide = Math.max(44, textWidth(labels.add_stage_short) + 12);
  const [x, y] = isNarrow
    ? [Math.max(head.cell[1] + 8, 44), last.s + last.length + GAP + 30]
    : [last.s + last.length + GAP + 8, -up];
  return '<g class="room" role="button" tabindex="0" data-testid="add-stage"'
    + ` aria-label="${escape(labels.add_stage)}"><title>${escape(labels.add_stage)}</title>`
    + `<rect x="${x}" y="${y}" width="${wide}" height="26" rx="8"/>`
    + `<text class="t3" x="${x + wide / 2}" y="${y + 17}" text-anchor="middle">`
    + `${escape(labels.add_stage_short)}</text></g>`;
}

/** Return a red cross for the corner of an item: a mark must not be its colour alone. */
function crossAt(item) {
  const ring = item.querySelector(".ring");
  const [x, y, width] = ["x", "y", "width"].map((name) => Number(ring?.getAttribute(name) ?? 0));
  return `<g class="cross"><circle cx="${x + width}" cy="${y}" r="8"/>`
    + `<path d="M${x + width - 3} ${y - 3}l6 6m0 -6l-6 6"/></g>`;
}

/** Dash in red what does not fit, or what holds it; return {address drawn: reasons}. */
export function markBroken(world, broken) {
  const items = [...world.querySelectorAll(".cell .item")];
  const reasons = new Map();
  for (const [address, reason] of Object.entries(broken ?? {})) {
    const parts = address.split(".");
    const names = parts.map((_, i) => parts.slice(0, parts.length - i).join("."));
    const found = names.map((name) => items.find((item) => item.dataset.address === name)).find(Boolean)
      ?? items.find((item) => item.dataset.address.startsWith(`${parts[0]}.`));
    if (!found) continue;
    found.classList.add("broken");
    found.closest(".cell").classList.add("broken");
    if (!reasons.has(found.dataset.address)) found.insertAdjacentHTML("beforeend", crossAt(found));
    found.setAttribute("aria-label", `${found.getAttribute("aria-label")}. ${reason}`);
    reasons.set(found.dataset.address, [...reasons.get(found.dataset.address) ?? [], reason]);
  }
  return reasons;
}
