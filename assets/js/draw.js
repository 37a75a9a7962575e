/**
 * Writes composed pictures as SVG. Flowing to the right it writes the same characters as
 * explorer/figures/svg.py; narrow pages flow downwards, with shortcuts at the right.
 */

import { inkOn, sample, share } from "./colour.js";
import { half, isInside, textWidth } from "./compose.js";
import { escape, fill, quantity } from "./format.js";

const WHOLE = -1;
const ENDS = new Set(["plus", "bar"]);
const PRODUCT = 2;
const MAX_SLICES = 8;
const UNDER = 53;
const SIDE = 38;

/** Return a coordinate with as few digits as it needs. */
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

/** Return the two strokes of a plus or, for a product, of a cross. */
function sign(radius, inside) {
  const arm = number(half(radius / 2));
  const span = number(2 * half(radius / 2));
  if (inside === PRODUCT) return `m-${arm} -${arm}l${span} ${span}m0 -${span}l-${span} ${span}`;
  return `m-${arm} 0h${span}m-${arm} -${arm}v${span}`;
}

/**
 * Return the elements of a picture, the main line at 0.
 *
 * `look` is {labels, colours, inks, isVertical}.
 */
export function body(scene, picture, selected, look) {
  const pen = new Pen(scene, selected, look);
  const last = picture.placed.at(-1);
  return [
    ...picture.panels.map((panel) => pen.panel(panel, picture)),
    ...picture.wires.map((mark) => pen.wire(mark, 0)),
    ...picture.placed.map((placed) => pen.cell(placed)),
    pen.shape(scene.input, 32, picture, 0),
    pen.shape(scene.head.shape, last.s + last.cell[0] / 2, picture, last.s),
  ].join("");
}

/** Return the elements of one placed cell. */
export function drawnCell(scene, placed, look) {
  return new Pen(scene, null, look).cell(placed);
}

class Pen {
  constructor(scene, selected, look) {
    this.measure = scene.measure;
    this.selected = selected;
    Object.assign(this, look);
  }

  panel(panel, picture) {
    const { stage, s, length } = panel;
    const { up, down } = picture;
    const ring = this.rect("ring", s - 2, -up - 2, length + 4, up + down + 4, 12);
    const ground = this.rect("panel", s, -up, length, up + down, 10);
    const title = this.isVertical
      ? text(-down + 10, s + 21, stage.address, "start", "title")
      : text(s + 10, -up + 21, stage.address, "start", "title");
    const words = `${stage.address}, ${stage.count} × ${stage.words}`;
    const items = [this.item("stage", stage.address, words, ring + ground + title, [stage.address])];
    if (panel.note && !this.isVertical) {
      items.push(text(s + length - 10, -up + 21, fill(panel.note, this.labels), "end", "t3"));
    }
    const middle = half(s + length / 2);
    items.push(this.isVertical
      ? link("link", -down + 10, s + length - 12, panel.link, "start", stage.address, this.labels)
      : link("link", middle, down - 14, panel.link, "middle", stage.address, this.labels));
    items.push(this.shape(stage.shape, middle, picture, s));
    return items.join("");
  }

  shape(words, s, picture, start) {
    return this.isVertical
      ? text(picture.up - 10, start + 21, words, "end", "t3")
      : text(half(s), picture.down + 19, words, "middle", "t3");
  }

  cell(placed) {
    const drawn = placed.cell[3].map((mark) => this.mark(mark, placed)).join("");
    return `<g class="cell${this.isDeleted(placed) ? " deleted" : ""}">${drawn}</g>`;
  }

  isDeleted({ address, numBlocks }) {
    return numBlocks === 1 && (this.deleted?.has(address) ?? false);
  }

  mark(mark, at) {
    switch (mark.at(-1)) {
      case "wire": return this.wire(mark, at.s);
      case "copy": return this.copy(mark, at);
      case "dot": return this.dot(mark, at.s);
      case "text": return this.words(mark, at);
      case "link": return this.link(mark, at);
      case "frame": return this.frame(mark, at);
      case "box": return this.box(mark, at);
      default: return this.op(mark[0], at, this.small(mark, at.s), ENDS.has(mark.at(-1)));
    }
  }

  copy([s, t, along, across], at) {
    const edge = this.colour(at.values[0]) ?? "var(--rx-line2)";
    return this.rect("card", at.s + s, t, along, across, 5, `stroke="${edge}"`);
  }

  dot([s, t], start) {
    const [x, y] = this.point(start + s, t);
    return `<circle class="dot" cx="${number(x)}" cy="${number(y)}" r="3"/>`;
  }

  frame([s, t, along, across], at) {
    const drawn = this.ringed("frame", at.s + s, t, along, across, 8);
    return this.item("block", at.address, this.title(at), drawn, [at.address]);
  }

