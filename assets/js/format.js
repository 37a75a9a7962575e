/** How numbers are written; mirrors explorer/units.py. */

const SCALES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

/** Return a number with four significant digits and its SI letter. */
export function scaled(value, digits = 4) {
  for (const [factor, letter] of SCALES) {
    if (Math.abs(value) >= factor) {
      const shown = value / factor;
      const whole = String(Math.trunc(Math.abs(shown))).length;
      return [shown.toFixed(Math.max(0, digits - whole)), letter];
    }
  }
  return [Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(digits))), ""];
}

/** Return an exact integer with thousands separators. */
export function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Return a short figure with its unit: `4.255 G MAC`. */
export function quantity(value, unit = "") {
  const [number, letter] = scaled(value);
  const suffix = unit === "B" ? `${letter}B` : `${letter} ${unit}`.trim();
  return `${number} ${suffix}`.trim();
}

/** Return a signed short figure with a true minus sign: `+1.02 M`, `−12`. */
export function change(value) {
  const [number, letter] = scaled(Math.abs(value));
  return `${value < 0 ? "−" : "+"}${number}${letter ? ` ${letter}` : ""}`;
}

/** Return a short time, given in seconds: `0.482 ms`, `37.9 ms`, `1.25 s`. */
export function milliseconds(value) {
  const [factor, unit] = value >= 1 ? [1, "s"] : [1000, "ms"];
  const shown = value * factor;
  const whole = shown < 1 ? 0 : String(Math.trunc(shown)).length;
  return `${shown.toFixed(Math.max(0, 3 - whole))} ${unit}`;
}

/** Return a value of a unit: `percent` (a share), `time` (seconds), `seconds`, or as `quantity`. */
export function written(value, unit) {
  if (unit === "percent") return `${(100 * value).toFixed(1)} %`;
  if (unit === "time") return milliseconds(value);
  if (unit === "plain") return String(Number(value.toPrecision(3)));
  if (unit === "seconds") return value < 100 ? `${Number(value.toPrecision(3))} s` : `${Math.round(value / 60)} min`;
  return quantity(value, unit);
}

/** The same on an axis, without needless digits: `1 M`, `50 %`, `20 ms`. */
export function onAxis(value, unit) {
  if (unit === "percent") return `${Number((100 * value).toPrecision(3))} %`;
  const [number, ...rest] = written(value, unit).split(" ");
  return [String(Number(number.replaceAll(",", ""))), ...rest.filter((word) => word !== "MAC")].join(" ");
}

/** Return words with `{key}` replaced by its label; an unknown key stays. */
export function fill(words, labels) {
  return words.replace(/\{(\w+)\}/g, (whole, key) => labels[key] ?? whole);
}

/** Return text that is safe between tags and in attributes. */
export function escape(text) {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  return String(text).replace(/[&<>"']/g, (mark) => marks[mark]);
}
