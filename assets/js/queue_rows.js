/** The rows of the list of trainings as HTML: pure functions of what the API answers. */

import { escape, fill } from "./format.js";
import { scale } from "./curves.js";

const LIVE = ["queued", "running", "paused"];
const DOTS = 150;
/** More of them scroll by themselves, so that the curves stay in reach. */
const MOST_ROWS = 8;

/** Jobs that were submitted together, in the order of the list; a job alone is a group of one. */
export function groupsOf(jobs) {
  const found = new Map();
  for (const job of jobs) {
    const key = job.batch || job.id;
    found.set(key, [...(found.get(key) ?? []), job]);
  }
  return [...found.values()];
}

/** What runs comes first, then what waits in its order, then what has ended, the newest on top. */
export function ordered(jobs) {
  const rank = ({ state }) => ({ running: 0, queued: 1, paused: 2 })[state] ?? 3;
  const place = ({ position }) => position ?? Infinity;
  return jobs.map((job, i) => [job, i])
    .sort(([a, i], [b, k]) => rank(a) - rank(b) || (place(a) - place(b) || 0) || i - k)
    .map(([job]) => job);
}

export function listOf(jobs, look) {
  const { labels, batch } = look;
  const paused = look.paused ? `<p class="paused" role="status">${escape(labels.paused)}</p>` : "";
  if (!jobs.length) return paused;
  const rows = batch ? sweepRows(jobs, look) : mixedRows(jobs, look);
  const count = batch ? jobs.length : groupsOf(jobs).length;
  return `${paused}<ol class="jobs${count > MOST_ROWS ? " long" : ""}${look.ticks ? "" : " plain"}${look.hasCurves ? "" : " bare"}" aria-label="${escape(labels.caption)}">${rows}</ol>`;
}

function mixedRows(jobs, look) {
  const groups = groupsOf(ordered(jobs));
  return groups.map((group) => (group.length > 1 ? groupRow(group, look) : jobRow(group[0], look))).join("");
}

/** In the order of what sets them apart, whatever the order of the queue. */
export function byVariant(a, b) {
  for (const field of Object.keys(a.variant)) {
    const [x, y] = [a.variant[field], b.variant[field]];
    if (x === y) continue;
    return typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
  }
  return 0;
}

/** All rows of a sweep, with one scale of values for all. */
function sweepRows(jobs, look) {
  const inOrder = [...jobs].sort(byVariant);
  const values = jobs.flatMap(({ best, last }) => [best, last]).filter((v) => v !== null && v !== undefined);
  const range = values.length ? [Math.min(...values), Math.max(...values)] : null;
  const known = jobs.filter((job) => typeof job.best === "number");
  // One alone is no best.
  const best = known.length > 1 ? Math.max(...known.map((job) => job.best)) : null;
  return inOrder.map((job) => jobRow(job, { ...look, range, isBest: best !== null && job.best === best })).join("");
}

function groupRow(group, { labels, isTeacher, asked }) {
  const [first] = group;
  const counts = {};
  for (const { state } of group) counts[state] = (counts[state] ?? 0) + 1;
  const states = ["running", "queued", "paused", "done", "failed", "cancelled"].filter((state) => counts[state])
    .map((state) => fill(labels.counted, { n: counts[state], state: labels.states[state] })).join(" · ");
  const progress = group.reduce((sum, job) => sum + (job.state === "done" ? 1 : job.progress ?? 0), 0) / group.length;
  const best = Math.max(...group.map((job) => job.best ?? -1));
  const live = group.some(({ state }) => LIVE.includes(state));
  const stopping = asked.get(first.batch) === "stop_all";
  const note = fill(labels.trainings, { n: group.length, data: first.data });
  const buttons = [
    button("sweep", first.batch, labels.open),
    ...(live && (first.mine || isTeacher) ? [button("stop_all", first.batch, labels.stopAll, stopping)] : []),
  ];
  return `<li class="group" data-testid="sweep" data-batch="${escape(first.batch)}"><span class="tick"></span><span></span>`
    + `<span class="name"><b title="${escape(first.group)}">${escape(first.group || first.title)}</b>`
    + `<em>${escape(note)}${owner(first, labels)}</em></span>`
    + `<span class="state">${escape(stopping ? labels.stopping : states)}</span>${bar(progress, first.group, live)}`
    + `<span class="value">${best < 0 ? "–" : percent(best)}</span><span class="actions">${buttons.join("")}</span></li>`;
}

function jobRow(job, look) {
  const { labels, batch, range, isBest } = look;
  const live = LIVE.includes(job.state);
  const name = batch ? labelOf(job, look.fields) : job.title;
  const tick = `<input type="checkbox" data-tick="${escape(job.id)}" aria-label="${named(labels.show, name)}"`
    + ` title="${escape(labels.showHint)}"${look.ticks ? "" : " hidden"}>`;
  const value = job.state === "done" || batch ? job.best : job.last;
  const word = isBest ? `<i class="best">${escape(labels.best)}</i>` : "";
  return `<li data-testid="job" data-job="${escape(job.id)}" data-state="${escape(job.state)}"`
    + `${isBest ? ' class="lead"' : ""}><span class="tick">${tick}</span>`
    + `<svg width="12" height="12" aria-hidden="true" data-sign="${escape(job.id)}"></svg>`
    + `<span class="name"><b title="${escape(name)}">${escape(name)}</b><em>${escape(noteOf(job, look))}${owner(job, labels)}</em></span>`
    + `<span class="state" title="${escape(job.reason)}">${escape(stateOf(job, look))}</span>`
    + (batch && !live ? dots(job, range, labels) : bar(job.progress ?? 0, name, live && (job.progress ?? 0) > 0))
    + `<span class="value">${value === null || value === undefined ? "–" : percent(value)}${word}</span>`
    + `<span class="actions">${actions(job, look, name)}</span></li>`;
}

