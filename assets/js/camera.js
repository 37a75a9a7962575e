/** Where the reader looks: pan and zoom of one picture. Pure arithmetic. */

const MIN_ZOOM = 0.12;
const MAX_ZOOM = 3;
const READABLE = 0.92;
const STILL_READABLE = 0.84;
const MAX_FIT = 1.1;
const EDGE = 10;
const LINE_ROOM = 40;

/** Return the room at the sides that a picture of a length leaves at a zoom. */
const centred = (length, width, k) => (width - length * k) / 2;

/**
 * Return {x, y, k} that shows a picture as large as it stays readable.
 *
 * `frame` is {width, height, top}: the view, and what the legend takes of it. What does not fit
 * at a readable size runs out of the view, with `focus` (an s) near its middle. `smallest` is the
 * zoom at which a whole picture is still better than a part of a larger one.
 */
export function look(picture, frame, focus = 0, smallest = STILL_READABLE) {
  const whole = fitting(picture, frame);
  return at(picture, frame, whole >= smallest ? whole : READABLE, focus);
}

/** Return {x, y, k} that shows a whole picture, however small. */
export function fit(picture, frame) {
  return at(picture, frame, fitting(picture, frame), 0);
}

function fitting({ length, up, down }, { width, height, top }) {
  const along = (width - 2 * EDGE) / length;
  const across = (height - top - 4) / (up + down + 26);
  return clamp(Math.min(along, across), MIN_ZOOM, MAX_FIT);
}

function at(picture, frame, k, focus) {
  const camera = { k, x: frame.width / 2 - focus * k, y: level(picture, frame, k) };
  return keepInView(camera, picture, frame);
}

function level({ up, down }, { height, top }, k) {
  const free = height - top - (up + down + 26) * k;
  return top + Math.max(0, free / 2) + up * k;
}

/** Return a camera zoomed by a factor about a point of the view. */
export function zoom(camera, factor, [px, py]) {
  const k = clamp(camera.k * factor, MIN_ZOOM, MAX_ZOOM);
  const scale = k / camera.k;
  return { k, x: px - (px - camera.x) * scale, y: py - (py - camera.y) * scale };
}

/** Return a camera with the main line in view and no more emptiness at the sides than it must. */
export function keepInView(camera, { length }, { width, height, top }) {
  const { k } = camera;
  const y = clamp(camera.y, top + LINE_ROOM, height - LINE_ROOM);
  if (length * k <= width - 2 * EDGE) return { k, y, x: centred(length, width, k) };
  return { k, y, x: clamp(camera.x, width - EDGE - length * k, EDGE) };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
