/**
 * The unravelled view as a Streamlit component: the paths of a network, from stacked to apart.
 *
 * The slider, the followed path and the block whose paths are dark live here.
 */

import { between, ease, lengthOf, stackBundles } from "./bundles.js";
import { escape } from "./format.js";
import { themeOf } from "./theme.js";
import { LINE, bundleOf, columnsOf, fansOf, pathOf, stackOf, words } from "./unravel_draw.js";
import { pathFrom, ribbonWords, sentenceOf, tableHtml, throughOf } from "./unravel_words.js";

const DURATION = 600;
const ROOM = 412;
const GAP = 7;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ parentElement, data, setTriggerValue }) {
  const before = mounted.get(parentElement);
  let view = before;
  // In another language the tools are built anew; what is followed stays so.
  if (before?.labels.paths !== data.labels.paths) {
    before?.end();
    view = new Unravelled(parentElement.querySelector(".rx-unravel"), data);
    if (before) {
      const { t, chosen, path, ribbon } = before;
      Object.assign(view, { t, chosen, path, ribbon });
    }
    mounted.set(parentElement, view);
  }
  view.emit = (shown) => setTriggerValue("shown", shown);
  view.update(data);
  return () => {
    view.end();
    mounted.delete(parentElement);
  };
}

class Unravelled {
  constructor(root, { labels, paths, start }) {
    this.root = root;
    this.t = start.open;
    this.chosen = paths.units.findIndex(({ address }) => address === start.block);
    const hasRows = paths.bundles[0]?.rows != null;
    this.path = hasRows ? pathFrom(start.path, paths.units) : null;
    this.ribbon = -1;
    this.isTable = false;
    this.build(labels);
    this.resized = new ResizeObserver(() => this.root.clientWidth !== this.drawnWidth && this.draw());
    this.resized.observe(root);
  }

  build(labels) {
    this.root.innerHTML = '<div class="rx" data-testid="unravelled"><style></style>'
      + `<div class="tools slide"><span class="note">${escape(labels.stacked)}</span>`
      + `<input type="range" min="0" max="100" value="100" data-testid="unravel-slider"`
      + ` aria-label="${escape(`${labels.stacked} – ${labels.unravelled}`)}">`
      + `<span class="goal">${escape(labels.unravelled)}</span>`
      + `<button type="button" data-testid="unravel-play">▶ ${escape(labels.play)}</button>`
      + `<button type="button" data-testid="unravel-table">${escape(labels.table)}</button></div>`
      + `<svg role="group" aria-label="${escape(labels.paths)}"></svg><div class="rows" hidden></div>`
      + `<div class="path"><span class="note">${escape(labels.follow)}</span>`
      + '<div class="seg chips"></div><button type="button" class="clear" hidden>'
      + `${escape(labels.clear)}</button></div><p class="said" role="status"></p></div>`;
    const find = (selector) => this.root.querySelector(selector);
    Object.assign(this, {
      svg: find("svg"), slider: find("input"), list: find(".rows"), style: find("style"),
      chips: find(".chips"), said: find(".said"), pathRow: find(".path"), clear: find(".clear"),
    });
    const [play, table] = this.root.querySelectorAll(".tools button");
    this.slider.oninput = () => this.set(this.slider.value / 100);
    this.slider.onchange = () => this.tell();
    this.clear.onclick = () => this.forget();
    play.onclick = () => this.play(this.t < 0.5 ? 1 : 0);
    table.onclick = () => this.showTable(table, !this.isTable);
    this.svg.onclick = (event) => this.click(event);
    this.svg.onkeydown = (event) => this.key(event);
  }

  end() {
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
  }

  update(data) {
    const isOther = JSON.stringify(this.data?.paths.units) !== JSON.stringify(data.paths.units);
    this.data = data;
    this.labels = data.labels;
    if (isOther && this.drawn) [this.chosen, this.path, this.ribbon] = [-1, null, -1];
    this.root.firstElementChild.style.cssText = data.themes[themeOf(this.root)];
    this.style.textContent = data.style;
    this.draw();
  }

  get hasRows() {
    return this.data.paths.bundles[0]?.rows != null;
  }

  draw() {
    const width = this.root.clientWidth;
    if (!width || !this.data) return;
    const { units, bundles } = this.data.paths;
    this.drawnWidth = width;
    this.place = columnsOf(width, units.length, this.hasRows);
    this.places = stackBundles(bundles, ROOM, GAP);
    const last = this.places.at(-1);
    this.height = this.place.top + last.top + last.height + 12;
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", this.height);
    this.drawn = bundles.map((bundle) => bundleOf(bundle, this.place, this.chosen));
    const say = this.hasRows ? this.labels.rows_say : this.labels.ribbons_say;
    this.note = this.place.isNarrow ? "" : words(0, LINE + 54, say, "start", "t2");
    this.svg.innerHTML = '<g class="fans"></g>'
      + this.drawn.map(({ elements }, i) => `<g class="bundle" role="button" tabindex="0"`
        + ` data-bundle="${i}" data-testid="bundle" aria-label="${escape(this.bundleName(i))}">`
        + `${elements}</g>`).join("")
      + '<g class="follows"></g><g class="names"></g><g class="stack"></g>';
    this.set(this.t);
    this.light();
  }

