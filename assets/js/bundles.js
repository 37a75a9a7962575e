/** Layout of the unravelled view: pure functions from bundles and room to places. */

export const MIN_BUNDLE = 8;
const MAX_ROW = 14;

/**
 * Return [{top, height}] for bundles one under the other, [px] below the first.
 *
 * Heights are proportional to the number of paths, but at least MIN_BUNDLE.
 */
export function stackBundles(bundles, room, gap) {
  const free = Math.max(bundles.length * MIN_BUNDLE, room - gap * (bundles.length - 1));
  const rows = bundles.reduce((sum, { rows: own }) => sum + (own?.length ?? 0), 0);
  let scale = free;
  for (let i = 0; i < 12; i += 1) {
    const small = bundles.filter(({ weight }) => weight * scale < MIN_BUNDLE);
    const rest = bundles.reduce((sum, { weight }) => sum + (weight * scale < MIN_BUNDLE ? 0 : weight), 0);
    if (rest === 0) break;
    const next = (free - small.length * MIN_BUNDLE) / rest;
    if (Math.abs(next - scale) < 1e-6) break;
    scale = next;
  }
  if (rows) scale = Math.min(scale, MAX_ROW * rows);
  let top = 0;
  return bundles.map(({ weight }) => {
    const height = Math.max(MIN_BUNDLE, weight * scale);
    const place = { top, height };
    top += height + gap;
    return place;
  });
}

/** Return the rows of a bundle with those that hold `mask` first, and how many these are. */
export function sortRows(rows, mask) {
  const holds = (row) => (row & mask) === mask;
  const dark = rows.filter(holds);
  return { rows: [...dark, ...rows.filter((row) => !holds(row))], numDark: dark.length };
}

/** Return the runs [first, last) of rows that go through a unit, between two rows. */
export function runsThrough(rows, unit, from, to) {
  const runs = [];
  let start = -1;
  for (let r = from; r <= to; r += 1) {
    const isIn = r < to && (rows[r] >> unit) & 1;
    if (isIn && start < 0) start = r;
    if (!isIn && start >= 0) {
      runs.push([start, r]);
      start = -1;
    }
  }
  return runs;
}

/** Return how many units a path goes through. */
export function lengthOf(path) {
  let rest = path;
  let length = 0;
  for (; rest; rest &= rest - 1) length += 1;
  return length;
}

/** Return a value between two, at t in 0..1. */
export const between = (a, b, t) => a + (b - a) * t;

/** Return t with a soft start and end. */
export const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);
