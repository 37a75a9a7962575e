/** The stage table as markup. */

import { escape, fill } from "./format.js";
import { isOwn } from "./stage_lines.js";

const icon = (path) => `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
const ICONS = {
  add: icon("M8 3v10M3 8h10"),
  duplicate: icon("M6 6h7v7H6zM3.5 10V3H10"),
  remove: icon("M4 4l8 8M12 4l-8 8"),
  reset: icon("M4 6.5h5.5a3 3 0 0 1 0 6H6M6.5 4L4 6.5 6.5 9"),
  up: icon("M8 13V3.5M4 7.5l4-4 4 4"),
  down: icon("M8 3v9.5M4 8.5l4 4 4-4"),
};

/** Return the rows of the table, head included. */
export function tableMarkup(lines, data, columns, state) {
  const { labels, ends } = data;
  const head = [...columns, "output", "params"].map((name) => {
    const hint = data.hints[name];
    const words = `<span${hint ? ` class="hint" title="${escape(hint)}"` : ""}>${escape(labels[name])}</span>`;
    return `<th scope="col" class="${name}">${words}</th>`;
  });
  return `<caption>${escape(labels.caption)}</caption>`
    + `<thead><tr><th scope="col">${escape(labels.stage)}</th>${head.join("")}`
    + `<td></td></tr></thead><tbody>${endRow("stem", ends.stem, columns, data)}`
    + lines.map((line) => lineRow(line, data, columns, state)).join("")
    + `${endRow("head", ends.head, columns, data)}</tbody>`;
}

function endRow(name, figures, columns, { labels, selected }) {
  return `<tr class="end${selected === name ? " on" : ""}"><th scope="row">`
    + `<button type="button" class="name" data-select="${name}">${escape(labels[name])}</button></th>`
    + `<td colspan="${columns.length}"></td>${figureCells(figures)}<td></td></tr>`;
}

function figureCells(figures) {
  const [output, params] = figures ?? ["–", "–"];
  return `<td class="figure">${escape(output || "–")}</td><td class="figure">${escape(params || "–")}</td>`;
}

function lineRow(line, data, columns, state) {
  const { address, level } = line;
  const classes = [level];
  if (data.selected === address) classes.push("on");
  if (line.own) classes.push("special");
  const isWrong = data.error && data.error.address === address;
  if (isWrong) classes.push("wrong");
  const cells = columns.map((name) => cell(name, line, data)).join("");
  return `<tr class="${classes.join(" ")}" data-address="${address}"`
    + `${isWrong ? ` title="${escape(data.error.message)}"` : ""}>`
    + `<th scope="row"><div>${nameCell(line, data, state, isWrong)}</div></th>${cells}`
    + `${figureCells(line.figures)}<td class="tools">${tools(line, data)}</td></tr>`;
}

function nameCell(line, { labels, error }, state, isWrong) {
  const { address, level, count } = line;
  const name = shownName(line);
  const grip = count > 1 ? '<span class="grip"></span>'
    : `<span class="grip" role="button" tabindex="0" draggable="true" data-id="${address}|grip"`
      + ` aria-label="${escape(fill(labels.move, { name }))}" title="${escape(labels.move_hint)}"></span>`;
  const key = level === "stage" ? address : `${address}+`;
  const isFold = level === "stage" || count > 1;
  const fold = !isFold ? "" : `<button type="button" class="fold" data-fold="${key}" data-id="${key}|fold"`
    + ` aria-expanded="${state.open.has(key)}" aria-label="${escape(fill(labels.blocks_of, { name }))}"></button>`;
  const cross = isWrong ? `<span class="cross" role="img" aria-label="${escape(error.message)}">×</span>` : "";
  return `${grip}${fold}<button type="button" class="name" data-select="${address}"`
    + ` data-id="${address}|name">${escape(name)}</button>${cross}`;
}

function shownName({ address, level, count }) {
  if (level === "stage") return address;
  const first = Number(address.split(".")[1]);
  return count > 1 ? `${address}–${first + count - 1}` : address;
}

function tools(line, { labels }) {
  const { address, count, level, own } = line;
  if (count > 1) return "";
  const tool = (name) => `<button type="button" data-do="${name}" data-id="${address}|${name}" data-at="${address}"`
    + ` class="${name}" aria-label="${escape(fill(labels[`${name}_at`], { name: address }))}"`
    + ` title="${escape(labels[level === "stage" && name === "add" ? "add_stage_below" : `${name}_hint`])}">`
    + `${ICONS[name]}</button>`;
  const found = own ? ["reset"] : [];
  return [...found, "up", "down", "add", "duplicate", "remove"].map(tool).join("");
}

function cell(name, line, data) {
  const { values, address, level, count } = line;
  const { kinds, labels, families } = data;
  if (level === "block" && ["depth", "stride"].includes(name)) return "<td></td>";
  if (!(name in values) && name !== "kind") {
    const reason = fill(labels.absent, { family: families[values.kind], field: labels[name] });
    return `<td class="absent" title="${escape(reason)}">·<span class="unseen">${escape(reason)}</span></td>`;
  }
  const value = values[name];
  const isOff = data.off[name] === value;
  const isQuiet = level === "block" ? !isOwn(line, name) : isOff;
  const classes = `${name}${isQuiet ? " quiet" : ""}${level === "block" && !isQuiet ? " own" : ""}`;
  if (count > 1) return `<td class="${classes}"><span class="still">${escape(words(name, value, data))}</span></td>`;
  const reasons = data.reasons[line.own ? address : line.stage]?.[name] ?? {};
  const label = escape(fill(labels.cell, { field: labels[name], name: address }));
  const common = `data-at="${address}" data-field="${name}" data-id="${address}|${name}" aria-label="${label}"`
    + `${reasons[""] ? ` disabled title="${escape(reasons[""])}"` : ""}`;
  const asked = name === "kind" ? [Object.keys(families)] : kinds[values.kind][name];
  const control = Array.isArray(asked[0]) ? choice(name, asked[0], value, common, reasons, data)
    : `<input type="number" min="${asked[0]}" max="${asked[1]}" step="${asked[2]}" value="${shown(value)}" ${common}>`;
  return `<td class="${classes}">${control}</td>`;
}

function choice(name, options, value, common, reasons, data) {
  const all = options.includes(value) ? options : [...options, value].sort((a, b) => a - b);
  const items = all.map((option) => {
    const reason = option === value ? undefined : reasons[option];
    return `<option value="${escape(option)}"${option === value ? " selected" : ""}`
      + `${reason ? ` disabled title="${escape(reason)}"` : ""}>${escape(words(name, option, data))}</option>`;
  });
  return `<select ${common}>${items.join("")}</select>`;
}

function words(name, value, { families, labels }) {
  if (name === "kind") return families[value];
  return name === "se" && value === 0 ? labels.none : String(shown(value));
}

/** Return a number without the tail that binary fractions leave. */
const shown = (value) => (typeof value === "number" ? Number(value.toFixed(4)) : value);

/** Return the line under the table. */
export function footMarkup({ labels, columns, all }, isWide) {
  const more = columns.length < all.length
    ? `<button type="button" data-more aria-pressed="${isWide}">${escape(labels[isWide ? "fewer" : "more"])}</button>` : "";
  return `<button type="button" data-do="end">${ICONS.add}${escape(labels.add_stage)}</button>${more}`;
}
