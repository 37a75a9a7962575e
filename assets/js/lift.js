/** A stage or block that is being dragged: its ghost, the gaps where it may land, the drop. */

import { dropCommand, gapsOf, nearestGap } from "./arrange.js";
import { drawnCell } from "./draw.js";
import { escape } from "./format.js";

const EDGE = 40;
const SPEED = 14;
const OFF = 40;
const GHOST = { along: 30, up: 96, foot: 6, beside: 122, rise: 26, touch: 56 };

/** Return what a pointer takes hold of in an editable picture: {address, item}, or null. */
export function graspOf(target) {
  const item = target.closest(".item");
  if (!item) return null;
  const { testid, address } = item.dataset;
  if (testid === "stage") {
    const isPanel = item.querySelector(":scope > .panel") !== null;
    if (isPanel && !target.closest(".title, .grip")) return null;
  }
  return { address, item };
}

export class Lift {
  /** Lift a subject out of a network's picture; `event` is where the pointer is. */
  constructor(network, subject, event) {
    this.network = network;
    this.subject = subject;
    this.isTouch = event.pointerType === "touch";
    this.gaps = gapsOf(network.picture, network.data.scene, subject);
    this.gap = null;
    // Before drawing: afterwards a browser would have to lay out everything first.
    this.measure();
    this.draw();
    this.stop = [
      listen(window, "keydown", (key) => this.key(key), true),
      listen(window, "scroll", () => this.measure(), true),
    ];
    this.move(event);
    const turn = () => {
      this.pan();
      this.frame = requestAnimationFrame(turn);
    };
    this.frame = requestAnimationFrame(turn);
  }

  draw() {
    const { network, subject } = this;
    const { up, down } = network.picture;
    const [top, bottom] = subject.index === null ? [-up, down] : [-74, 40];
    const bar = (s, from, to) => {
      const [x, y] = network.isNarrow ? [-from, s] : [s, from];
      return `M${x} ${y}${network.isNarrow ? "H" : "V"}${network.isNarrow ? -to : to}`;
    };
    const open = this.gaps.filter(({ isSame }) => !isSame);
    network.over.innerHTML = '<g class="floor">'
      + `<path class="gaps" d="${open.map(({ s }) => bar(s, top, bottom)).join("")}"/>`
      + `<path class="landing" d="${bar(0, top, bottom)}" visibility="hidden"/></g>`
      + `<g class="lifted" aria-hidden="true">${ghost(network, subject)}</g>`;
    [this.floor, this.ghost] = network.over.children;
    this.landing = this.floor.lastElementChild;
    this.follow();
    this.dimmed = dimmed(network, subject);
    for (const element of this.dimmed) element.classList.add("away");
    network.svg.classList.add("lifting");
  }

  /** Keep the gaps on the picture, whose camera has moved. */
  follow() {
    this.floor.style.transform = this.network.world.style.transform;
  }

  measure() {
    this.box = this.network.svg.getBoundingClientRect();
    this.view = this.network.view.getBoundingClientRect();
  }

  move({ clientX, clientY }) {
    this.at = [clientX, clientY];
    this.place();
  }

  place() {
    const { network } = this;
    const { x, y, k } = network.camera;
    const [px, py] = [this.at[0] - this.box.left, this.at[1] - this.box.top];
    const rise = this.isTouch ? GHOST.touch : GHOST.rise;
    // Downwards there is no room beside the line, so that the ghost stays on it.
    const [gx, gy] = network.isNarrow ? [x + rise, py] : [px, py - rise];
    this.ghost.style.transform = `translate(${gx}px, ${gy}px) scale(${k})`;
    const [u, v] = [(px - x) / k, (py - y) / k];
    const [s, t] = network.isNarrow ? [v, -u] : [u, v];
    const { up, down, length } = network.picture;
    const isOn = t > -up - OFF && t < down + OFF && s > -OFF && s < length + OFF;
    this.land(isOn ? nearestGap(this.gaps, s) : null);
  }

  land(gap) {
    if (gap === this.gap) return;
    this.gap = gap;
    const isOpen = gap !== null && !gap.isSame;
    this.landing.setAttribute("visibility", isOpen ? "visible" : "hidden");
    if (!isOpen) return;
    const shift = this.network.isNarrow ? `0, ${gap.s}px` : `${gap.s}px, 0`;
    this.landing.style.transform = `translate(${shift})`;
  }

  /** Move the picture while the pointer is held at its edge. */
  pan() {
    const { network, view } = this;
    const [at, low, high] = network.isNarrow
      ? [this.at[1], view.top, view.bottom] : [this.at[0], view.left, view.right];
    const over = Math.min(0, at - low - EDGE) + Math.max(0, at - high + EDGE);
    if (!over) return;
    network.glide(Math.max(-SPEED, Math.min(SPEED, over / 3)));
    this.follow();
    if (network.isNarrow) this.measure();
    this.place();
  }

  key(event) {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.network.drop(false);
  }

  /** End the drag and return its command, null if nothing moves. */
  end() {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stop) stop();
    for (const element of this.dimmed) element.classList.remove("away");
    this.network.svg.classList.remove("lifting");
    this.network.over.replaceChildren();
    return dropCommand(this.subject, this.gap);
  }
}

function listen(target, name, act, capture) {
  target.addEventListener(name, act, { capture });
  return () => target.removeEventListener(name, act, { capture });
}

function dimmed({ world }, { address, index }) {
  if (index !== null) {
    const item = world.querySelector(`.cell .item[data-address="${CSS.escape(address)}"]`);
    const isRun = item?.parentElement.querySelector("[data-target$='+']");
    return item && !isRun ? [item.closest(".cell")] : [];
  }
  const own = [...world.querySelectorAll(`.item[data-address="${CSS.escape(address)}"]`)];
  const inside = world.querySelectorAll(`.item[data-address^="${CSS.escape(address)}."]`);
  const cells = new Set([...inside].map((item) => item.closest(".cell")));
  return [...own, ...cells];
}

/** Return the picture of a subject as one folded box, its middle at the origin. */
function ghost(network, { stage, index, address }) {
  const { scene } = network.data;
  const own = scene.stages[stage];
  const look = { ...network.look, isVertical: network.isNarrow };
  const base = { s: -GHOST.along, address, prefix: "", target: address, members: [address], numBlocks: 1 };
  if (index === null) {
    const placed = { ...base, cell: own.fold, part: own, values: [own.value], label: "", numBlocks: own.count };
    const down = network.isNarrow ? GHOST.beside : own.fold[2] + GHOST.foot;
    const [x, y, width, height] = network.isNarrow
      ? [-down, -GHOST.along - 8, down + GHOST.up, own.fold[0] + 10]
      : [-GHOST.along - 8, -GHOST.up, own.fold[0] + 10, GHOST.up + down];
    return `<rect class="panel" x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>`
      + drawnCell(scene, placed, look)
      + `<text class="title" x="${x + 9}" y="${y + 17}">${escape(address)}</text>`;
  }
  const run = own.runs.find(({ first, count }) => index >= first && index < first + count);
  const part = scene.templates[run.template];
  const values = run.values[run.values.length > 1 ? index - run.first : 0];
  return drawnCell(scene, { ...base, cell: part.box, part, values, label: String(index) }, look);
}
