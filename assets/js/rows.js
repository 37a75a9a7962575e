/** What a composed picture shows as rows: for the table and for the hints. */

import { count, fill, quantity } from "./format.js";

/**
 * Return {address, name, depth, words, shape, params, macs, value} for everything drawn, in order
 * along the line. `address` selects; `name` also says how many blocks a folded one stands for.
 */
export function rowsOf(picture, labels) {
  const rows = [];
  const panels = [...picture.panels];
  for (const placed of picture.placed) {
    if (placed.cell[3].length < 2) continue;
    while (panels.length && panels[0].s <= placed.s) rows.push(stageRow(panels.shift().stage, labels));
    if (placed.part.runs) continue;
    rows.push(partRow(placed, labels));
    const isOpen = placed.cell[3].some((mark) => mark.at(-1) === "frame");
    if (isOpen) placed.part.ops.forEach((op, i) => rows.push(opRow(placed, op, i)));
  }
  return rows;
}

function stageRow(stage, labels) {
  const words = `${stage.count} × ${fill(stage.words, labels)}`;
  return { ...figures(stage), address: stage.address, name: stage.address, depth: 0, words, value: stage.value };
}

function partRow({ part, address, members, numBlocks, values, prefix }, labels) {
  const isEnd = part.address !== undefined;
  const last = members.at(-1).split(".").at(-1);
  const name = numBlocks > 1 ? `${address}–${last}` : address;
  const times = numBlocks > 1 ? `${numBlocks} × ` : "";
  const { shape, params, macs } = figures(part, numBlocks);
  const words = times + fill(part.words, labels);
  return { address, name, depth: isEnd ? 0 : 1, words, shape, params, macs, value: values[0], prefix };
}

function opRow({ prefix, part, values }, [name, words, shape, params, macs], i) {
  const address = prefix + name;
  const depth = part.address === undefined ? 2 : 1;
  return { address, name: address, depth, words, shape, params, macs, value: values[i + 1] };
}

const figures = ({ shape, params, macs }, times = 1) => ({
  shape, params: params * times, macs: macs * times,
});

/**
 * Return a table element; `onPick` is called with the address of a row. `more` adds columns: the
 * title of each, and what it says of a row.
 */
export function tableOf(rows, selected, labels, onPick, more = []) {
  const table = document.createElement("table");
  const keys = ["address", "op", "shape", "params", "macs"];
  const head = table.createTHead().insertRow();
  for (const title of [...keys.map((key) => labels[key]), ...more.map(([title]) => title)]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = title;
    head.append(cell);
  }
  const bodyOfTable = table.createTBody();
  for (const row of rows) {
    const line = bodyOfTable.insertRow();
    line.dataset.address = row.address;
    if (row.address === selected) line.className = "selected";
    const button = document.createElement("button");
    button.textContent = row.name;
    button.onclick = () => onPick(row.address);
    const first = line.insertCell();
    first.style.paddingLeft = `${10 + 14 * row.depth}px`;
    first.append(button);
    const shown = [row.words, row.shape, row.params ? count(row.params) : "–", row.macs ? quantity(row.macs) : "–"];
    shown.push(...more.map(([, say]) => say(row)));
    for (const words of shown) line.insertCell().textContent = words;
  }
  return table;
}

/** Return the lines of a hint as [[name, value], ...]. */
export function hintOf(row, measure, labels) {
  const lines = [[labels.shape, row.shape]];
  if (row.params) lines.push([labels.params, count(row.params)]);
  if (row.macs) lines.push([labels.macs, quantity(row.macs)]);
  const isListed = measure == null || ["MAC", ""].includes(measure.unit);
  if (!isListed && row.value != null) {
    lines.push([labels[measure.title] ?? measure.title, quantity(row.value, measure.unit)]);
  }
  return lines;
}
