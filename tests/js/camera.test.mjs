import assert from "node:assert/strict";
import { test } from "node:test";

import { fit, keepInView, look, zoom } from "../../assets/js/camera.js";

const frame = { width: 860, height: 420, top: 42 };
const short = { length: 500, up: 182, down: 152 };
const long = { length: 4000, up: 182, down: 152 };

test("a short picture stands in the middle", () => {
  const { x, k } = look(short, frame);
  assert.ok(k >= 0.92);
  assert.ok(Math.abs(x * 2 + short.length * k - frame.width) < 1e-9);
});

test("a long one stays readable and begins at its start", () => {
  const { x, k } = look(long, frame);
  assert.equal(k, 0.92);
  assert.equal(x, 10);
});

test("interest comes to the middle", () => {
  const { x, k } = look(long, frame, 2000);
  assert.ok(Math.abs(x + 2000 * k - frame.width / 2) < 1e-9);
});

test("fit shows everything", () => {
  const { x, k } = fit(long, frame);
  assert.ok(x >= 0 && x + long.length * k <= frame.width);
});

test("zooming keeps the point under the pointer", () => {
  const before = { x: -300, y: 200, k: 1 };
  const after = zoom(before, 1.5, [400, 100]);
  const place = ({ x, k }) => (400 - x) / k;
  assert.ok(Math.abs(place(before) - place(after)) < 1e-9);
});

test("zoom has limits", () => {
  assert.equal(zoom({ x: 0, y: 0, k: 2.9 }, 10, [0, 0]).k, 3);
  assert.equal(zoom({ x: 0, y: 0, k: 0.2 }, 0.01, [0, 0]).k, 0.12);
});

test("a picture cannot be dragged out of sight", () => {
  const camera = keepInView({ x: 900, y: 0, k: 1 }, long, frame);
  assert.equal(camera.x, 10);
  assert.equal(camera.y, 82);
  assert.equal(keepInView({ x: 0, y: 999, k: 1 }, long, frame).y, 380);
  assert.equal(keepInView({ x: -9000, y: 0, k: 1 }, long, frame).x, 860 - 10 - 4000);
});
