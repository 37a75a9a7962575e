/**
 * Curves and scatters of compared networks as a Streamlit component. What the pointer or the
 * focus is at lights up in every chart, list and picture of the page, without a rerun.
 */

import { place } from "./beside.js";
import {
  area, extent, line, logScale, logTicks, nearest, scale, spread, ticks,
} from "./curves.js";
import { onAxis, written } from "./format.js";
import { keyAt, listenForLight, shine } from "./light.js";
import { DASHES, element, html, mark } from "./marks.js";

const HEIGHT = 290;
const NARROW = 520;
const MARGIN = { left: 52, right: 16, top: 12, bottom: 36 };
const NAMES = 168;
const VALUES = 62;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ data, parentElement }) {
  const root = parentElement.querySelector(".rx-runs");
  let view = mounted.get(root);
  if (!view) mounted.set(root, (view = create(root)));
  view.data = data;
  draw(view);
  return () => {
    view.observer.disconnect();
    view.unlisten();
    mounted.delete(root);
  };
}

function create(root) {
  const view = { root, data: null, width: 0 };
  view.observer = new ResizeObserver(() => {
    if (view.data && root.clientWidth !== view.width) draw(view);
  });
  view.observer.observe(root);
  view.unlisten = listenForLight((key) => light(root, key));
  root.onpointerleave = () => shine(null);
  root.addEventListener("focusin", ({ target }) => shine(keyOf(target)));
  root.addEventListener("focusout", () => shine(null));
  return view;
}

const keyOf = (target) => target?.closest?.("[data-key]")?.dataset.key ?? keyAt(target);

function light(root, key) {
  const items = [...root.querySelectorAll("[data-key]")];
  const isHere = key !== null && items.some((item) => item.dataset.key === key);
  root.classList.toggle("has-lit", isHere);
  for (const item of items) item.classList.toggle("lit", item.dataset.key === key);
}

function draw(view) {
  const { root, data } = view;
  view.width = root.clientWidth;
  if (!view.width) return;
  const isWide = data.charts.length > 1 && view.width > 760;
  root.style.gridTemplateColumns = isWide ? "1fr 1fr" : "1fr";
  const width = Math.max(260, isWide ? (view.width - 24) / 2 : view.width);
  root.replaceChildren(...data.charts.map((chart) => figure(chart, width, data.labels)));
}

