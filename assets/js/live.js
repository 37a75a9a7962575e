// Live curves and states of training jobs, read from the API without reruns of the page.

import {
  extent, line, logExtent, logScale, logTicks, merged, nearest, scale, series, smoothed, spread, thin, ticks,
} from "./curves.js";
import { gradientChart } from "./live_gradients.js";
import { keepFigure, tools } from "./live_tools.js";
import { DASHES, element, html, mark } from "./marks.js";
import { later } from "./patience.js";

const HEIGHT = 280;
const MARGIN = { left: 44, right: 16, top: 12, bottom: 34 };
const POLL_MS = 1000;
const ERROR_MS = 4000;
const states = new WeakMap();

/** One request; returns how long to wait before the next, or null when there is none. */
async function poll(job) {
  const query = new URLSearchParams({ since: job.next, token: job.token });
  // The page's language, which need not be the browser's.
  const headers = { "Accept-Language": document.documentElement.lang || "en" };
  const answer = await fetch(`/api/live/${encodeURIComponent(job.id)}?${query}`, { headers });
  if (answer.status === 204) {
    job.token = answer.headers.get("X-Token") ?? job.token;
    return POLL_MS;
  }
  if (answer.status === 403 || answer.status === 404) {
    job[answer.status === 403 ? "stale" : "gone"] = true;
    return null;
  }
  if (!answer.ok) throw new Error(`live data: ${answer.status}`);
  const news = await answer.json();
  Object.assign(job, { ...news, points: merged(job.points, news.points) });
  job.ended = !["queued", "running", "paused"].includes(news.state);
  if (news.more) return 0;
  return job.ended ? null : POLL_MS;
}

function watch(view, job) {
  const again = async () => {
    if (!view.alive || view.jobs.get(job.id) !== job) return;
    let wait;
    try {
      wait = await poll(job);
      if (job.ended && !job.wasEnded) view.onEnd(job.id);
      draw(view);
    } catch {
      wait = ERROR_MS;
    }
    if (wait !== null) later(again, wait);
  };
  again();
}

function stateText(job, labels) {
  if (job.gone) return labels.gone;
  if (job.stale) return labels.stale;
  if (job.stopping) return labels.stopping;
  if (job.lost) return labels.lost;
  const base = labels.states[job.state] ?? job.state;
  const detail = job.state === "running" ? job.text : job.reason;
  return detail ? `${base} · ${detail}` : base;
}

/** The row of a job, made once: a button that is replaced under the finger loses its click. */
function row(view, job, i) {
  const bar = html("i");
  const parts = {
    state: html("span", { class: "state" }),
    bar,
    track: html("div", {
      class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": job.title,
    }, bar),
    value: html("span", { class: "value" }),
    stop: html("button", { type: "button", onclick: () => stop(view, job) }, view.data.labels.stop),
  };
  const icon = element("svg", { width: 12, height: 12, "aria-hidden": "true" }, mark(i));
  const name = html("b", { title: job.title }, job.title, html("em", {}, job.note));
  const item = html("li", { "data-testid": "job", "data-job": job.id },
    icon, name, parts.state, parts.track, parts.value, html("div", { class: "actions" }, parts.stop));
  return { item, parts, place: i };
}

function stop(view, job) {
  job.stopping = true;
  draw(view);
  view.stop(job.id);
}

function update({ item, parts }, job, labels) {
  const percent = Math.round(100 * (job.state === "done" ? 1 : job.progress ?? 0));
  const last = series(job.points, job.metric ?? "test_accuracy").at(-1);
  item.dataset.state = job.state ?? "";
  parts.state.textContent = stateText(job, labels);
  parts.bar.style.width = `${percent}%`;
  parts.track.setAttribute("aria-valuenow", percent);
  parts.value.textContent = last ? `${(100 * last[1]).toFixed(1)} %` : "–";
  parts.stop.hidden = Boolean(job.ended || job.gone || job.stale);
  parts.stop.disabled = Boolean(job.stopping);
}

function drawList(view) {
  if (view.list.hidden) return;
  const rows = [...view.jobs.values()].map((job, i) => {
    let known = view.rows.get(job.id);
    if (known?.place !== i) view.rows.set(job.id, (known = row(view, job, i)));
    update(known, job, view.data.labels);
    return known.item;
  });
  const shown = [...view.list.children];
  if (rows.length !== shown.length || rows.some((item, i) => item !== shown[i])) {
    view.list.replaceChildren(...rows);
  }
}

export function chart(view, spec) {
  const jobs = [...view.jobs.values()];
  const set = view.settings ?? {};
  const isLog = Boolean(set.log) && !spec.percent;
  const weight = spec.dots ? 0 : set.smooth ?? 0;
  const lines = jobs.map((job, i) => {
    const raw = thin(series(job.points, spec.metric)).filter((p) => !isLog || p[1] > 0);
    return { job, i: job.style ?? i, name: job.title, raw, points: smoothed(raw, weight) };
  }).filter((l) => l.points.length);
  return figureOf(view, spec, lines, { isLog, isSmooth: weight > 0 });
}

