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

/** Return words with `{key}` replaced by its label; an unknown key stays. */
export function fill(words, labels) {
  return words.replace(/\{(\w+)\}/g, (whole, key) => labels[key] ?? whole);
}

/** Return text that is safe between tags and in attributes. */
export function escape(text) {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
  return String(text).replace(/[&<>"']/g, (mark) => marks[mark]);
}
