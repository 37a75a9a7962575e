/**
 * The network picture as a Streamlit component.
 *
 * Zoom level, folds and camera live here and outlive reruns; Python hears of selections, and of
 * commands that change the network.
 */

import { atEdge, commandOf } from "./arrange.js";
import { fit, keepInView, look, zoom } from "./camera.js";
import { carried } from "./carried.js";
import { compose } from "./compose.js";
import { body } from "./draw.js";
import { escape } from "./format.js";
import { drawHandles, listenToDeeds, markBroken, offerDeeds, placeDeeds } from "./handles.js";
import { bringIntoView, onKey, roving } from "./keys.js";
import { legend } from "./legend.js";
import { unpacked } from "./packed.js";
import { svgFile } from "./picture.js";
import { listenToPointer } from "./pointer.js";
import { hintOf, rowsOf, tableOf } from "./rows.js";
import { themeOf } from "./theme.js";
import { frameOf, press } from "./tools.js";

const NARROW = 480;
const READABLE = 0.92;
const SMALLEST = 0.6;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ parentElement, data, setTriggerValue }) {
  const before = mounted.get(parentElement);
  let network = before;
  // In another language the tools are built anew; what was unfolded stays so.
  if (before?.labels.network !== data.labels.network) {
    before?.end();
    network = new Network(parentElement.querySelector(".rx-network"), data);
    if (before) Object.assign(network, { level: before.level, states: before.states });
    mounted.set(parentElement, network);
  }
  network.emit = (address) => setTriggerValue("selected", address);
  network.command = (command) => setTriggerValue("command", command);
  network.update(data);
  return () => {
    network.end();
    mounted.delete(parentElement);
  };
}

const hasOtherParts = (one, other) => String(one.stages.map(({ count }) => count))
  !== String(other.stages.map(({ count }) => count));

