/** Draws the unravelled view: the stack on top, under each block its column. */

import { between, runsThrough, sortRows } from "./bundles.js";
import { escape } from "./format.js";

export const LINE = 44;
const n = (value) => String(Math.round(value * 100) / 100);

/** Return the measures of a view of a width: margins, columns, first bundle. */
export function columnsOf(width, numColumns, hasRows = true) {
  const isNarrow = width <= 480;
  // A ribbon's label is a range of lengths and a count in powers of ten.
  const narrow = hasRows ? [30, 44] : [50, 66];
  const [left, right] = isNarrow ? narrow : [96, 104];
  const step = (width - left - right) / Math.max(1, numColumns);
  const centres = Array.from({ length: numColumns }, (_, i) => left + step * (i + 0.5));
  const bar = Math.max(1, step * (numColumns > 20 ? 0.7 : 0.5));
  return { width, isNarrow, left, right, step, centres, bar, top: isNarrow ? 96 : 112 };
}

/**
 * Return the stack of blocks.
 *
 * `chosen` is the unit whose paths are dark, or -1; `lit` says how a block is lit: "on" or "off" of
 * a followed path, a number for the share of a ribbon's paths, null otherwise.
 */
export function stackOf(units, place, chosen, labels, lit = () => null) {
  const { left, right, width, centres, step, bar, isNarrow } = place;
  const isDense = step < 30;
  const parts = [`<path class="wire" d="M${n(left - 8)} ${LINE}H${n(width - right + 8)}"/>`];
  if (!isNarrow) parts.push(words(left - 16, LINE + 4, labels.stack, "end", "t2 halo-text"));
  units.forEach((unit, i) => {
    const x = centres[i];
    const [from, to] = [x - step * 0.42, x + step * 0.4];
    const block = Math.min(bar, 40);
    const height = isDense ? 18 : 26;
    const isChosen = i === chosen;
    const light = lit(i);
    const style = ["item", isChosen ? "selected" : "", typeof light === "string" ? light : ""];
    const shade = typeof light === "number" ? ` fill-opacity="${shadeOf(light)}"` : "";
    parts.push(`<g class="${style.filter(Boolean).join(" ")}" role="button" tabindex="0"`
      + ` data-unit="${i}" data-testid="unit" data-address="${escape(unit.address)}"`
      + ` aria-pressed="${isChosen}" aria-label="${escape(unit.address)}">`
      + `<rect class="hit" x="${n(from)}" y="${LINE - 30}" width="${n(to - from)}" height="64" fill="transparent"/>`
      + `<rect class="ring" x="${n(x - block / 2 - 3)}" y="${LINE - height / 2 - 3}"`
      + ` width="${n(block + 6)}" height="${height + 6}" rx="6"/>`
      + `<rect class="solid" x="${n(x - block / 2)}" y="${LINE - height / 2}" width="${n(block)}"`
      + ` height="${height}" rx="${isDense ? 2 : 4}"${shade}/></g>`);
    parts.push(arcOf(unit, from, to, isDense, step));
    if (!isDense || isFirst(units, i)) {
      parts.push(words(x, LINE + 32, unit.label, isDense ? "start" : "middle", "t2 small halo-text"));
    }
  });
  return parts.join("");
}

const isFirst = (units, i) => i === 0
  || units[i].label.split(".")[0] !== units[i - 1].label.split(".")[0];

function arcOf(unit, from, to, isDense, step) {
  const r = Math.min(7, (to - from) / 3);
  const top = LINE - (isDense ? 17 : 24);
  const style = isDense ? ' style="stroke-width:1.5"' : "";
  const arc = `<path class="arc"${style} d="M${n(from)} ${LINE}V${n(top + r)}`
    + `Q${n(from)} ${top} ${n(from + r)} ${top}H${n(to - r)}Q${n(to)} ${top} ${n(to)} ${n(top + r)}V${LINE}"/>`;
  if (isDense) return arc;
  const plus = `<circle class="dot" cx="${n(from)}" cy="${LINE}" r="2.5"/>`
    + `<circle class="plus" cx="${n(to)}" cy="${LINE}" r="6"/>`
    + `<path class="plus" d="M${n(to - 3)} ${LINE}h6m-3 -3v6"/>`;
  if (!unit.tag || step < 34) return arc + plus;
  const width = Math.max(26, unit.tag.length * 5.5 + 10);
  const middle = (from + to) / 2;
  return `${arc}${plus}<rect class="tag" x="${n(middle - width / 2)}" y="${top - 8}" width="${n(width)}"`
    + ` height="16" rx="4"/><text class="tagtext" x="${n(middle)}" y="${top + 4}" text-anchor="middle">`
    + `${escape(unit.tag)}</text>`;
}

