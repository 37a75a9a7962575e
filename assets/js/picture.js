/** A picture as a file: one SVG with legend and style; mirrors explorer/figures/static.py. */

import { compose, half } from "./compose.js";
import { body } from "./draw.js";
import { escape } from "./format.js";
import { legend } from "./legend.js";

const MARGIN = 16;
const MIN_WIDTH = 720;
const MIN_HEIGHT = 420;

/** Return a stand-alone SVG. `look` has labels, colours, inks, font, variables and style. */
export function svgFile(scene, view, look) {
  const picture = compose(scene, view);
  const width = Math.max(MIN_WIDTH, half(picture.length + 2 * MARGIN));
  const drawn = body(scene, picture, view.selected, { ...look, isVertical: false });
  const key = legend(scene, width - 2 * MARGIN, look, drawn.includes('class="norm"'));
  const top = key.height + 8;
  const height = Math.max(MIN_HEIGHT, half(top + picture.up + picture.down + 30));
  const left = half((width - picture.length) / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`
    + ` viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(look.labels.network)}"`
    + ` font-family="${look.font}" style="${look.variables}background:var(--rx-card)">`
    + `<style>${look.style}.link{display:none}</style>`
    + `<g transform="translate(${MARGIN} 4)">${key.elements}</g>`
    + `<g transform="translate(${left} ${top + picture.up})">${drawn}</g></svg>`;
}
