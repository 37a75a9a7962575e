/** The legend of a picture; mirrors explorer/figures/legend.py. */

import { half, textWidth } from "./compose.js";

const BAR_LENGTH = 170;
const MIN_BAR = 90;
const ROW = 22;
const BAR_ROW = 36;
const SPACE = 16;

/** Return {elements, height}: the legend wrapped to a width, its top left corner at (0, 0). */
export function legend(scene, width, { labels, colours }, withTicks = false) {
  const entries = [...measureEntry(scene, width, labels, colours), ...lineEntries(scene.kinds, labels)];
  if (withTicks) entries.push(tickEntry("norm", labels), tickEntry("act", labels));
  let [x, y, row, elements] = [0, 0, 0, ""];
  for (const entry of entries) {
    if (x > 0 && x + entry.width > width) [x, y, row] = [0, y + row, 0];
    elements += `<g transform="translate(${half(x)} ${half(y)})">${entry.elements}</g>`;
    x += entry.width + SPACE;
    row = Math.max(row, entry.height);
  }
  return { elements, height: y + row };
}

function measureEntry({ measure }, width, labels, colours) {
  if (!measure) return [];
  const title = labels[measure.title] ?? measure.title;
  const box = measure.scale === "log" ? labels.in_a_box_log : labels.in_a_box;
  const words = box.replace("{title}", title);
  const begin = textWidth(words) + 8;
  const length = Math.min(BAR_LENGTH, Math.max(MIN_BAR, half(width - begin - 18)));
  let elements = text(0, words) + bar(begin, length, colours);
  for (const [place, label] of measure.ticks) {
    const anchor = place === 0 ? "start" : "middle";
    const x = half(begin + place * length);
    elements += `<text class="t3 small" x="${x}" y="32" text-anchor="${anchor}">${label}</text>`;
  }
  return [{ width: begin + length + 14, height: BAR_ROW, elements }];
}

function bar(begin, length, colours) {
  const last = colours.length - 1;
  const stops = colours
    .map((colour, i) => `<stop offset="${(i / last).toFixed(3)}" stop-color="${colour}"/>`)
    .join("");
  return `<defs><linearGradient id="rx-scale">${stops}</linearGradient></defs>`
    + `<rect x="${begin}" y="8" width="${length}" height="11" rx="2" fill="url(#rx-scale)"/>`;
}

function lineEntries(kinds, labels) {
  const entries = [];
  if (kinds.includes("identity")) {
    entries.push(entry('<path class="arc" d="M0 14H26"/>', 33, labels.identity_shortcut));
  }
  for (const [kind, sign] of [["projection", "1×1"], ["pad", "pad"], ["weighted", "×"]]) {
    if (!kinds.includes(kind)) continue;
    const line = '<path class="arc" d="M0 14H44"/>'
      + '<rect class="tag" x="8" y="5" width="28" height="18" rx="4"/>'
      + `<text class="tagtext" x="22" y="18" text-anchor="middle">${sign}</text>`;
    entries.push(entry(line, 51, labels[kind]));
  }
  if (kinds.includes("added")) {
    const plus = '<circle class="plus" cx="7" cy="14" r="7"/>'
      + '<path class="plus" d="M7 14m-3.5 0h7m-3.5 -3.5v7"/>';
    entries.push(entry(plus, 20, labels.add));
  }
  if (kinds.includes("kept")) {
    const bar = '<rect class="bar" x="1" y="4" width="5" height="20" rx="2.5"/>';
    entries.push(entry(bar, 12, labels.kept));
  }
  return entries;
}

function tickEntry(style, labels) {
  const mark = `<rect class="${style}" x="1" y="5" width="4" height="18" rx="1.5"/>`;
  return entry(mark, 11, labels[style]);
}

function entry(mark, begin, words) {
  return { width: begin + textWidth(words), height: ROW, elements: mark + text(begin, words) };
}

function text(x, words) {
  return `<text class="t2" x="${x}" y="18" text-anchor="start">${words}</text>`;
}