  bundleName(i) {
    const { label, count } = this.data.paths.bundles[i];
    return this.labels.bundle.replace("{length}", label).replace("{count}", count);
  }

  /** Show in the stack, and in words, what is followed, lit or chosen. */
  light() {
    const { units, bundles } = this.data.paths;
    const lit = (i) => {
      if (this.path !== null) return (this.path >> i) & 1 ? "on" : "off";
      return this.ribbon < 0 ? null : bundles[this.ribbon].share;
    };
    this.svg.querySelector(".stack").innerHTML = stackOf(units, this.place, this.chosen, this.labels, lit);
    this.svg.querySelectorAll(".bundle").forEach((group, i) => {
      group.classList.toggle("dim", this.ribbon >= 0 && i !== this.ribbon);
      group.setAttribute("aria-pressed", String(i === this.ribbon));
    });
    this.listChips();
    this.say();
  }

  /** Put the rows at t: 0 all on the main line in the middle, 1 apart and the stack above them. */
  set(t) {
    this.t = t;
    this.slider.value = Math.round(t * 100);
    const { top } = this.place;
    const last = this.places.at(-1);
    this.middle = top + (last.top + last.height) / 2;
    const now = this.places.map((place) => ({
      top: between(this.middle - 1, top + place.top, t),
      height: between(2, place.height, t),
    }));
    this.now = now;
    const lowered = between(this.middle - LINE, 0, t);
    this.svg.querySelector(".stack").setAttribute("transform", `translate(0 ${lowered})`);
    this.svg.querySelectorAll(".bundle").forEach((group, i) => {
      group.setAttribute("transform", `translate(0 ${now[i].top}) scale(1 ${now[i].height})`);
    });
    this.svg.querySelector(".fans").innerHTML = now
      .map(({ top: y, height }, i) => `<path class="${this.isPale(i) ? "ghost" : "through"}" d="`
        + `${fansOf(this.place, this.middle, y, height)}"/>`).join("");
    this.svg.querySelector(".names").innerHTML = t < 0.7 ? "" : this.names(now);
    this.svg.querySelector(".follows").innerHTML = this.path === null ? "" : this.followed(now);
    this.svg.querySelector(".names").style.opacity = Math.min(1, (t - 0.7) / 0.25);
  }

  isPale(i) {
    return this.hasRows && this.drawn[i].numDark === 0;
  }

  names(now) {
    const { left, right, width, isNarrow } = this.place;
    const ends = isNarrow ? "" : `<circle class="end" cx="10" cy="${this.middle}" r="6"/>`
      + `<circle class="end" cx="${width - 10}" cy="${this.middle}" r="6"/>`
      + words(4, this.middle - 12, this.labels.in, "start", "t2")
      + words(width - 4, this.middle - 12, this.labels.out, "end", "t2");
    return this.note + ends + this.data.paths.bundles.map((bundle, i) => {
      const y = now[i].top + now[i].height / 2 + 4;
      const isRange = bundle.label.length > 5;
      const name = isNarrow || isRange ? bundle.label : this.labels.length_is.replace("{k}", bundle.label);
      const style = this.isPale(i) ? "t3 halo-text" : "t2 halo-text";
      return words(left - (isNarrow ? 6 : 10), y, name, "end", style)
        + words(width - right + (isNarrow ? 6 : 10), y, this.countOf(bundle, i), "start", style);
    }).join("");
  }

  countOf(bundle, i) {
    if (this.chosen < 0) return bundle.count;
    const part = bundle.rows ? this.drawn[i].numDark : bundle.through;
    if (this.place.isNarrow || !bundle.rows) return String(part);
    return this.labels.part_of.replace("{part}", part).replace("{all}", bundle.count);
  }

  followed(now) {
    const i = lengthOf(this.path);
    const { rows } = this.drawn[i];
    const y = now[i].top + ((rows.indexOf(this.path) + 0.5) / rows.length) * now[i].height;
    return pathOf(this.path, this.place, y, this.middle, this.t);
  }