function figure(chart, width, labels) {
  const box = html("figure", { "aria-label": chart.alt, "data-testid": `chart-${chart.id}` });
  box.append(html("figcaption", {}, html("b", {}, chart.title), html("span", {}, chart.note)));
  const svg = element("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });
  box.append(svg);
  const frame = frameOf(chart, width);
  if (!frame) {
    const place = { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle", class: "t3" };
    svg.append(element("text", place, chart.empty ?? labels.empty));
    return box;
  }
  axes(svg, chart, frame);
  if (chart.kind === "curves") curves(svg, chart, frame);
  else scatter(svg, chart, frame);
  return box;
}

/** Return the scales of a chart, null where there is nothing to draw. */
function frameOf(chart, width) {
  const points = pointsOf(chart);
  const isCurves = chart.kind === "curves";
  const names = isCurves ? (width > NARROW ? NAMES : VALUES) : 24;
  const across = [MARGIN.left, width - MARGIN.right - names];
  const upright = [HEIGHT - MARGIN.bottom, MARGIN.top];
  const xs = extent(points.map(([x]) => x), { floor: isCurves ? 0 : null, pad: isCurves ? 0 : 0.1 });
  const ys = extent(points.map(([, y]) => y), chart.limits);
  if (!xs || !ys) return null;
  if (isCurves) xs[0] = 0;
  if (xs[1] === xs[0]) xs[1] += 1;
  if (chart.x.log) [xs[0], xs[1]] = logExtent(points.map(([x]) => x));
  if (chart.y.log) [ys[0], ys[1]] = logExtent(points.map(([, y]) => y));
  const map = (axis, domain, range) => (axis.log ? logScale : scale)(domain, range);
  return { width, names, xs, ys, x: map(chart.x, xs, across), y: map(chart.y, ys, upright), across };
}

function logExtent(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(1.15, (high / low) ** 0.12);
  return [low / room, high * room];
}

function pointsOf(chart) {
  if (chart.kind === "scatter") {
    return chart.points.flatMap((p) => [[p.x, p.y], [p.left ?? p.x, p.low ?? p.y], [p.right ?? p.x, p.high ?? p.y]]);
  }
  return chart.series.flatMap(({ lines }) => lines.flat());
}

function axes(svg, chart, { xs, ys, x, y, across, width }) {
  const [from, to] = across;
  for (const t of (chart.y.log ? logTicks : ticks)(...ys)) {
    svg.append(
      element("line", { x1: from, x2: to, y1: y(t), y2: y(t), class: "grid" }),
      element("text", { x: from - 6, y: y(t) + 4, "text-anchor": "end", class: "t3" }, onAxis(t, chart.y.unit)),
    );
  }
  const marks = chart.x.log ? logTicks(...xs) : ticks(...xs, width > NARROW ? 6 : 4);
  for (const t of marks) {
    svg.append(element("text", { x: x(t), y: HEIGHT - MARGIN.bottom + 16, "text-anchor": "middle", class: "t3" },
      onAxis(t, chart.x.unit)));
  }
  svg.append(element("text", { x: (from + to) / 2, y: HEIGHT - 4, "text-anchor": "middle", class: "t2" }, chart.x.title));
}

const style = (slot) => (slot === null ? "other" : `stroke${slot}`);

function curves(svg, chart, frame) {
  const { x, y } = frame;
  const drawn = chart.series.filter(({ lines }) => lines.some((points) => points.length));
  const ends = drawn.map((one) => endOf(one));
  const heights = spread(ends.map(([, value]) => y(value)), 15, HEIGHT - MARGIN.bottom);
  drawn.forEach((one, k) => {
    const group = element("g", {
      class: "series", "data-key": one.key, tabindex: 0, role: "img", "aria-label": one.said,
    });
    const dash = one.slot === null ? "" : DASHES[one.slot];
    if (one.band) group.append(element("path", { d: area(one.band.x, one.band.low, one.band.high, x, y), class: `band ${style(one.slot).replace("stroke", "fill")}` }));
    for (const points of one.lines) {
      const thin = one.band ? " thin" : "";
      group.append(element("path", { d: line(points, x, y), class: `line ${style(one.slot)}${thin}`, "stroke-dasharray": dash }));
      if (!one.band && points.length <= 40 && one.slot !== null) {
        for (const p of points) group.append(mark(one.slot, x(p[0]), y(p[1]), 3));
      }
    }
    if (one.band) {
      const mean = one.band.x.map((place, i) => [place, one.band.mean[i]]);
      group.append(element("path", { d: line(mean, x, y), class: `line bold ${style(one.slot)}`, "stroke-dasharray": dash }));
    }
    group.append(...nameOf(one, ends[k], heights[k], chart, frame));
    svg.append(group);
  });
  follow(svg, chart, drawn, frame);
}

/** Return where the name of a series stands: the end of its mean, or of its one line. */
function endOf({ band, lines }) {
  if (band) return [band.x.at(-1), band.mean.at(-1)];
  return lines.map((points) => points.at(-1)).filter(Boolean).reduce((a, b) => (b[0] > a[0] ? b : a));
}

function nameOf(one, [px, value], height, chart, { x, names }) {
  const left = x(px) + 10;
  const words = written(value, chart.y.unit);
  const parts = one.slot === null ? [] : [mark(one.slot, left, height, 4)];
  const label = names > VALUES ? `${words}  ${one.label}` : words;
  parts.push(element("text", { x: left + 8, y: height + 4, class: "t2" }, shortened(label, names - 12)));
  return parts;
}

function shortened(words, room) {
  const most = Math.floor(room / 6.1);
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}

/** Let the curve that is nearest to the pointer light up, and say its value. */
function follow(svg, chart, drawn, { x, y, xs, across, width }) {
  const guide = element("g", { class: "guide", visibility: "hidden" });
  svg.append(guide);
  const back = scale(across, xs);
  svg.onpointermove = (event) => {
    const box = svg.getBoundingClientRect();
    const at = back(event.clientX - box.left);
    const found = drawn.map((one) => {
      const points = one.band ? one.band.x.map((place, i) => [place, one.band.mean[i]]) : one.lines.flat();
      const point = nearest(points, at);
      return { one, point, far: Math.abs(y(point[1]) - (event.clientY - box.top)) };
    });
    const closest = found.reduce((a, b) => (b.far < a.far ? b : a), { far: Infinity });
    if (!closest.one) return;
    shine(closest.one.key);
    const { one, point } = closest;
    const px = x(point[0]);
    const isLeft = px > width / 2;
    guide.setAttribute("visibility", "visible");
    guide.replaceChildren(
      element("line", { x1: px, x2: px, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "grid" }),
      element("circle", { cx: px, cy: y(point[1]), r: 4.5, class: one.slot === null ? "dot" : `fill${one.slot}` }),
      element("text", {
        x: px + (isLeft ? -8 : 8), y: MARGIN.top + 10, "text-anchor": isLeft ? "end" : "start", class: "t1",
      }, `${one.label}: ${written(point[1], chart.y.unit)} · ${chart.x.title} ${onAxis(point[0], chart.x.unit)}`),
    );
  };
  svg.onpointerleave = () => {
    guide.setAttribute("visibility", "hidden");
    shine(null);
  };
}

function scatter(svg, chart, frame) {
  const { x, y, width } = frame;
  const spots = chart.points.map((p) => ({ ...p, px: x(p.x), py: y(p.y) }));
  const room = { left: MARGIN.left, right: width - 4, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const places = place(spots.map(({ px, py, label, slot }) => ({ x: px, y: py, label: slot === null ? "" : label })), room);
  spots.forEach((p, i) => {
    const group = element("g", {
      class: `series${p.slot === null ? " context" : ""}`, "data-key": p.key, tabindex: 0, role: "img",
      "aria-label": `${p.label}: ${p.said}`,
    });
    group.append(element("title", {}, `${p.label}: ${p.said}`));
    for (const [from, to, isAcross] of [[p.left, p.right, true], [p.low, p.high, false]]) {
      if (from === undefined || from === null || from === to) continue;
      const ends = isAcross
        ? { x1: x(from), x2: x(to), y1: p.py, y2: p.py }
        : { x1: p.px, x2: p.px, y1: y(from), y2: y(to) };
      group.append(element("line", { ...ends, class: `whisker ${style(p.slot)}` }));
    }
    const sign = p.slot === null ? element("circle", { cx: p.px, cy: p.py, r: 3.5, class: "dot" }) : mark(p.slot, p.px, p.py, 6);
    if (p.hollow) sign.setAttribute("class", `hollow ${style(p.slot)}`);
    group.append(sign);
    const spot = places[i];
    if (spot) group.append(element("text", { x: spot.x, y: spot.y, "text-anchor": spot.anchor, class: "t2" }, p.label));
    group.onpointerenter = () => shine(p.key);
    group.onpointerleave = () => shine(null);
    svg.append(group);
  });
}
