/** Chooses our palette by the ground that the page has. */

import { luma } from "./colour.js";

/** Return red, green and blue of a CSS colour, or null if it is written in another way. */
export function parseColour(text) {
  const hex = /^#([0-9a-f]{6})/i.exec(text.trim());
  if (hex) return [0, 2, 4].map((i) => parseInt(hex[1].slice(i, i + 2), 16));
  const short = /^#([0-9a-f]{3})$/i.exec(text.trim());
  if (short) return [...short[1]].map((c) => parseInt(c + c, 16));
  const parts = /^rgba?\(([^)]+)\)/.exec(text.trim());
  return parts ? parts[1].split(/[\s,/]+/).slice(0, 3).map(Number) : null;
}

/** Return `light` or `dark` for an element inside a Streamlit component. */
export function themeOf(element) {
  const ground = getComputedStyle(element).getPropertyValue("--st-background-color");
  const colour = parseColour(ground) ?? [255, 255, 255];
  return luma(colour) < 122 ? "dark" : "light";
}