export class Network {
  constructor(root, data) {
    this.root = root;
    this.level = "blocks";
    this.states = {};
    this.selected = null;
    this.told = undefined;
    this.camera = null;
    this.isMoved = false;
    this.isTable = false;
    this.lift = null;
    this.follows = false;
    this.asked = null;
    this.isHeld = false;
    this.reasons = new Map();
    Object.assign(this, frameOf(root, data, this));
    listenToDeeds(this);
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.view);
    this.listen();
  }

  end() {
    this.resized.disconnect();
    this.drop(false);
  }

  update(data) {
    const isNew = this.sent !== data.scene;
    const before = this.data?.scene;
    this.sent = data.scene;
    this.data = isNew ? { ...data, scene: unpacked(data.scene) } : { ...data, scene: this.data.scene };
    this.labels = data.labels;
    this.variables = data.themes[themeOf(this.root)];
    this.root.firstElementChild.style.cssText = this.variables;
    this.style.textContent = data.style;
    const selected = data.selected ?? null;
    const isDrawn = !Object.keys(data.broken ?? {}).length;
    if (this.asked && isDrawn && (selected !== this.told || hasOtherParts(before, this.data.scene))) {
      this.states = carried(this.states, before, this.asked);
      this.asked = null;
    }
    if (selected !== this.told) {
      this.told = selected;
      this.selected = selected;
      if (!this.rowAt?.has(selected)) this.reveal();
    }
    if (isNew) this.hideHint();
    if (this.follows) this.current = this.selected;
    this.draw();
    if (this.follows) this.showCurrent();
  }

  /** Show what was just moved or added, if it came to stand outside the view. */
  showCurrent() {
    const item = this.world.querySelector('.item[tabindex="0"]');
    if (item && !this.isNarrow) bringIntoView(this, item);
  }

  /** Unfold what hides a selection that came from outside. */
  reveal() {
    const parts = this.selected?.split(".") ?? [];
    const stage = this.data.scene.stages.find(({ address }) => address === parts[0]);
    if (stage && parts.length > 2) {
      this.states[parts.slice(0, 2).join(".")] = "ops";
      if (this.states[stage.address] === "fold" || this.level === "stages") {
        this.states[stage.address] = "blocks";
      }
      return;
    }
    const { stem, head } = this.data.scene;
    const end = [stem, head].find(({ ops }) => ops.some(([name]) => name === this.selected));
    if (end) this.states[end.address] = "ops";
  }

  get isNarrow() {
    return this.root.clientWidth <= NARROW;
  }

  get viewNow() {
    const { level, states, selected } = this;
    const whole = this.data.deleted ? Infinity : 0;
    if (this.isNarrow) return { level, states, selected, room: Math.max(whole, 1100), pad: 38 };
    const room = Math.max(whole, (this.view.clientWidth - 20) / READABLE);
    return { level, states, selected, room, pad: 11 };
  }

  get look() {
    const { colours, inks, font, style } = this.data;
    const deleted = new Set(this.data.deleted ?? []);
    return { labels: this.labels, colours, inks, font, style, deleted, variables: this.variables };
  }

  resize() {
    if (!this.data || this.view.clientWidth === this.drawnWidth) return;
    this.draw();
  }

  draw() {
    const width = this.view.clientWidth;
    if (!width) return;
    this.drop(false);
    const isVertical = this.isNarrow;
    this.root.firstElementChild.classList.toggle("narrow", isVertical);
    this.picture = compose(this.data.scene, this.viewNow);
    this.rows = rowsOf(this.picture, this.labels);
    this.rowAt = new Map(this.rows.map((row) => [row.address, row]));
    const kept = this.world.contains(this.root.getRootNode().activeElement);
    this.world.innerHTML = body(this.data.scene, this.picture, this.selected, { ...this.look, isVertical });
    this.reasons = markBroken(this.world, this.data.broken);
    if (this.data.editable) drawHandles(this);
    offerDeeds(this);
    const withTicks = this.world.querySelector(".norm") !== null;
    this.drawLegend(width, withTicks);
    if (isVertical) this.placeDown(width);
    else this.placeAlong(width);
    this.drawnWidth = width;
    roving(this, kept);
    press(this);
    if (this.isTable) this.listRows();
  }

  drawLegend(width, withTicks) {
    const key = legend(this.data.scene, width - 20, this.look, withTicks);
    this.key.innerHTML = `<rect class="ground" width="${width}" height="${key.height + 2}"/>`
      + `<g transform="translate(10 2)">${key.elements}</g>`;
    this.top = key.height + 6;
  }

  placeDown(width) {
    const { up, down, length } = this.picture;
    const k = Math.min(1.1, (width - 8) / (up + down));
    this.camera = { k, x: 4 + down * k, y: this.top + 12 };
    this.setSize(width, this.top + length * k + 24);
    this.apply();
  }

  placeAlong(width) {
    const frame = this.frame;
    this.setSize(width, frame.height);
    const isStale = !this.camera || this.drawnWidth !== width;
    if (isStale || !this.isMoved) this.camera = look(this.picture, frame, this.focusAt(), this.smallest);
    else this.camera = keepInView(this.camera, this.picture, frame);
    this.apply();
  }

  setSize(width, height) {
    for (const svg of [this.svg, this.over]) {
      svg.setAttribute("width", width);
      svg.setAttribute("height", height);
    }
  }

  /** Where every block is to be clicked, smaller is better than out of view. */
  get smallest() {
    return this.data.deleted ? SMALLEST : undefined;
  }

  get frame() {
    return { width: this.view.clientWidth, height: this.view.clientHeight, top: this.top };
  }

  /** Return where along the line the reader's interest lies. */
  focusAt(target = this.lastTarget ?? this.selected) {
    const found = target && this.picture.placed.find(
      ({ address, target: own, prefix }) => [address, own].includes(target)
        || (prefix && target.startsWith(prefix)),
    );
    return found ? found.s + found.cell[0] / 2 : 0;
  }

  apply({ smooth = false } = {}) {
    const { x, y, k } = this.camera;
    this.world.classList.toggle("smooth", smooth);
    this.world.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    this.deeds.classList.toggle("smooth", smooth);
    placeDeeds(this);
  }

  /** Show the whole picture, or zoom by a factor about the middle. */
  move(factor) {
    this.isMoved = true;
    const { width, height } = this.frame;
    this.camera = factor
      ? keepInView(zoom(this.camera, factor, [width / 2, height / 2]), this.picture, this.frame)
      : fit(this.picture, this.frame);
    this.apply({ smooth: true });
  }

  /** Move the picture along its line by pixels; how far it goes is bounded. */
  glide(by) {
    if (this.isNarrow) {
      this.view.scrollTop += by;
      return;
    }
    this.isMoved = true;
    this.camera = keepInView({ ...this.camera, x: this.camera.x - by }, this.picture, this.frame);
    this.apply();
  }

  setLevel(level) {
    this.level = level;
    this.states = {};
    this.isMoved = false;
    this.lastTarget = null;
    this.draw();
  }

  /** Fold or unfold a stage, a run of blocks, a block, stem or head. */
  toggle(target, action) {
    const isGroup = target.endsWith("+") || this.data.scene.stages.some((s) => s.address === target);
    const open = isGroup ? "blocks" : "ops";
    const closed = isGroup ? "fold" : "box";
    this.states[target] = action === "unfold" ? open : closed;
    this.isMoved = false;
    this.lastTarget = target;
    this.hideHint();
    this.draw();
  }

  pick(address) {
    this.follows = false;
    this.asked = null;
    this.selected = address;
    this.current = address;
    this.draw();
    this.emit(address);
  }

  /** Carry out a deed on what is selected, or on another stage or block. */
  perform(deed, subject = this.subject) {
    const { scene } = this.data;
    this.ask(commandOf(scene, atEdge(scene, this.picture, subject, deed), deed));
  }

  addStage() {
    this.ask({ do: "add_stage", address: "", before: "" });
  }

  /** Ask Python for a change; what it touches is selected then, and keeps the focus. */
  ask(command) {
    if (!command) return;
    this.follows = true;
    this.asked = command;
    this.lastTarget = null;
    // A picture that runs out of its view stays where it is, so that the eye keeps its place.
    if (!this.isNarrow && this.picture.length * this.camera.k > this.view.clientWidth) this.isMoved = true;
    this.hideHint();
    this.command(command);
  }

  listRows() {
    const pick = (address) => this.pick(address);
    const table = tableOf(this.rows, this.selected, this.labels, pick, this.columns());
    const place = this.list.scrollTop;
    this.list.replaceChildren(table);
    this.list.scrollTop = place;
  }

  showTable(isShown) {
    this.isTable = isShown;
    this.view.hidden = isShown;
    this.list.hidden = !isShown;
    this.draw();
    press(this);
    if (isShown) this.listRows();
  }

  save() {
    const file = svgFile(this.data.scene, { ...this.viewNow, pad: 11 }, this.look);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
    link.download = `${this.data.name}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  listen() {
    this.svg.onclick = (event) => this.click(event);
    this.svg.ondblclick = (event) => this.unfoldAt(event.target.closest(".item"));
    this.svg.onkeydown = (event) => onKey(this, event);
    this.svg.onpointerover = (event) => this.hint(event);
    this.svg.onpointerleave = () => this.hideHint();
    this.svg.onfocusin = (event) => this.hint(event);
    listenToPointer(this);
  }

  click(event) {
    if (this.wasDragged) return;
    if (event.target.closest(".room")) return this.addStage();
    const link = event.target.closest("[data-target]");
    if (link) return this.toggle(link.dataset.target, link.dataset.testid);
    const item = event.target.closest(".item");
    if (item) this.pick(item.dataset.address);
  }

  unfoldAt(item) {
    const link = item && this.linkOf(item);
    if (link) this.toggle(link.dataset.target, link.dataset.testid);
  }

  /** Return the element that folds or unfolds an item, or null. */
  linkOf(item) {
    const { address, testid } = item.dataset;
    if (testid === "op") return null;
    const near = item.closest(".cell")?.querySelector("[data-target]");
    return near ?? this.world.querySelector(`[data-target="${CSS.escape(address)}"]`);
  }

  /** Let go of what was lifted; it lands if it is to. */
  drop(isDone) {
    const { lift } = this;
    if (!lift) return;
    this.lift = null;
    const command = lift.end();
    if (isDone) this.ask(command);
  }

  hint(event) {
    const item = event.target.closest(".item");
    const row = item && this.rowAt.get(item.dataset.address);
    if (!row || this.lift || this.svg.classList.contains("moving")) return this.hideHint();
    const lines = [...hintOf(row, this.data.scene.measure, this.labels), ...this.moreOf(row)]
      .map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("");
    const bad = (this.reasons.get(row.address) ?? [])
      .map((reason) => `<p class="bad">${escape(reason)}</p>`).join("");
    this.tip.innerHTML = `<b>${escape(row.name)}</b>${escape(row.words)}<dl>${lines}</dl>${bad}`;
    this.tip.hidden = false;
    const [box, own] = [this.root.getBoundingClientRect(), item.getBoundingClientRect()];
    const left = own.left - box.left + own.width / 2 - this.tip.offsetWidth / 2;
    const below = own.bottom - box.top + 10;
    const isOver = below + this.tip.offsetHeight > box.height;
    const above = Math.max(0, own.top - box.top - this.tip.offsetHeight - 10);
    this.tip.style.left = `${Math.max(0, Math.min(left, box.width - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${isOver ? above : below}px`;
    return undefined;
  }

  /** Return further columns of the table. */
  columns() {
    return [];
  }

  /** Return further lines of a hint. */
  moreOf() {
    return [];
  }

  hideHint() {
    this.tip.hidden = true;
  }
}