  link([s, t, action, anchor, style], at) {
    const along = at.s + s;
    if (!this.isVertical) return link(style, along, t, action, anchor, at.target, this.labels);
    if (t < 0) return link(style, 2 - t, along, action, "end", at.target, this.labels, turned(2 - t, along));
    return link(style, -SIDE, along + t - UNDER, action, "end", at.target, this.labels);
  }

  words([s, t, raw, anchor, style], at) {
    let words = raw.replace("#", at.label);
    if (words === "{value}") {
      if (at.values[0] == null || this.measure == null) return "";
      words = quantity(at.values[0], this.measure.unit);
    }
    words = fill(words, this.labels);
    if (!this.isVertical) return text(at.s + s, t, words, anchor, style);
    const along = at.s + s;
    if (style.endsWith("along")) {
      return text(-t, along, words, anchor, style, turned(-t, along));
    }
    if (t < 0) return text(-t, along + 4, words, "start", style);
    return text(-SIDE, along + t - UNDER + 4, words, "end", style);
  }

  title(at) {
    const times = at.numBlocks > 1 ? `${at.numBlocks} × ` : "";
    const gone = this.isDeleted(at) ? `, ${this.labels.deleted}` : "";
    return `${at.address}, ${times}${fill(at.part.words, this.labels)}, ${at.part.shape}${gone}`;
  }

  box(mark, at) {
    const [op, s, t, along, across, name, detail] = mark;
    if (op === WHOLE && this.isDeleted(at)) return this.gone(mark, at);
    const colour = this.colour(at.values[op + 1]);
    const isSolid = colour == null && this.measure == null && op === WHOLE;
    const ink = colour ? inkOn(colour, this.inks) : isSolid ? "var(--rx-card)" : "var(--rx-ink)";
    const plain = isSolid ? "solid" : "bare";
    const paint = colour ? `fill="${colour}"` : "";
    let drawn = this.ringed(colour ? "" : plain, at.s + s, t, along, across, 5, paint);
    drawn += this.slices(mark, at.s + s, ink);
    const [x, y] = this.point(half(at.s + s + along / 2), half(t + across / 2));
    const label = fill(name.replace("#", at.label).replace("%", at.numBlocks), this.labels);
    const isBig = op === WHOLE && !detail;
    const isLong = this.isVertical && op !== WHOLE && textWidth(label) > across + 2;
    const style = `style="fill:${ink}"${isLong ? ` ${turned(x, y)}` : ""}`;
    const shift = detail ? -3 : isBig ? 5 : 4;
    drawn += text(x, y + shift, label, "middle", isBig ? "bold big" : "bold", style);
    if (detail) drawn += text(x, y + 11, detail, "middle", "small", style);
    if (op !== WHOLE) return this.op(op, at, drawn);
    const kind = at.part.count ? "stage" : "block";
    return this.item(kind, at.address, this.title(at), drawn, at.members);
  }

  /** Return a block that a lesion has taken out: an empty dashed box with a cross. */
  gone([, s, t, along, across], at) {
    const [x, y] = this.point(half(at.s + s + along / 2), half(t + across / 2)).map(number);
    const drawn = this.ringed("gone", at.s + s, t, along, across, 5)
      + `<path class="crossed" d="M${x} ${y}m-7 -7l14 14m0 -14l-14 14"/>`;
    return this.item("block", at.address, this.title(at), drawn, at.members);
  }

  op(op, at, drawn, isEnd = false) {
    if (op === WHOLE) return isEnd ? `<g aria-hidden="true">${drawn}</g>` : drawn;
    if (!at.part.ops) return drawn;
    const [name, words, shape] = at.part.ops[op];
    const address = at.prefix + name;
    return this.item("op", address, `${address}, ${words}, ${shape}`, drawn, [address]);
  }

  item(kind, address, words, drawn, members) {
    const style = this.isSelected(kind, address, members, drawn) ? "item selected" : "item";
    return `<g class="${style}" role="button" data-testid="${kind}" data-address="${escape(address)}"`
      + ` aria-label="${escape(words)}">${drawn}</g>`;
  }

  isSelected(kind, address, members, drawn) {
    if (this.selected == null) return false;
    if (kind === "op" || drawn.includes('class="frame"') || drawn.includes('class="panel"')) {
      return this.selected === address;
    }
    return members.some((member) => isInside(this.selected, member));
  }

  colour(value) {
    if (value == null || this.measure == null) return null;
    return sample(this.colours, share(value, this.measure.domain, this.measure.scale));
  }

  small(mark, start) {
    const kind = mark.at(-1);
    if (kind === "plus") return this.plus(mark, start);
    if (kind === "tag") return this.tag(mark, start);
    if (kind === "tick") {
      const [, s, t, across, style] = mark;
      const top = t - across / 2;
      return this.rect("ring", start + s - 3, top - 3, 10, across + 6, 4)
        + this.rect(style, start + s, top, 4, across, 1.5);
    }
    const [, s, t, across] = mark;
    return this.rect("ring", start + s - 3, t - 3, 11, across + 6, 5)
      + this.rect("bar", start + s, t, 5, across, 2.5);
  }

