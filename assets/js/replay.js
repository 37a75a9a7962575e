// Recorded runs played again: the curves grow epoch by epoch as they did in training.

import { extent, series } from "./curves.js";
import { chart } from "./live.js";
import { element, html, mark } from "./marks.js";

const MS = 4000;
const states = new WeakMap();

/** The points up to an epoch, with the one between two epochs where it stands just now. */
export function upTo(points, epoch) {
  const found = points.filter((p) => p.data.epoch <= epoch);
  const next = points[found.length];
  const last = found.at(-1);
  if (!next || !last || epoch <= last.data.epoch) return found;
  const share = (epoch - last.data.epoch) / (next.data.epoch - last.data.epoch);
  const data = {};
  for (const [k, v] of Object.entries(next.data)) {
    data[k] = last.data[k] + share * (v - last.data[k]);
  }
  return [...found, { step: next.step, data }];
}

/** The last epoch of any run. */
export function lastEpoch(runs) {
  return Math.max(1, ...runs.flatMap((run) => run.points.map((p) => p.data.epoch)));
}

/** A chart with axes that hold the whole training, so that nothing jumps while it plays. */
export function fixed(spec, runs) {
  const points = runs.flatMap((run) => series(run.points, spec.metric));
  const ys = extent(points.map((p) => p[1]), spec.limits);
  return { ...spec, xs: [0, lastEpoch(runs)], ys: ys ?? [0, 1] };
}

function reduced() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function create(root) {
  const legend = html("ul", { class: "keys" });
  const play = html("button", { type: "button", class: "play" });
  const slider = html("input", { type: "range", min: 0, step: "any" });
  const at = html("span", { class: "state" });
  const charts = html("div", { class: "charts" });
  root.replaceChildren(legend, html("div", { class: "replay" }, play, slider, at), charts);
  const view = { root, legend, play, slider, at, charts, alive: true, epoch: 0, width: 400 };
  play.onclick = () => (view.playing ? pause(view) : start(view));
  slider.oninput = () => {
    pause(view);
    view.epoch = Number(slider.value);
    draw(view);
  };
  view.observer = new ResizeObserver(() => view.data && draw(view));
  view.observer.observe(charts);
  return view;
}

function pause(view) {
  view.playing = false;
  label(view);
}

function start(view) {
  if (view.epoch >= view.last) view.epoch = 0;
  view.playing = true;
  label(view);
  let before = performance.now();
  const frame = (now) => {
    if (!view.alive || !view.playing) return;
    view.epoch = Math.min(view.last, view.epoch + ((now - before) / MS) * view.last);
    before = now;
    draw(view);
    if (view.epoch < view.last) requestAnimationFrame(frame);
    else pause(view);
  };
  requestAnimationFrame(frame);
}

function label(view) {
  const { labels } = view.data;
  const words = view.playing ? labels.pause : labels.play;
  if (view.play.textContent !== words) view.play.textContent = words;
}

function draw(view) {
  const { runs, charts, labels } = view.data;
  const two = charts.length > 1 && view.charts.clientWidth > 520;
  view.width = two ? (view.charts.clientWidth - 24) / 2 : view.charts.clientWidth;
  view.charts.style.gridTemplateColumns = two ? "1fr 1fr" : "1fr";
  view.jobs = new Map(runs.map((run, i) => [i, { ...run, points: upTo(run.points, view.epoch) }]));
  if (!view.charts.matches(":hover") || view.playing || !view.charts.childElementCount) {
    view.charts.replaceChildren(...charts.map((spec) => chart(view, fixed(spec, runs))));
  }
  if (document.activeElement !== view.slider) view.slider.value = view.epoch;
  view.slider.setAttribute("aria-valuetext", `${labels.epoch} ${view.epoch.toFixed(1)}`);
  view.at.textContent = `${labels.epoch} ${Math.floor(view.epoch)} ${labels.of} ${view.last}`;
}

function keys(view) {
  const named = view.data.runs.filter((run) => !run.faint);
  view.legend.replaceChildren(...named.map((run) => html("li", {},
    element("svg", { width: 12, height: 12, "aria-hidden": "true" }, mark(run.style)), run.title)));
}

export function render({ data, parentElement }) {
  const root = parentElement.querySelector(".rx-root");
  let view = states.get(root);
  const isNew = !view || view.data.key !== data.key;
  if (!view) states.set(root, (view = create(root)));
  view.alive = true;
  view.data = data;
  view.last = lastEpoch(data.runs);
  view.slider.max = view.last;
  view.slider.setAttribute("aria-label", data.labels.epoch);
  keys(view);
  if (isNew) view.epoch = reduced() ? view.last : 0;
  draw(view);
  label(view);
  if (isNew && !reduced()) start(view);
  return () => {
    view.alive = false;
    view.observer.disconnect();
    states.delete(root);
  };
}
