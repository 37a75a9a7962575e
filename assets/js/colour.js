/** From values to colours; mirrors explorer/figures/scale.py and theme.py. */

/** Return where a value lies in a domain; outside 0..1 if it lies outside. */
export function share(value, [low, high], scale) {
  if (scale === "log") {
    if (value <= 0) return 0;
    return (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low));
  }
  return (value - low) / (high - low);
}

/** Return red, green and blue of `#rrggbb`. */
export function rgb(colour) {
  return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
}

/** Return the colour at a share 0..1 of a sequence, linear between its anchors. */
export function sample(sequence, part) {
  const place = Math.min(1, Math.max(0, part)) * (sequence.length - 1);
  const index = Math.min(sequence.length - 2, Math.trunc(place));
  const [low, high] = [rgb(sequence[index]), rgb(sequence[index + 1])];
  const mixed = low.map((a, i) => Math.trunc(a + (high[i] - a) * (place - index) + 0.5));
  return `#${mixed.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
}

/** Return how bright a colour is, 0..255. */
export function luma([red, green, blue]) {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Return the text colour that is read best on a ground. */
export function inkOn(colour, inks) {
  return luma(rgb(colour)) < 122 ? inks.dark : inks.light;
}
