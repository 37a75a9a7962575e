import assert from "node:assert/strict";
import { test } from "node:test";

import { fixed, lastEpoch, upTo } from "../../assets/js/replay.js";

const point = (epoch, error) => ({ step: epoch, data: { epoch, error } });
const runs = [
  { points: [point(1, 0.8), point(2, 0.4), point(3, 0.2)] },
  { points: [point(1, 0.9), point(2, 0.6)] },
];

test("a replay shows what was known at an epoch", () => {
  assert.deepEqual(upTo(runs[0].points, 2), runs[0].points.slice(0, 2));
  assert.deepEqual(upTo(runs[0].points, 0.5), []);
  assert.equal(upTo(runs[0].points, 9).length, 3);
});

test("between two epochs it moves on in a straight line", () => {
  const shown = upTo(runs[0].points, 1.5);
  assert.equal(shown.length, 2);
  assert.equal(shown[1].data.epoch, 1.5);
  assert.ok(Math.abs(shown[1].data.error - 0.6) < 1e-12);
});

test("the axes hold the whole training from the beginning", () => {
  assert.equal(lastEpoch(runs), 3);
  const spec = fixed({ metric: "error", limits: { floor: 0, ceiling: 1 } }, runs);
  assert.deepEqual(spec.xs, [0, 3]);
  assert.ok(spec.ys[0] <= 0.2 && spec.ys[1] >= 0.9);
});

test("without runs there is still a chart", () => {
  assert.equal(lastEpoch([]), 1);
  assert.deepEqual(fixed({ metric: "error", limits: {} }, []).ys, [0, 1]);
});
