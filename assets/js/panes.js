/**
 * Networks side by side as a Streamlit component: their pictures scroll, zoom, fold and select
 * together, and what differs is marked. Python hears of selections only.
 */

import { runsOf } from "./compose.js";
import { Counterparts } from "./counterparts.js";
import { markDifferences, signsOf } from "./differ.js";
import { anchorsOf, followed, carry } from "./follow.js";
import { change, escape, fill } from "./format.js";
import { listenForLight, shine } from "./light.js";
import { mark } from "./marks.js";
import { Network } from "./network.js";

const SMALLEST = 0.5;
const LEGEND_ROOM = 6;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".rx-panes");
  let group = mounted.get(parentElement);
  if (!group) mounted.set(parentElement, (group = new Group(root)));
  group.emit = (pane, address) => setTriggerValue("picked", { pane, address });
  group.update(data);
  return () => {
    group.end();
    mounted.delete(parentElement);
  };
}

class Group {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.isBusy = false;
    this.waiting = 0;
  }

  update(data) {
    const shape = JSON.stringify(data.panes.map(({ key }) => key));
    this.data = data;
    this.counterparts = new Counterparts(data.links);
    this.busy(() => {
      if (shape !== this.shape) this.build(data);
      this.shape = shape;
      this.panes.forEach((pane, i) => {
        const { scene, selected, name, slot } = data.panes[i];
        pane.slot = slot;
        pane.update({ ...data.look, scene, selected, name, labels: data.labels, editable: false });
      });
    });
    this.describe();
    this.openAlike(data.panes.map(({ selected }) => selected));
    this.settle();
  }

  /** Unfold what stands where an op is selected in another network, also if it has no such op. */
  openAlike(selected) {
    const told = JSON.stringify(selected);
    if (told === this.opened) return;
    this.opened = told;
    const from = selected.findIndex((address) => /^layer\d+\.\d+\./.test(address ?? ""));
    if (from < 0) return;
    const block = selected[from].split(".").slice(0, 2).join(".");
    this.busy(() => {
      for (const pane of this.panes) {
        const partner = selected[pane.index] ? null : this.partner(block, from, pane.index);
        if (partner) pane.open(partner);
      }
    });
  }

  build(data) {
    this.end();
    this.root.innerHTML = '<div class="meanings" role="list"></div>'
      + data.panes.map(({ key }, i) => `<section class="pane${i ? " follower" : ""}" data-pane="${escape(key)}">`
        + '<h3 class="head"></h3><div class="rx-network"></div></section>').join("");
    this.panes = [...this.root.querySelectorAll(".rx-network")].map((element, i) => {
      return new Pane(element, { labels: data.labels, editable: false }, this, i);
    });
    this.unlisten = listenForLight((key) => {
      for (const section of this.root.querySelectorAll(".pane")) {
        section.classList.toggle("lit", section.dataset.pane === key);
      }
    });
  }

  describe() {
    const { panes, labels, baseline } = this.data;
    this.root.querySelectorAll(".pane").forEach((section, i) => {
      const { name, slot, words } = panes[i];
      const head = section.querySelector(".head");
      const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      icon.setAttribute("width", 12);
      icon.setAttribute("height", 12);
      icon.setAttribute("aria-hidden", "true");
      icon.append(mark(slot));
      head.replaceChildren(icon, document.createTextNode(` ${"ABCD"[slot]} · ${name}`));
      const note = document.createElement("span");
      note.textContent = i === baseline ? labels.baseline : words;
      head.append(note);
      section.className = `pane${i ? " follower" : ""} own${slot}`;
      section.onpointerenter = () => shine(section.dataset.pane);
      section.onpointerleave = () => shine(null);
      section.querySelector(".view svg").setAttribute("aria-label", `${labels.network} ${"ABCD"[slot]}: ${name}`);
    });
    const meanings = this.root.querySelector(".meanings");
    meanings.innerHTML = signsOf(["changed", "added", "removed"], labels);
    for (const one of meanings.children) one.setAttribute("role", "listitem");
  }

  /** Do something to which the panes must not answer one by one. */
  busy(action) {
    const before = this.isBusy;
    this.isBusy = true;
    action();
    this.isBusy = before;
  }

  partner(address, from, to) {
    return this.counterparts.partner(address, from, to);
  }

  /** Let all look at the same place: where the reader has moved to, or at the longest network. */
  settle() {
    const drawn = this.panes.filter(({ picture, camera }) => picture && camera);
    if (!drawn.length) return;
    const moved = drawn.find((pane) => pane.isMoved);
    this.follow(moved ?? drawn.reduce((a, b) => (b.camera.k < a.camera.k ? b : a)));
  }

  settleSoon() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.settle());
  }

  /** Let the others look where one pane looks. */
  follow(lead, options) {
    if (this.isBusy || !lead.picture) return;
    this.busy(() => {
      for (const pane of this.panes) {
        if (pane === lead || !pane.picture) continue;
        const anchors = anchorsOf(lead.picture, pane.picture, (a) => this.partner(a, lead.index, pane.index));
        if (lead.isNarrow) pane.scrollLike(lead, anchors);
        else pane.lookLike(lead, anchors, options);
      }
    });
  }

  pick(from, address) {
    const all = this.panes.map((pane) => this.partner(address, from.index, pane.index));
    this.busy(() => this.panes.forEach((pane, i) => pane.select(all[i])));
    this.openAlike(all);
    from.focusCurrent();
    this.settle();
    this.emit(this.data.panes[from.index].key, address);
  }

  toggle(from, target, action) {
    this.busy(() => {
      for (const pane of this.panes) {
        const own = pane === from ? [target] : this.targets(from, target, pane);
        for (const one of own) pane.fold(one, action);
      }
    });
    this.settle();
  }

  /** Return what folds in another pane when something folds in one. */
  targets(from, target, pane) {
    const named = target.endsWith("+") ? target.slice(0, -1) : target;
    const partner = this.partner(named, from.index, pane.index);
    if (!partner || !target.endsWith("+")) return partner ? [partner] : [];
    const stage = pane.data.scene.stages.find(({ address }) => address === partner.split(".")[0]);
    const run = stage && runsOf(pane.data.scene, stage, pane.viewNow)
      .find(({ addresses }) => addresses.includes(partner));
    if (!run) return [];
    return [run.addresses.length > 1 ? run.name : run.addresses[0]];
  }

  each(action) {
    this.busy(() => this.panes.forEach(action));
    this.settle();
  }

  /** Outline what corresponds to something under the pointer; null is nothing. */
  outline(from, address) {
    for (const pane of this.panes) {
      pane.outline(pane === from ? null : this.partner(address, from.index, pane.index));
    }
  }

  end() {
    cancelAnimationFrame(this.waiting);
    this.unlisten?.();
    for (const pane of this.panes) pane.resized.disconnect();
    this.panes = [];
  }
}

