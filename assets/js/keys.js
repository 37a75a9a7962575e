/** The keyboard in the network picture: one stop for Tab, arrows inside it. */

import { deedOf, subjectOf } from "./arrange.js";

const kindOf = (item) => {
  if (item.querySelector(":scope > .panel")) return "panel";
  return item.querySelector(":scope > .frame") ? "frame" : "leaf";
};

const items = (network) => [...network.world.querySelectorAll(".item")];

/** Make one item reachable by Tab, and give it the focus back if the picture had it. */
export function roving(network, hadFocus) {
  const all = items(network);
  for (const item of all) {
    item.tabIndex = -1;
    item.setAttribute("aria-pressed", String(item.classList.contains("selected")));
  }
  for (const link of network.world.querySelectorAll("[data-target]")) {
    link.setAttribute("aria-hidden", "true");
  }
  const here = network.current;
  const isChosen = (item) => here === network.selected && item.classList.contains("selected");
  const current = all.find((item) => item.dataset.address === here)
    ?? all.find(isChosen)
    ?? all.find((item) => here && item.dataset.address.startsWith(`${here}.`))
    ?? all.find((item) => here?.startsWith(`${item.dataset.address}.`))
    ?? all.find((item) => item.classList.contains("selected"))
    ?? all.find((item) => kindOf(item) === "leaf");
  if (!current) return;
  current.tabIndex = 0;
  if (hadFocus) current.focus({ preventScroll: true });
}

function focus(network, item) {
  if (!item) return;
  for (const other of items(network)) other.tabIndex = -1;
  item.tabIndex = 0;
  network.current = item.dataset.address;
  network.follows = false;
  item.focus({ preventScroll: true });
  bringIntoView(network, item);
}

/** Show an item that is outside the view. */
export function bringIntoView(network, item) {
  if (network.isNarrow) {
    item.scrollIntoView({ block: "nearest" });
    return;
  }
  const [view, own] = [network.view.getBoundingClientRect(), item.getBoundingClientRect()];
  const left = own.left - view.left;
  const over = left < 20 ? 20 - left : Math.min(0, view.width - 20 - (own.right - view.left));
  if (!over) return;
  network.isMoved = true;
  network.camera = { ...network.camera, x: network.camera.x + over };
  network.apply({ smooth: true });
}

/** Return the item around one: an op's block, a block's stage. */
function parentOf(network, item) {
  const all = items(network);
  const { address } = item.dataset;
  const kind = kindOf(item);
  const frame = kind === "leaf" && item.closest(".cell")?.querySelector(".item > .frame")?.parentElement;
  if (frame) return frame;
  return all.find((other) => kindOf(other) === "panel" && kind !== "panel"
    && address.startsWith(`${other.dataset.address}.`));
}

function childOf(network, item) {
  const { address } = item.dataset;
  return items(network).find((other) => other !== item && kindOf(other) === "leaf"
    && (other.dataset.address.startsWith(`${address}.`) || other.dataset.address === address));
}

/**
 * Handle a key: arrows along the line, Enter unfolds, Space selects, Escape goes up; Delete is as
 * good as a click where a click deletes.
 */
export function onKey(network, event) {
  if (event.target.closest(".room") && [" ", "Enter"].includes(event.key)) {
    event.preventDefault();
    network.addStage();
    return;
  }
  const item = event.target.closest(".item");
  if (!item || change(network, item, event)) return;
  const kind = kindOf(item);
  const peers = items(network).filter((other) => kindOf(other) === kind);
  const step = (by) => focus(network, peers[peers.indexOf(item) + by]);
  const up = () => focus(network, parentOf(network, item));
  const [onwards, back] = network.isNarrow ? ["ArrowDown", "ArrowUp"] : ["ArrowRight", "ArrowLeft"];
  const [inwards, outwards] = network.isNarrow ? ["ArrowLeft", "ArrowRight"] : ["ArrowDown", "ArrowUp"];
  const act = {
    [onwards]: () => step(1),
    [back]: () => step(-1),
    [inwards]: () => focus(network, childOf(network, item)),
    [outwards]: up,
    Home: () => focus(network, peers[0]),
    End: () => focus(network, peers.at(-1)),
    Escape: up,
    " ": () => network.pick(item.dataset.address),
    Enter: () => enter(network, item),
    ...(network.data.deleted && { Delete: () => network.pick(item.dataset.address) }),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function enter(network, item) {
  network.current = item.dataset.address;
  if (network.linkOf(item)) network.unfoldAt(item);
  else network.pick(item.dataset.address);
}

/** Change the network as a key asks; return whether it was such a key. */
function change(network, item, event) {
  const deed = network.data.editable ? deedOf(event, network.isNarrow) : null;
  if (!deed) return false;
  event.preventDefault();
  event.stopPropagation();
  const isSelected = item.classList.contains("selected");
  const address = isSelected ? network.selected : item.dataset.address;
  network.perform(deed, subjectOf(network.data.scene, address));
  return true;
}