/** How a training differs from others of its name. */
function noteOf(job, { labels, batch, hasCurves = true }) {
  if (!hasCurves) return "";
  const parts = batch ? [] : [job.data];
  if (job.epochs) parts.push(fill(labels.epochs, { n: job.epochs }));
  if (!batch && job.seed) parts.push(fill(labels.seed, { n: job.seed }));
  if (job.attempt > 1 && LIVE.includes(job.state)) parts.push(fill(labels.attempt, { n: job.attempt }));
  return parts.join(" · ");
}

/** The values that set a training of a sweep apart. */
export function labelOf(job, fields = {}) {
  const found = Object.entries(job.variant).map(([field, value]) => {
    if (fields[field]) return `${fields[field]} ${value}`;
    const parts = field.split(".").filter((part) => !["*", "block", "stages"].includes(part));
    const name = (parts.length > 1 ? parts.slice(1) : parts).join(" ").replaceAll("_", " ");
    return `${name} ${value}`;
  });
  return found.join(", ") || job.title;
}

const owner = ({ mine }, labels) => (mine ? "" : ` <u>${escape(labels.others)}</u>`);

/** Where a job stands, in words. */
export function stateOf(job, { labels, asked }) {
  const deed = asked.get(job.id);
  if (deed && labels.asked[deed]) return labels.asked[deed];
  const word = labels.states[job.state] ?? job.state;
  if (job.state === "running") {
    if (job.want) return labels.wanted[job.want] ?? word;
    if (job.lost) return labels.lost;
    return job.text ? `${word} · ${job.text}` : labels.starting;
  }
  if (job.state === "queued") {
    const place = job.position ? fill(labels.position, { n: job.position }) : word;
    return [place, job.reason, job.starts].filter(Boolean).join(" · ");
  }
  return job.reason && job.state !== "done" ? `${word} · ${job.reason}` : word;
}

/** What can be done with a job: the likeliest as a button, the others in a menu. */
function actions(job, look, name) {
  const { labels, isTeacher, isClass } = look;
  const may = job.mine || isTeacher;
  const live = LIVE.includes(job.state);
  const main = [];
  const more = [];
  if (live && may) main.push(button("stop", job.id, labels.stop, look.asked.get(job.id) === "stop" || job.want === "cancel"));
  if (["failed", "cancelled"].includes(job.state) && may) main.push(button("retry", job.id, labels.retry));
  if (job.state === "done" && look.hasCurves) main.push(button("details", job.id, labels.details));
  if (may && job.state === "running" && look.hasCurves) more.push(["pause", labels.pause]);
  if (may && job.state === "paused") main.unshift(button("resume", job.id, labels.resume));
  if (may && job.state === "queued") more.push(["up", labels.up]);
  if (isClass && isTeacher && ["queued", "paused"].includes(job.state)) more.push(job.priority ? ["usual", labels.usual] : ["first", labels.first]);
  if (may && ["failed", "cancelled"].includes(job.state)) more.push(["anew", labels.anew]);
  if (look.hasCurves && job.state !== "done" && job.last !== null) more.push(["details", labels.details]);
  if (look.hasCurves) more.push(["clone", labels.clone]);
  if (may && !live) more.push(["delete", labels.delete]);
  return main.join("") + menu(more, job.id, name, look);
}

function menu(items, id, name, { labels, menu: open }) {
  if (!items.length) return "";
  const buttons = items.map(([deed, label]) => button(deed, id, label)).join("");
  return `<details data-menu="${escape(id)}"${open === id ? " open" : ""}>`
    + `<summary aria-label="${named(labels.more, name)}" title="${named(labels.more, name)}">⋯</summary><div>${buttons}</div></details>`;
}

function button(deed, id, label, disabled = false) {
  return `<button type="button" data-do="${deed}" data-id="${escape(id)}"${disabled ? " disabled" : ""}>${escape(label)}</button>`;
}

function bar(share, name, live) {
  const percents = Math.round(100 * share);
  if (!live) return '<span class="bar none"></span>';
  return `<span class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${percents}"`
    + ` aria-label="${escape(name)}"><i style="width:${percents}%"></i></span>`;
}

/** The last value as a ring and the best as a dot, on the scale of all rows. */
function dots({ best, last }, range, labels) {
  if (best === null || best === undefined || !range) return '<span class="bar none"></span>';
  const x = range[0] === range[1] ? () => DOTS / 2 : scale(range, [6, DOTS - 6]);
  const alt = fill(labels.dots, { last: percent(last), best: percent(best) });
  return `<svg class="dots" viewBox="0 0 ${DOTS} 14" role="img" aria-label="${escape(alt)}"><title>${escape(alt)}</title>`
    + `<line x1="0" x2="${DOTS}" y1="7" y2="7"></line><circle cx="${x(best).toFixed(1)}" cy="7" r="4"></circle>`
    + `<circle class="ring" cx="${x(last).toFixed(1)}" cy="7" r="4.5"></circle></svg>`;
}

const percent = (value) => `${(100 * value).toFixed(1)} %`;
const named = (words, name) => escape(fill(words, { name }));