  /** Move to 0 or 1 in DURATION ms, at once if the reader asked for less motion. */
  play(goal) {
    cancelAnimationFrame(this.frame);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.set(goal);
      return this.tell();
    }
    const [start, from] = [performance.now(), this.t];
    const step = (time) => {
      const part = Math.min(1, (time - start) / DURATION);
      this.set(between(from, goal, ease(part)));
      if (part < 1) this.frame = requestAnimationFrame(step);
      else this.tell();
    };
    this.frame = requestAnimationFrame(step);
    return undefined;
  }

  click(event) {
    const unit = event.target.closest("[data-unit]");
    if (unit) return this.choose(Number(unit.dataset.unit));
    const bundle = event.target.closest("[data-bundle]");
    if (!bundle) return undefined;
    const i = Number(bundle.dataset.bundle);
    if (!this.hasRows) return this.choose(-1, i);
    const y = event.clientY - this.svg.getBoundingClientRect().y - this.now[i].top;
    const { rows } = this.drawn[i];
    const row = Math.floor((y / this.now[i].height) * rows.length);
    return this.follow(rows[Math.max(0, Math.min(rows.length - 1, row))]);
  }

  key(event) {
    const item = event.target.closest("[data-unit], [data-bundle]");
    if (!item) return;
    const isUnit = item.dataset.unit !== undefined;
    const all = [...this.svg.querySelectorAll(isUnit ? "[data-unit]" : "[data-bundle]")];
    const [on, back] = isUnit ? ["ArrowRight", "ArrowLeft"] : ["ArrowDown", "ArrowUp"];
    const step = { [on]: 1, [back]: -1 }[event.key];
    const across = isUnit ? 0 : { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) all[all.indexOf(item) + step]?.focus();
    else if (across) this.next(Number(item.dataset.bundle), across);
    else if (event.key === "Escape") this.forget();
    else if (event.key !== "Enter" && event.key !== " ") return;
    else if (isUnit) this.choose(Number(item.dataset.unit), -1, true);
    else if (this.hasRows) this.next(Number(item.dataset.bundle), 0);
    else this.choose(-1, Number(item.dataset.bundle), true);
    event.preventDefault();
  }

  /** Follow the path beside the one that is followed, in the same bundle; the first at first. */
  next(bundle, by) {
    const { rows } = this.drawn[bundle];
    if (!rows) return;
    const at = rows.indexOf(this.path);
    this.follow(rows[at < 0 || by === 0 ? 0 : (at + by + rows.length) % rows.length]);
  }

  /** Darken the paths through one unit, or light one ribbon; again, and all are as before. */
  choose(unit, ribbon = -1, hadFocus = false) {
    this.chosen = unit === this.chosen ? -1 : unit;
    this.ribbon = ribbon === this.ribbon ? -1 : ribbon;
    this.draw();
    const place = unit >= 0 ? `[data-unit="${unit}"]` : `[data-bundle="${ribbon}"]`;
    if (hadFocus) this.svg.querySelector(place)?.focus();
    this.tell();
  }

  follow(path) {
    this.path = path;
    this.set(this.t);
    this.light();
    this.tell();
  }

  forget() {
    [this.chosen, this.path, this.ribbon] = [-1, null, -1];
    this.draw();
    this.tell();
  }

  /** Let the link say what is shown, once the reader has let go. */
  tell() {
    const { units } = this.data.paths;
    const isOn = (_, i) => (this.path >> i) & 1;
    this.emit({
      open: Math.round(this.t * 100),
      path: this.path === null ? null : units.filter(isOn).map(({ label }) => label),
      block: units[this.chosen]?.address ?? "",
    });
  }

  listChips() {
    this.clear.hidden = this.chosen < 0 && this.ribbon < 0 && this.path === null;
    this.pathRow.firstElementChild.hidden = !this.hasRows;
    this.chips.hidden = !this.hasRows;
    if (!this.hasRows) return;
    const { units } = this.data.paths;
    if (this.chips.children.length !== units.length) this.chips.replaceChildren(...units.map(() => document.createElement("button")));
    [...this.chips.children].forEach((chip, i) => {
      chip.type = "button";
      chip.textContent = units[i].label;
      chip.dataset.testid = "path-chip";
      chip.setAttribute("aria-pressed", String(this.path !== null && Boolean((this.path >> i) & 1)));
      chip.onclick = () => this.follow((this.path ?? 0) ^ (1 << i));
    });
  }

  say() {
    const { paths } = this.data;
    const parts = [];
    if (this.path !== null) parts.push(sentenceOf(this.path, paths.units, this.labels, paths.always));
    if (this.chosen >= 0) parts.push(throughOf(paths.units[this.chosen], paths, this.labels));
    if (this.ribbon >= 0) parts.push(ribbonWords(paths.bundles[this.ribbon], paths.total, this.labels));
    this.said.textContent = parts.join(" ");
  }

  showTable(button, isShown) {
    this.isTable = isShown;
    button.setAttribute("aria-pressed", String(isShown));
    this.svg.style.display = isShown ? "none" : "";
    this.list.hidden = !isShown;
    this.list.innerHTML = tableHtml(this.data.paths.bundles, this.labels);
  }
}