class Pane extends Network {
  constructor(root, data, group, index) {
    super(root, data);
    this.group = group;
    this.index = index;
    this.view.onscroll = () => this.scrolled();
  }

  get smallest() {
    return SMALLEST;
  }

  drawLegend(width, withTicks) {
    if (this.index === 0) {
      super.drawLegend(width, withTicks);
      return;
    }
    this.key.innerHTML = "";
    this.top = LEGEND_ROOM;
  }

  draw() {
    super.draw();
    if (!this.view.clientWidth) return;
    const { counterparts, data } = this.group;
    const statusOf = (addresses) => counterparts.status(addresses, this.index);
    markDifferences(this.world, this.picture, statusOf, data.labels);
    this.world.classList.toggle("by-status", !this.data.scene.measure);
  }

  resize() {
    this.group.busy(() => super.resize());
    this.group.settleSoon();
  }

  apply(options) {
    super.apply(options);
    this.group?.follow(this, options);
  }

  lookLike(lead, anchors, options) {
    this.isMoved = lead.isMoved;
    this.camera = followed(lead.camera, lead.view.clientWidth, anchors, this.view.clientWidth);
    this.camera.y += this.top - lead.top;
    super.apply(options);
  }

  /** In narrow pages pictures flow downwards and their views scroll. */
  scrollLike(lead, anchors) {
    const half = lead.view.clientHeight / 2;
    const s = (lead.view.scrollTop + half - lead.camera.y) / lead.camera.k;
    const top = this.camera.y + carry(anchors, s) * this.camera.k - this.view.clientHeight / 2;
    this.expected = Math.max(0, Math.round(Math.min(top, this.view.scrollHeight - this.view.clientHeight)));
    this.view.scrollTop = this.expected;
  }

  scrolled() {
    if (!this.isNarrow || Math.abs(this.view.scrollTop - (this.expected ?? -9)) < 2) return;
    this.expected = undefined;
    this.group.follow(this);
  }

  setLevel(level) {
    this.group.each((pane) => pane.levelTo(level));
  }

  levelTo(level) {
    super.setLevel(level);
  }

  showTable(isShown) {
    this.group.each((pane) => pane.tableTo(isShown));
  }

  tableTo(isShown) {
    super.showTable(isShown);
  }

  toggle(target, action) {
    this.group.toggle(this, target, action);
  }

  fold(target, action) {
    super.toggle(target, action);
  }

  pick(address) {
    this.group.pick(this, address);
  }

  select(address) {
    this.follows = false;
    this.selected = address;
    this.current = address;
    if (address && !this.rowAt?.has(address)) this.reveal();
    this.draw();
  }

  /** Unfold a block, if it is drawn closed. */
  open(block) {
    const [stage] = block.split(".");
    if (this.states[stage] === "fold" || this.level === "stages") this.states[stage] = "blocks";
    this.states[block] = "ops";
    this.draw();
  }

  focusCurrent() {
    this.world.querySelector('.item[tabindex="0"]')?.focus({ preventScroll: true });
  }

  hint(event) {
    super.hint(event);
    const item = event.target.closest(".item");
    this.group.outline(this, item?.dataset.address ?? null);
  }

  hideHint() {
    super.hideHint();
    this.group?.outline(this, null);
  }

  outline(address) {
    this.world.querySelector(".peer")?.classList.remove("peer");
    if (!address) return;
    this.world.querySelector(`.item[data-address="${CSS.escape(address)}"]`)?.classList.add("peer");
  }

  /** Return how a part differs from each of the others, as lines of its hint. */
  moreOf(row) {
    const { data, counterparts } = this.group;
    return Object.entries(counterparts.statuses(row.address, this.index)).map(([other, status]) => {
      const to = this.index === data.baseline ? Number(other) : data.baseline;
      const name = fill(data.labels.against, { letter: "ABCD"[data.panes[to].slot] });
      return [name, this.compared(row, to, status)];
    });
  }

  compared(row, to, status) {
    const { labels } = this.group.data;
    const partner = this.group.partner(row.address, this.index, to);
    const other = partner && this.group.panes[to].rowAt?.get(partner);
    if (!other) return labels[status];
    const parts = [["params", labels.params], ["macs", labels.macs]].flatMap(([field, name]) => {
      const by = (row[field] ?? 0) - (other[field] ?? 0);
      return by ? [`${change(by)} ${name}`] : [];
    });
    return [labels[status], ...parts].join(", ");
  }

  columns() {
    const say = (row) => this.moreOf(row).map((line) => line.join(": ")).join("; ");
    return [[this.group.data.labels.difference, say]];
  }
}
