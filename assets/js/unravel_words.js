/** What the unravelled view says: a followed path, a lit ribbon, the paths through a block. */

import { lengthOf } from "./bundles.js";
import { count, escape, fill } from "./format.js";

/** Return the sentence about a followed path; `always` blocks are on every path. */
export function sentenceOf(path, units, labels, always = 0) {
  const k = lengthOf(path);
  const length = k + always;
  if (k === 0) return labels.followed_none.replace("{k}", length);
  if (k === units.length) return labels.followed_all.replace("{k}", length);
  const through = units.filter((_, i) => (path >> i) & 1).map(({ label }) => label).join(", ");
  return labels.followed.replace("{k}", length).replace("{through}", through)
    .replace("{past}", units.length - k);
}

/** Return the sentence about the paths through a unit; `bundles` as Python sent them. */
export function throughOf(unit, { bundles, total, half }, labels) {
  const hasRows = bundles[0]?.rows != null;
  const part = hasRows
    ? count(bundles.reduce((sum, { rows }) => sum + rows.length, 0) / 2)
    : half;
  const words = unit.count > 1 ? labels.through_each : labels.through;
  return fill(words, { part, all: total, block: unit.label });
}

/** Return the sentence about a ribbon. */
export function ribbonWords({ label, count: number, weight, share }, total, labels) {
  return fill(labels.ribbon, {
    length: label, count: number, all: total, weight: percent(weight), share: percent(share),
  });
}

/** Return a share in 0..1 with three significant digits. */
export function percent(share) {
  const value = 100 * share;
  if (value && value < 1e-3) return `${value.toExponential(1)} %`;
  return `${Number(value.toPrecision(3))} %`;
}

/** Return the rows of the table and of the CSV, the head first. */
export function tableOf(bundles, labels) {
  const lines = bundles.map(({ label, full, weight }) => [label, full, percent(weight)]);
  return [[labels.length, labels.num_paths, labels.share], ...lines];
}

/** Return the table as HTML, exact integers with separators. */
export function tableHtml(bundles, labels) {
  const [head, ...lines] = tableOf(bundles, labels);
  const cells = (tag, line) => line.map((text) => `<${tag}>${escape(text)}</${tag}>`).join("");
  const rows = lines.map(([label, full, weight]) => `<tr>${cells("td", [label, count(full), weight])}</tr>`);
  const top = head.map((text) => `<th scope="col">${escape(text)}</th>`).join("");
  return `<table><thead><tr>${top}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** Return the path that goes through the units with some labels, and only those. */
export function pathFrom(names, units) {
  if (names === null || names === undefined) return null;
  return units.reduce((path, { label }, i) => (names.includes(label) ? path | (1 << i) : path), 0);
}
