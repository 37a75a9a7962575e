/** The list of runs: tick, sort, label and delete; every row lights up with its curves. */

import { escape } from "./format.js";
import { listenForLight, shine } from "./light.js";
import { mark } from "./marks.js";
import { morphChildren } from "./morph.js";

const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rx-list");
  let view = mounted.get(root);
  if (!view) mounted.set(root, (view = create(root)));
  view.tell = setTriggerValue;
  draw(root, data);
  return () => {
    view.unlisten();
    mounted.delete(root);
  };
}

function create(root) {
  const view = { tell: () => {} };
  root.onclick = ({ target }) => {
    const button = target.closest("[data-do]");
    if (button) view.tell(button.dataset.do, button.dataset.value);
  };
  root.onchange = ({ target }) => {
    if (target.matches("[data-tick]")) view.tell("ticked", { id: target.dataset.tick, on: target.checked });
  };
  const keyAt = ({ target }) => target.closest("tr[data-key]")?.dataset.key || null;
  root.onpointerover = (event) => shine(keyAt(event));
  root.onpointerleave = () => shine(null);
  root.addEventListener("focusin", (event) => shine(keyAt(event)));
  view.unlisten = listenForLight((key) => {
    for (const row of root.querySelectorAll("tr[data-key]")) {
      row.classList.toggle("lit", Boolean(key) && row.dataset.key === key);
    }
  });
  return view;
}

function draw(root, data) {
  const wanted = document.createElement("template");
  wanted.innerHTML = tableOf(data);
  morphChildren(root, wanted.content);
  data.rows.forEach((row, i) => {
    const box = root.querySelectorAll("[data-tick]")[i];
    if (box) box.checked = row.ticked;
    root.querySelectorAll(".sign")[i]?.replaceChildren(...(row.slot === null ? [] : [mark(row.slot)]));
  });
}

/** Return the table as HTML. */
export function tableOf({ rows, columns, sort, labels }) {
  const head = columns.map((column) => headOf(column, sort, labels)).join("");
  const body = rows.map((row) => rowOf(row, columns, labels)).join("");
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(labels.caption)}"><table>`
    + `<caption class="unseen">${escape(labels.caption)}</caption>`
    + `<thead><tr><th class="unlabelled"><span class="unseen">${escape(labels.shown)}</span></th>${head}`
    + `<th class="unlabelled"><span class="unseen">${escape(labels.deeds)}</span></th></tr></thead>`
    + `<tbody>${body}</tbody></table></div>`;
}

function headOf({ field, label, hint }, sort, labels) {
  const isSorted = sort.field === field;
  const arrow = isSorted ? `<i aria-hidden="true">${sort.down ? "↓" : "↑"}</i>` : "";
  const order = isSorted ? (sort.down ? "descending" : "ascending") : "none";
  const title = hint || labels.sort;
  return `<th scope="col" class="${field}" aria-sort="${order}"><button type="button" data-do="sort"`
    + ` data-value="${field}" title="${escape(title)}">${escape(label)}${arrow}</button></th>`;
}

function rowOf(row, columns, labels) {
  const named = (words) => escape(words.replace("{name}", row.cells.title));
  const tick = `<td><input type="checkbox" data-tick="${escape(row.id)}"${row.ticked ? " checked" : ""}`
    + ` aria-label="${named(labels.show)}"></td>`;
  const cells = columns.map(({ field }) => (field === "title" ? nameOf(row, labels) : cellOf(row, field))).join("");
  const remove = row.canDelete
    ? `<button type="button" data-do="delete" data-value="${escape(row.id)}" title="${escape(labels.delete)}"`
      + ` aria-label="${named(labels.deleteOf)}">×</button>`
    : "";
  return `<tr data-key="${escape(row.key)}" data-run="${escape(row.id)}">${tick}${cells}<td class="deeds">`
    + `<button type="button" data-do="edit" data-value="${escape(row.id)}" title="${escape(labels.edit)}"`
    + ` aria-label="${named(labels.editOf)}">✎</button>${remove}</td></tr>`;
}

function nameOf({ cells, tags, notes }, labels) {
  const chips = tags.map((tag) => `<button type="button" class="tag" data-do="tag" data-value="${escape(tag)}"`
    + ` title="${escape(labels.filter)}">${escape(tag)}</button>`).join("");
  const note = notes ? `<span class="notes" title="${escape(notes)}">${escape(notes)}</span>` : "";
  return `<th scope="row" class="title"><svg class="sign" width="12" height="12" aria-hidden="true"></svg>`
    + `<span class="name">${escape(cells.title)}</span>${chips}${note}</th>`;
}

const cellOf = ({ cells }, field) => `<td class="${field}">${escape(cells[field] ?? "–")}</td>`;