  tag([, s, t, width, label], start) {
    const [x, y] = this.point(start + s, t);
    return box("ring", x - width / 2 - 3, y - 12, width + 6, 24, 6)
      + box("tag", x - width / 2, y - 9, width, 18, 4) + text(x, y + 4, label, "middle", "tagtext");
  }

  plus([, s, t, radius, inside], start) {
    const [x, y] = this.point(start + s, t).map(number);
    const style = inside ? "plus in" : "plus";
    return `<circle class="ring" cx="${x}" cy="${y}" r="${number(radius + 4)}"/>`
      + `<circle class="${style}" cx="${x}" cy="${y}" r="${number(radius)}"/>`
      + `<path class="${style}" d="M${x} ${y}${sign(radius, inside)}"/>`;
  }

  slices([, , t, along, across, , , groups], s, ink) {
    if (groups < 2) return "";
    const [x, y, , height] = this.place(s, t, along, across);
    const count = Math.min(groups, MAX_SLICES);
    let lines = "";
    for (let i = 1; i < count; i += 1) {
      lines += `M${number(x)} ${number(half(y + (height * i) / count))}h6`;
    }
    const edge = `M${number(x + 6)} ${number(y)}v${number(height)}`;
    return `<path d="${lines}${edge}" style="stroke:${ink}" stroke-opacity=".7" fill="none"/>`;
  }

  wire([flat, style, arrow], start) {
    const points = [];
    for (let i = 0; i < flat.length; i += 2) points.push(this.point(flat[i] + start, flat[i + 1]));
    let path = rounded(points, style === "arc" ? 9 : 6);
    if (arrow) {
      const [x, y] = points.at(-1);
      const [a, b] = this.isVertical ? [[x - 3.5, y - 5], [x + 3.5, y - 5]] : [[x - 5, y - 3.5], [x - 5, y + 3.5]];
      path += `M${a.map(number).join(" ")}L${number(x)} ${number(y)}L${b.map(number).join(" ")}`;
    }
    return `<path class="${style}" d="${path}"/>`;
  }

  point(s, t) {
    return this.isVertical ? [-t, s] : [s, t];
  }

  place(s, t, along, across) {
    return this.isVertical ? [-t - across, s, across, along] : [s, t, along, across];
  }

  ringed(style, s, t, along, across, radius, more = "") {
    return this.rect("ring", s - 3, t - 3, along + 6, across + 6, radius + 2)
      + this.rect(style, s, t, along, across, radius, more);
  }

  rect(style, s, t, along, across, radius, more = "") {
    return box(style, ...this.place(s, t, along, across), radius, more);
  }
}

function box(style, x, y, width, height, radius, more = "") {
  return `<rect class="${style}" x="${number(x)}" y="${number(y)}" width="${number(width)}"`
    + ` height="${number(height)}" rx="${number(radius)}"${more ? ` ${more}` : ""}/>`;
}

function text(x, y, words, anchor, style, more = "") {
  const safe = words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<text class="${style}" x="${number(x)}" y="${number(y)}" text-anchor="${anchor}"`
    + `${more ? ` ${more}` : ""}>${safe}</text>`;
}

/** Return the attribute of text that reads downwards. */
function turned(x, y) {
  return `transform="rotate(90 ${number(x)} ${number(y)})"`;
}

function link(style, x, y, action, anchor, target, labels, more = "") {
  return `<text class="${style}" x="${number(x)}" y="${number(y)}" text-anchor="${anchor}"`
    + ` role="button" data-testid="${action}" data-target="${escape(target)}"${more ? ` ${more}` : ""}>`
    + `${escape(labels[action])}</text>`;
}

/** Return a path through points, axis by axis, with round corners. */
export function rounded(points, radius) {
  let path = `M${points[0].map(number).join(" ")}`;
  for (let i = 1; i + 1 < points.length; i += 1) {
    const [before, corner, after] = points.slice(i - 1, i + 2);
    const reach = (p) => Math.trunc(Math.max(...p.map((a, k) => Math.abs(a - corner[k]))) / 2);
    const r = Math.min(radius, reach(before), reach(after));
    path += `L${towards(corner, before, r).map(number).join(" ")}`
      + `Q${corner.map(number).join(" ")} ${towards(corner, after, r).map(number).join(" ")}`;
  }
  return `${path}L${points.at(-1).map(number).join(" ")}`;
}

function towards([x, y], [u, v], distance) {
  if (Math.abs(u - x) >= Math.abs(v - y)) return [x + (u > x ? distance : -distance), y];
  return [x, y + (v > y ? distance : -distance)];
}
