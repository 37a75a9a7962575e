// Curves as pure functions: scales, ticks and SVG paths. No document, no fetch.

/** Round steps of 1, 2, 2.5 or 5 times a power of ten: about `count` ticks from `low` to `high`. */
export function ticks(low, high, count = 4) {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

/** Smallest and largest of finite values, padded; null when there are none. */
export function extent(values, { floor = null, ceiling = null, pad = 0.06 } = {}) {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return null;
  const room = (high - low || Math.abs(high) || 1) * pad;
  low -= room;
  high += room;
  if (floor !== null) low = Math.max(floor, low);
  if (ceiling !== null) high = Math.min(ceiling, high);
  return [low, high];
}

/** A linear map from a domain to a range. */
export function scale([d0, d1], [r0, r1]) {
  const factor = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  return (v) => r0 + (v - d0) * factor;
}

/** A logarithmic map from a domain of positive values to a range. */
export function logScale([d0, d1], range) {
  const linear = scale([Math.log10(d0), Math.log10(d1)], range);
  return (v) => linear(Math.log10(v));
}

/** Ticks at 1, 2 and 5 times powers of ten, or at the powers alone where those are many. */
export function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power += 1) {
    for (const factor of [1, 2, 5]) found.push(Number((factor * 10 ** power).toPrecision(3)));
  }
  const inside = found.filter((t) => t >= low && t <= high);
  if (inside.length <= 6) return inside.length ? inside : [low];
  return inside.filter((t) => Math.abs(Math.log10(t) - Math.round(Math.log10(t))) < 1e-9);
}

/** The `d` attribute of the area between two lines over the same places. */
export function area(places, low, high, x, y) {
  const edge = (values) => places.map((place, i) => `${x(place).toFixed(1)} ${y(values[i]).toFixed(1)}`);
  return `M${edge(high).join("L")}L${edge(low).reverse().join("L")}Z`;
}

/** At most `limit` points, each the mean of its neighbours, so that a long curve stays light. */
export function thin(points, limit = 400) {
  if (points.length <= limit) return points;
  const size = Math.ceil(points.length / limit);
  const found = [];
  for (let i = 0; i < points.length; i += size) {
    const part = points.slice(i, i + size);
    const mean = (k) => part.reduce((sum, p) => sum + p[k], 0) / part.length;
    found.push([mean(0), mean(1)]);
  }
  return found;
}

/**
 * Points smoothed by an exponential moving average, corrected for its start as in Adam.
 * `weight` 0 changes nothing; near 1, a point counts for about 1 / (1 - weight) others.
 */
export function smoothed(points, weight) {
  if (!(weight > 0)) return points;
  let mean = 0;
  return points.map(([x, y], i) => {
    mean = weight * mean + (1 - weight) * y;
    return [x, mean / (1 - weight ** (i + 1))];
  });
}

/** The smallest extent of positive values in powers of ten; null when there are none. */
export function logExtent(values) {
  const positive = values.filter((v) => Number.isFinite(v) && v > 0);
  if (!positive.length) return null;
  return [Math.min(...positive) / 1.1, Math.max(...positive) * 1.1];
}

/** The points of one metric as [x, y], in order. */
export function series(points, metric) {
  const found = [];
  for (const { step, data } of points) {
    const y = data[metric];
    if (Number.isFinite(y)) found.push([Number.isFinite(data.epoch) ? data.epoch : step, y]);
  }
  return found;
}

/** The `d` attribute of a line through points. */
export function line(points, x, y) {
  return points.map((p, i) => `${i ? "L" : "M"}${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join("");
}

/** The point whose x lies nearest; null of an empty list. */
export function nearest(points, x) {
  let best = null;
  for (const p of points) if (!best || Math.abs(p[0] - x) < Math.abs(best[0] - x)) best = p;
  return best;
}

/** Add what the server sent: points of a later attempt replace earlier ones from their step on. */
export function merged(known, news) {
  const points = known.slice();
  for (const p of news) {
    while (points.length && points.at(-1).attempt < p.attempt && points.at(-1).step >= p.step) {
      points.pop();
    }
    points.push(p);
  }
  return points;
}

/** Labels at the ends of lines, moved apart so that none covers another, none beyond `bottom`. */
export function spread(wanted, gap, bottom = Infinity) {
  const order = wanted.map((y, i) => [y, i]).sort((a, b) => a[0] - b[0]);
  const placed = new Array(wanted.length);
  let last = -Infinity;
  for (const [y, i] of order) {
    last = Math.max(y, last + gap);
    placed[i] = last;
  }
  let next = bottom + gap;
  for (const [, i] of order.reverse()) {
    next = placed[i] = Math.min(placed[i], next - gap);
  }
  return placed;
}