/**
 * Return one bundle in its own coordinates: x as on the page, y from 0 to 1.
 *
 * Args: `chosen` is the unit whose paths come first and dark, or -1.
 */
export function bundleOf(bundle, place, chosen) {
  if (bundle.rows === null) return ribbonOf(bundle, place, chosen);
  const { left, right, width } = place;
  const { rows, numDark } = sortRows(bundle.rows, chosen < 0 ? 0 : 1 << chosen);
  const each = 1 / rows.length;
  const band = (tone, from, to) => (from === to ? "" : `<rect class="band ${tone}" x="${left}"`
    + ` y="${from * each}" width="${width - left - right}" height="${(to - from) * each}"/>`
    + `<path class="${tone}" d="${cells(rows, place, from, to)}"/>`);
  return { elements: band("through", 0, numDark) + band("ghost", numDark, rows.length), rows, numDark };
}

function cells(rows, { centres, bar }, from, to) {
  const each = 1 / rows.length;
  let path = "";
  centres.forEach((x, unit) => {
    for (const [first, last] of runsThrough(rows, unit, from, to)) {
      path += `M${n(x - bar / 2)} ${first * each}h${n(bar)}v${(last - first) * each}h-${n(bar)}z`;
    }
  });
  return path;
}

/** Draw a ribbon; of its paths the share through the chosen unit stands first and dark. */
function ribbonOf({ share, given }, place, chosen) {
  if (chosen < 0) return { elements: shades(place, 0, 1, () => share, "through"), rows: null, numDark: 0 };
  const [through, past] = given;
  const dark = shades(place, 0, share, (i) => (i === chosen ? 1 : through), "through");
  const pale = shades(place, share, 1, (i) => (i === chosen ? 0 : past), "ghost");
  return { elements: dark + pale, rows: null, numDark: 0 };
}

function shades({ left, right, width, centres, bar }, from, to, shareOf, tone) {
  if (from >= to) return "";
  const rows = `y="${from}" height="${to - from}"`;
  const ground = `<rect class="band ${tone}" x="${left}" ${rows} width="${width - left - right}"/>`;
  return ground + centres.map((x, i) => `<rect class="${tone}" x="${n(x - bar / 2)}" ${rows}`
    + ` width="${n(bar)}" opacity="${shadeOf(shareOf(i))}"/>`).join("");
}

const shadeOf = (share) => (share ? 0.08 + 0.92 * share : 0).toFixed(3);

/** Return the two fans of a bundle between `in`, its band and `out`. */
export function fansOf({ left, right, width, isNarrow }, middle, top, height) {
  if (isNarrow) return "";
  const bottom = top + height;
  return [[10, left], [width - 10, width - right]].map(([u, v]) => {
    const half = (u + v) / 2;
    return `M${u} ${n(middle)}C${half} ${n(middle)} ${half} ${n(top)} ${v} ${n(top)}V${n(bottom)}`
      + `C${half} ${n(bottom)} ${half} ${n(middle)} ${u} ${n(middle)}`;
  }).join("");
}

/** Return the followed path: a violet line with a bar at each block it goes through. */
export function pathOf(path, place, y, middle, t) {
  const { left, right, width, isNarrow, centres, bar } = place;
  const [a, b] = [(10 + left) / 2, width - (10 + right) / 2];
  const line = isNarrow
    ? `M${left - 6} ${n(y)}H${width - right + 6}`
    : `M10 ${n(middle)}C${a} ${n(middle)} ${a} ${n(y)} ${left} ${n(y)}H${width - right}`
      + `C${b} ${n(y)} ${b} ${n(middle)} ${width - 10} ${n(middle)}`;
  const height = between(26, 10, t);
  const bars = centres.map((x, i) => ((path >> i) & 1
    ? `<rect class="stop" x="${n(x - bar / 2)}" y="${n(y - height / 2)}" width="${n(bar)}"`
      + ` height="${n(height)}" rx="3"/>`
    : ""));
  return `<path class="halo" d="M${left} ${n(y)}H${width - right}"/>`
    + `<path class="follow" d="${line}"/>${bars.join("")}`;
}

/** Return a text element. */
export function words(x, y, text, anchor, style) {
  return `<text class="${style}" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${escape(text)}</text>`;
}
