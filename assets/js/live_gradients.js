/** The norm of the gradient by stage, of one run at a time. */

import { series, smoothed, thin } from "./curves.js";
import { html } from "./marks.js";

const PREFIX = "gradient_norm_";

/** Stages in the order of the network, as the reports name them. */
export function stagesOf(points) {
  const names = new Set();
  for (const { data } of points) {
    for (const name of Object.keys(data)) if (name.startsWith(PREFIX)) names.add(name.slice(PREFIX.length));
  }
  const rank = (name) => (name === "stem" ? -1 : name === "head" ? 1e6 : Number(name.replace(/\D/g, "")) || 0);
  return [...names].sort((a, b) => rank(a) - rank(b));
}

/** Return the figure; with several runs, a choice of one is in its caption. */
export function gradientChart(view, spec, figureOf, redraw) {
  const jobs = [...view.jobs.values()];
  const job = jobs.find(({ id }) => id === view.gradientOf) ?? jobs[0];
  const isLog = view.settings.log;
  const lines = (job ? stagesOf(job.points) : []).map((stage, i) => {
    const raw = thin(series(job.points, PREFIX + stage)).filter((p) => !isLog || p[1] > 0);
    return { job: {}, i: `g${Math.min(i, 6)}`, name: stage, label: stage, raw, points: smoothed(raw, view.settings.smooth) };
  }).filter((l) => l.points.length);
  const box = figureOf(view, spec, lines, { isLog, isSmooth: view.settings.smooth > 0 });
  if (jobs.length > 1) box.querySelector("figcaption").append(choice(view, jobs, job, spec, redraw));
  return box;
}

function choice(view, jobs, job, spec, redraw) {
  const options = jobs.map(({ id, title, note }) => html("option", { value: id }, note ? `${title} · ${note}` : title));
  const select = html("select", {
    "aria-label": spec.of,
    onchange: () => {
      view.gradientOf = select.value;
      select.blur();
      redraw();
    },
  }, ...options);
  select.value = job.id;
  return select;
}
