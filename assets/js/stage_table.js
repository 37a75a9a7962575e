/**
 * The stage table as a Streamlit component: edits go to Python as commands, one at a time.
 *
 * Which stages are unfolded lives here and outlives reruns.
 */

import { morphChildren } from "./morph.js";
import { footMarkup, tableMarkup } from "./stage_cells.js";
import { behind, dropOn, landing, linesOf, neighbour } from "./stage_lines.js";

const ANSWER_MS = 4000;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ parentElement, data, setTriggerValue }) {
  let table = mounted.get(parentElement);
  if (!table) {
    table = new StageTable(parentElement.querySelector(".rx-stages"));
    mounted.set(parentElement, table);
  }
  table.send = (command) => setTriggerValue("command", command);
  table.select = (address) => setTriggerValue("selected", address);
  table.update(data);
  return () => {
    table.close();
    mounted.delete(parentElement);
  };
}

class StageTable {
  constructor(root) {
    this.root = root;
    root.innerHTML = '<div class="scroll"><table></table></div><div class="foot"></div>';
    [this.table, this.foot] = [root.querySelector("table"), root.querySelector(".foot")];
    this.open = new Set();
    this.isWide = false;
    this.queue = [];
    this.waitsFor = null;
    this.onShortcut = (event) => this.shortcut(event);
    document.addEventListener("keydown", this.onShortcut);
    this.listen();
  }

  close() {
    clearTimeout(this.timer);
    document.removeEventListener("keydown", this.onShortcut);
  }

  update(data) {
    this.data = data;
    if (this.waitsFor !== null && data.turn !== this.waitsFor) this.waitsFor = null;
    this.draw();
    this.next();
  }

  draw() {
    const { data } = this;
    const active = this.root.getRootNode().activeElement;
    const id = this.focusNext ?? (this.root.contains(active) ? active.dataset.id : null);
    this.lines = linesOf(data.rows, this.open);
    const columns = this.isWide ? data.all : data.columns;
    // Half-written is only what stays the same cell.
    const kept = this.isTyping && !this.focusNext ? active : null;
    this.fill(this.table, tableMarkup(this.lines, data, columns, this), kept);
    this.fill(this.foot, footMarkup(data, this.isWide));
    this.showUnanswered();
    const again = id && this.root.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (again && again !== active) again.focus({ preventScroll: true });
    this.focusNext = null;
  }

  fill(element, markup, kept) {
    const wanted = element.cloneNode();
    wanted.innerHTML = markup;
    morphChildren(element, wanted, kept);
  }

  /** What was set and has not been answered yet stays in its cell meanwhile. */
  showUnanswered() {
    const pending = this.waitsFor === null ? this.queue : [this.sent, ...this.queue];
    for (const { address, field, value } of pending.filter((command) => command.do === "set")) {
      const box = this.root.querySelector(`[data-id="${CSS.escape(`${address}|${field}`)}"]`);
      if (box) box.value = value;
    }
  }

  /** Send a command, or keep it until the one before it has been answered. */
  command(command) {
    // What is in flight may give every stage and block another address.
    if (this.waitsFor !== null && this.sent.do !== "set") return;
    const last = this.queue.at(-1);
    const isSame = last && ["do", "address", "field"].every((key) => last[key] === command[key]);
    if (isSame && command.do === "set") this.queue.pop();
    this.queue.push(command);
    this.next();
  }

  next() {
    if (this.waitsFor !== null || !this.queue.length) return;
    this.waitsFor = this.data.turn;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.waitsFor = null;
      this.next();
    }, ANSWER_MS);
    this.sent = this.queue.shift();
    this.send(this.sent);
  }

  listen() {
    const { root } = this;
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("change", ({ target }) => this.changed(target));
    root.addEventListener("input", () => (this.isTyping = true));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("dragstart", (event) => this.lift(event));
    root.addEventListener("dragover", (event) => this.hover(event));
    root.addEventListener("dragleave", () => this.mark(null));
    root.addEventListener("dragend", () => this.mark(null));
    root.addEventListener("drop", (event) => this.drop(event));
  }

  click({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { select, fold, more } = button.dataset;
    if (select) this.select(select === this.data.selected ? "" : select);
    else if (fold) {
      if (!this.open.delete(fold)) this.open.add(fold);
      this.draw();
    } else if (more !== undefined) {
      this.isWide = !this.isWide;
      this.draw();
    } else if (button.dataset.do) this.act(button.dataset.do, button.dataset.at);
  }

  act(name, address) {
    const line = this.lines.find((found) => found.address === address);
    if (name === "end") this.command({ do: "add_stage", before: "" });
    else if (name === "up" || name === "down") this.shift(address, name === "up" ? -1 : 1);
    else if (name === "add") {
      this.command({ do: line.level === "stage" ? "add_stage" : "add_block", before: behind(this.data.rows, line) });
    } else this.command({ do: name, address });
  }

  shift(address, step) {
    const before = neighbour(this.data.rows, address, step);
    if (before !== null) this.move(address, before);
  }

  move(address, before) {
    const target = landing(this.data.rows, address, before);
    if (target.includes(".")) this.open.add(target.split(".")[0]);
    this.focusNext = `${target}|grip`;
    this.command({ do: "move", address, before });
  }

  changed({ dataset, value, type, validity, defaultValue }) {
    this.isTyping = false;
    const { at, field } = dataset;
    if (!at || (type === "number" && (value === "" || validity.badInput))) return this.draw();
    if (type === "number" && Number(value) === Number(defaultValue)) return;
    this.command({ do: "set", address: at, field, value: field === "kind" ? value : Number(value) });
  }

  key(event) {
    const row = event.target.closest("tr[data-address]");
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key) && row) {
      event.preventDefault();
      this.shift(row.dataset.address, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Escape" && event.target.type === "number") {
      event.target.value = event.target.defaultValue;
      this.isTyping = false;
    }
  }

  /** Undo and redo, unless the key belongs to a text that is being written. */
  shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key)) return;
    const [target] = event.composedPath();
    const isText = target.isContentEditable || ["INPUT", "TEXTAREA"].includes(target.tagName);
    const isOurs = this.root.contains(target) && target.value === target.defaultValue;
    if (isText && !isOurs) return;
    event.preventDefault();
    this.command({ do: key === "y" || event.shiftKey ? "redo" : "undo" });
  }

  lift(event) {
    const row = event.target.closest("tr");
    this.dragged = row.dataset.address;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.dragged);
    event.dataTransfer.setDragImage(row, 12, 12);
  }

  hover(event) {
    const found = this.dragged && this.targetOf(event);
    this.mark(found);
    if (found) event.preventDefault();
  }

  targetOf(event) {
    const row = event.target.closest("tr[data-address]");
    if (!row) return null;
    const line = this.lines.find(({ address }) => address === row.dataset.address);
    const { top, height } = row.getBoundingClientRect();
    const found = dropOn(this.data.rows, this.dragged, line, event.clientY > top + height / 2);
    return found && { ...found, row };
  }

  mark(found) {
    for (const row of this.root.querySelectorAll("[data-drop]")) delete row.dataset.drop;
    if (found) found.row.dataset.drop = found.edge;
  }

  drop(event) {
    const found = this.dragged && this.targetOf(event);
    this.mark(null);
    if (found) {
      event.preventDefault();
      this.move(this.dragged, found.before);
    }
    this.dragged = null;
  }
}
