import assert from "node:assert/strict";
import test from "node:test";
import {
  area, extent, line, logScale, logTicks, merged, nearest, scale, series, spread, thin, ticks,
} from "../../assets/js/curves.js";

test("ticks are round and lie inside", () => {
  assert.deepEqual(ticks(0, 1), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(ticks(0.02, 2.31), [1, 2]);
  assert.deepEqual(ticks(3, 3), [3]);
  for (const [low, high] of [[0, 7], [-3, 0.2], [1e-4, 3e-4], [0, 1e9]]) {
    const found = ticks(low, high);
    assert.ok(found.length >= 2 && found.length <= 7, `${low}..${high}: ${found}`);
    assert.ok(found.every((t) => t >= low - 1e-12 && t <= high * (1 + 1e-9)));
  }
});

test("extent ignores what is not a number, pads, and keeps limits", () => {
  assert.equal(extent([NaN, undefined]), null);
  assert.deepEqual(extent([1, NaN, 3], { pad: 0 }), [1, 3]);
  assert.deepEqual(extent([0, 1], { floor: 0, ceiling: 1 }), [0, 1]);
  const [low, high] = extent([2, 2]);
  assert.ok(low < 2 && high > 2);
});

test("a scale maps both ends, and a domain of one point does not divide by zero", () => {
  const s = scale([0, 10], [100, 0]);
  assert.equal(s(0), 100);
  assert.equal(s(10), 0);
  assert.equal(scale([5, 5], [1, 2])(5), 1);
});

test("thinning keeps the mean and the order", () => {
  const points = Array.from({ length: 1000 }, (_, i) => [i, 2 * i]);
  const found = thin(points, 100);
  assert.equal(found.length, 100);
  assert.deepEqual(found[0], [4.5, 9]);
  assert.ok(found.every((p, i) => !i || p[0] > found[i - 1][0]));
  assert.equal(thin(points.slice(0, 5)).length, 5);
});

test("a series takes the epoch as x where there is one, and leaves out what is missing", () => {
  const points = [
    { step: 1, data: { loss: 2, epoch: 0.1 } },
    { step: 2, data: { accuracy: 0.5 } },
    { step: 3, data: { loss: 1 } },
  ];
  assert.deepEqual(series(points, "loss"), [[0.1, 2], [3, 1]]);
});

test("a resumed run replaces the steps it repeats", () => {
  const p = (step, attempt) => ({ step, attempt });
  const found = merged([p(1, 1), p(2, 1), p(3, 1)], [p(2, 2), p(3, 2)]);
  assert.deepEqual(found, [p(1, 1), p(2, 2), p(3, 2)]);
});

test("labels at line ends keep their distance", () => {
  const found = spread([50, 10, 52], 14);
  assert.deepEqual(found, [50, 10, 64]);
});

test("line and nearest", () => {
  const same = (v) => v;
  assert.equal(line([[0, 1], [2, 3]], same, same), "M0.0 1.0L2.0 3.0");
  assert.deepEqual(nearest([[0, 1], [2, 3]], 1.4), [2, 3]);
  assert.equal(nearest([], 0), null);
});

test("a logarithmic axis has round ticks inside", () => {
  assert.deepEqual(logTicks(0.9, 12), [1, 2, 5, 10]);
  assert.deepEqual(logTicks(1e6, 1e11), [1e6, 1e7, 1e8, 1e9, 1e10, 1e11]);
  assert.deepEqual(logTicks(3, 4), [3]);
  const s = logScale([1, 100], [0, 10]);
  assert.equal(s(10), 5);
});

test("an area goes along the upper line and back along the lower", () => {
  const same = (v) => v;
  assert.equal(area([0, 1], [0, 2], [4, 6], same, same), "M0.0 4.0L1.0 6.0L1.0 2.0L0.0 0.0Z");
});

test("names at the bottom move up, and none covers another", () => {
  const found = spread([95, 96, 97, 20], 15, 100);
  assert.ok(Math.max(...found) <= 100);
  const sorted = [...found].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i += 1) assert.ok(sorted[i] - sorted[i - 1] >= 15);
  assert.equal(found[3], 20);
});