/** A figure of named lines; what it shows is also said in words. */
export function figureOf(view, spec, lines, { isLog = false, isSmooth = false } = {}) {
  const box = html("figure", { "aria-label": spec.title, "data-testid": `chart-${spec.metric}` });
  box.append(html("figcaption", {}, html("b", {}, spec.title), html("span", {}, spec.note)));
  const width = Math.max(260, view.width);
  const svg = element("svg", {
    width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, tabindex: 0, role: "img",
    "aria-label": inWords(view, spec, lines),
  });
  box.append(svg);
  const ys = lines.flatMap((l) => (isSmooth ? l.raw : l.points).map((p) => p[1]));
  const frame = frameOf(spec, lines, ys, { isLog, width });
  if (!frame) {
    svg.append(element("text", { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle", class: "t3" },
      emptyWords(view, spec)));
    return box;
  }
  axes(svg, spec, frame);
  if (isSmooth) for (const l of lines) svg.append(element("path", { d: line(l.raw, frame.x, frame.y), class: `line faint stroke${l.i}` }));
  plot(svg, spec, lines, frame);
  hover(view, svg, spec, lines.filter((l) => !l.job.faint), frame);
  return box;
}

/** What is reported once an epoch comes later than what is reported all the time. */
const emptyWords = ({ data: { labels } }, spec) => (spec.dots ? labels.emptyEpoch ?? labels.empty : labels.empty);

function frameOf(spec, lines, values, { isLog, width }) {
  const xs = spec.xs ?? extent(lines.flatMap((l) => l.points.map((p) => p[0])), { floor: 0, pad: 0 });
  const ys = spec.ys ?? (isLog ? logExtent(values) : extent(values, spec.limits));
  if (!xs || !ys) return null;
  if (xs[0] === xs[1]) xs[0] = 0;
  if (xs[1] === 0) xs[1] = 1;
  const across = [MARGIN.left, width - MARGIN.right - (spec.names ?? 58)];
  const y = (isLog ? logScale : scale)(ys, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  return { xs, ys, x: scale(xs, across), y, across, width, isLog };
}

/** The text alternative: the last and the best value of each line. */
function inWords(view, spec, lines) {
  const { said } = view.data.labels;
  const told = lines.filter((l) => !l.job.faint).map((l) => {
    const last = l.points.at(-1)[1];
    const all = l.points.map((p) => p[1]);
    return (said ?? "{name}: {last}").replace("{name}", l.name).replace("{last}", format(last, spec))
      .replace("{low}", format(Math.min(...all), spec)).replace("{high}", format(Math.max(...all), spec));
  });
  return [spec.title, ...(told.length ? told : [emptyWords(view, spec)])].join(". ");
}

function axes(svg, spec, { xs, ys, x, y, across, isLog }) {
  for (const t of (isLog ? logTicks : ticks)(...ys)) {
    svg.append(
      element("line", { x1: across[0], x2: across[1], y1: y(t), y2: y(t), class: "grid" }),
      element("text", { x: MARGIN.left - 6, y: y(t) + 4, "text-anchor": "end", class: "t3" }, onTick(t, spec)),
    );
  }
  for (const t of ticks(...xs, 6)) {
    svg.append(element("text", { x: x(t), y: HEIGHT - MARGIN.bottom + 16, "text-anchor": "middle", class: "t3" }, String(t)));
  }
  svg.append(element("text", { x: (x(xs[0]) + x(xs[1])) / 2, y: HEIGHT - 3, "text-anchor": "middle", class: "t2" }, spec.x));
}

const onTick = (t, spec) => (spec.percent ? `${Math.round(1000 * t) / 10} %` : t >= 1000 ? `${t / 1000} k` : String(t));

function plot(svg, spec, lines, { x, y }) {
  for (const l of lines.filter((one) => one.job.faint)) {
    svg.append(element("path", { d: line(l.points, x, y), class: `line faint stroke${l.i % 4}` }));
  }
  const bold = lines.filter((one) => !one.job.faint);
  const ends = spread(bold.map((l) => y(l.points.at(-1)[1])), 14, HEIGHT - MARGIN.bottom);
  bold.forEach((l, k) => {
    const [lx, ly] = l.points.at(-1);
    svg.append(element("path", {
      d: line(l.points, x, y), class: `line stroke${l.i}`, "stroke-dasharray": DASHES[l.i % 4] ?? "",
    }));
    if (l.points.length <= 60 && spec.dots) {
      for (const p of l.points) svg.append(mark(l.i, x(p[0]), y(p[1]), 3));
    }
    if (typeof l.i === "number") svg.append(mark(l.i, x(lx) + 10, ends[k], 4));
    const words = l.label ?? format(ly, spec);
    svg.append(element("text", { x: x(lx) + (l.label ? 6 : 18), y: ends[k] + 4, class: "t2" }, words));
  });
}

const format = (v, spec) => {
  if (spec.percent) return `${(100 * v).toFixed(1)} %`;
  return v >= 1000 ? grouped(v) : v.toPrecision(3);
};

/** As exactly as it can be read; at the end of a line it is shorter. */
const exactly = (v, spec) => {
  if (spec.percent) return `${(100 * v).toFixed(2)} %`;
  return v >= 1000 ? grouped(v) : v.toPrecision(5);
};

const grouped = (v) => String(Math.round(v)).replace(/\B(?=(\d{3})+$)/g, ",");

/** The place, and the value of each line there; a line whose next point lies elsewhere says where. */
export function sayings(spec, found) {
  const place = (p) => `${spec.x} ${Number(p[0].toFixed(2))}`;
  const here = place(found[0][1]);
  return [here, ...found.map(([l, p]) => {
    const words = `${l.name}: ${exactly(p[1], spec)}`;
    return place(p) === here ? words : `${words} · ${place(p)}`;
  })];
}

/** The exact values at a place: under the pointer, or where the arrow keys have moved it. */
function hover(view, svg, spec, lines, { x, y, xs, width, across }) {
  const guide = element("g", { class: "guide", visibility: "hidden" });
  svg.append(guide);
  if (!lines.length) return;
  const places = (view.places ??= new Map());
  const back = scale(across, xs);
  const show = (at) => {
    places.set(spec.metric, at);
    guide.replaceChildren();
    guide.setAttribute("visibility", "visible");
    const found = lines.map((l) => [l, nearest(l.points, at)]);
    const px = x(found[0][1][0]);
    guide.append(element("line", { x1: px, x2: px, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "grid" }));
    const left = px > width / 2;
    const told = sayings(spec, found);
    for (const [l, p] of found) guide.append(element("circle", { cx: x(p[0]), cy: y(p[1]), r: 4, class: `fill${l.i}` }));
    told.forEach((words, k) => guide.append(element("text", {
      x: px + (left ? -8 : 8), y: MARGIN.top + 12 + 15 * k, "text-anchor": left ? "end" : "start", class: "t1",
    }, words)));
    return told.join("; ");
  };
  const hide = () => {
    places.delete(spec.metric);
    guide.setAttribute("visibility", "hidden");
  };
  svg.onpointermove = (event) => show(back(event.clientX - svg.getBoundingClientRect().left));
  svg.onpointerleave = hide;
  svg.onblur = hide;
  svg.onkeydown = (event) => {
    const turn = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (turn === undefined) return;
    event.preventDefault();
    const all = lines[0].points;
    const here = places.has(spec.metric) ? all.indexOf(nearest(all, places.get(spec.metric))) : turn < 0 ? all.length : -1;
    const words = show(all[Math.min(all.length - 1, Math.max(0, here + turn))][0]);
    if (view.said) view.said.textContent = words;
  };
  if (places.has(spec.metric)) show(places.get(spec.metric));
}

function draw(view) {
  if (!view.alive) return;
  drawList(view);
  const two = view.charts.clientWidth > 640;
  view.width = two ? (view.charts.clientWidth - 24) / 2 : view.charts.clientWidth;
  view.charts.style.gridTemplateColumns = two ? "1fr 1fr" : "1fr";
  const { more, gradients } = view.data;
  const extra = more && view.settings.more ? more : [];
  const figures = [...view.data.charts, ...extra].map((spec) => chart(view, spec));
  if (gradients && view.settings.more) figures.push(gradientChart(view, gradients, figureOf, () => draw(view)));
  keepFigure(view.charts, figures);
}

function create(root) {
  const list = html("ol", { class: "jobs" });
  const bar = html("div", { class: "tools" });
  const charts = html("div", { class: "charts" });
  const said = html("output", { class: "unseen", "aria-live": "polite" });
  root.replaceChildren(list, bar, charts, said);
  const view = {
    root, list, bar, charts, said, jobs: new Map(), rows: new Map(), alive: true, width: 400,
    settings: { smooth: 0, log: false, more: false },
  };
  view.observer = new ResizeObserver(() => view.data && draw(view));
  view.observer.observe(charts);
  return view;
}

export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rx-root");
  let view = states.get(root);
  if (!view) states.set(root, (view = create(root)));
  // In another language every row has other words.
  if (view.data?.labels.stop !== data.labels.stop) view.rows.clear();
  view.data = data;
  view.alive = true;
  view.list.hidden = data.rows === false;
  tools(view, () => draw(view));
  view.stop = (id) => setTriggerValue("stop", id);
  view.onEnd = (id) => setTriggerValue("ended", id);
  const wanted = new Map();
  for (const job of data.jobs) {
    const known = view.jobs.get(job.id);
    const words = { title: job.title, note: job.note };
    const fresh = { ...job, points: [], next: "0", wasEnded: job.ended };
    wanted.set(job.id, known ? Object.assign(known, words) : fresh);
  }
  const fresh = [...wanted.values()].filter((job) => !view.jobs.has(job.id));
  view.jobs = wanted;
  draw(view);
  fresh.forEach((job) => watch(view, job));
  return () => {
    view.alive = false;
    view.observer.disconnect();
    states.delete(root);
  };
}
