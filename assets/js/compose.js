/**
 * From a scene and a view to a row of cells; mirrors explorer/figures/compose.py.
 *
 * A cell is [length, up, down, marks]. A view is {level, states, selected, room, pad}.
 */

export const GAP = 14;
export const PAD_END = 4;
const PANEL_UP = 182;
const PANEL_DOWN = 152;
const TITLE_ROOM = 36;
const LINK_ROOM = 30;
const FOLD_LINK = [30, 70, "fold", "middle", "link", "link"];

/** Return the nearest multiple of one half. */
export const half = (value) => Math.trunc(value * 2 + 0.5) / 2;

/** Return an upper estimate of the width of words [px]. */
export const textWidth = (words, size = 11.5) => half(
  [...words].reduce((sum, char) => sum + (char >= "\u2e80" ? 2 : 1), 0) * size * 0.5,
);

/** Return whether an address is another or lies under it. */
export const isInside = (address, ancestor) =>
  address === ancestor || address.startsWith(`${ancestor}.`);

/** Return the row of cells that a view shows. */
export function compose(scene, view) {
  const picture = row(scene, view, new Set());
  if (view.level !== "blocks" || picture.length <= view.room) return picture;
  return row(scene, view, foldedRuns(scene, view, picture.length - view.room));
}

function row(scene, view, folded) {
  const placed = [];
  const panels = [];
  const wires = [];
  let s = end(placed, scene.stem, view, 0);
  for (const stage of scene.stages) {
    const start = s + GAP;
    const cells = stageCells(scene, stage, view, folded);
    wires.push(wire(s, start + view.pad));
    s = start + view.pad;
    for (const cell of cells) {
      placed.push({ ...cell, s });
      s += cell.cell[0];
    }
    wires.push(wire(s, s + PAD_END));
    s += PAD_END;
    panels.push(panel(stage, start, s - start, cells[0].part === stage));
  }
  wires.push(wire(s, s + GAP));
  const length = end(placed, scene.head, view, s + GAP);
  const up = Math.max(PANEL_UP, ...placed.map((p) => p.cell[1] + TITLE_ROOM));
  const down = Math.max(PANEL_DOWN, ...placed.map((p) => p.cell[2] + LINK_ROOM));
  return { placed, panels, wires, length, up, down };
}

const wire = (from, to) => [[from, 0, to, 0], "wire", 0, "wire"];

function end(placed, part, view, s) {
  const address = part.address;
  const cell = stateOf(view, address, "ops") === "ops" ? part.open : part.box;
  const members = [address, ...part.ops.map((op) => op[0])];
  const values = part.values[0];
  placed.push({
    s, cell, part, address, prefix: "", values, label: "", numBlocks: 1, target: address, members,
  });
  return s + cell[0];
}

function stateOf(view, part, atOps, otherwise = "box") {
  return view.states[part] ?? (view.level === "ops" ? atOps : otherwise);
}

function stageCells(scene, stage, view, folded) {
  const address = stage.address;
  if (isFolded(stage, view, folded)) {
    return [{
      cell: stage.fold, part: stage, address, prefix: "", values: [stage.value], label: "",
      numBlocks: stage.count, target: address, members: [address],
    }];
  }
  return runsOf(scene, stage, view).flatMap((run) => runCells(run, view, folded));
}

function isFolded(stage, view, folded = new Set()) {
  const isClosed = view.level === "stages" || folded.has(stage.address);
  return (view.states[stage.address] ?? (isClosed ? "fold" : "blocks")) === "fold";
}

/** Return the runs of equal blocks of a stage, split where a block has a state of its own. */
export function runsOf(scene, stage, view) {
  const found = [];
  const rollup = scene.measure?.rollup ?? "sum";
  const isOwn = (i) => `${stage.address}.${i}` in view.states;
  for (const run of stage.runs) {
    const last = run.first + run.count;
    let begin = run.first;
    for (let i = run.first; i < last; i += 1) {
      if (!(i + 1 === last || isOwn(i) || isOwn(i + 1))) continue;
      const addresses = [];
      for (let k = begin; k <= i; k += 1) addresses.push(`${stage.address}.${k}`);
      const from = begin - run.first;
      const rows = run.values.length === 1
        ? run.values
        : run.values.slice(from, from + addresses.length);
      const part = scene.templates[run.template];
      found.push({ name: `${addresses[0]}+`, part, first: begin, addresses, rows, rollup });
      begin = i + 1;
    }
  }
  return found;
}

function runCells(run, view, folded) {
  const { addresses, first, part } = run;
  const count = addresses.length;
  const state = count > 1
    ? stateOf(view, run.name, "ops", folded.has(run.name) ? "fold" : "blocks")
    : "blocks";
  const span = `${first}–${first + count - 1}`;
  if (state === "fold") {
    return [{
      cell: foldOf(run), part, address: addresses[0], prefix: "", values: [rolled(run)],
      label: span, numBlocks: count, target: run.name, members: addresses,
    }];
  }
  if (state === "ops") {
    const holds = (address) => view.selected != null && isInside(view.selected, address);
    const shown = Math.max(0, addresses.findIndex(holds));
    const opened = block(run, shown, "open", `${span}, ×${count}`, run.name);
    return [{ ...opened, cell: part.behind, values: [null] }, opened];
  }
  const cells = addresses.map((address, i) => {
    const cell = stateOf(view, address, "ops") === "ops" ? "open" : "box";
    return block(run, i, cell, String(first + i), address);
  });
  if (count > 1) cells.unshift({ ...cells[0], cell: [0, 0, 0, [FOLD_LINK]], target: run.name });
  return cells;
}

const foldOf = (run) => run.part.folds[Math.min(2, run.addresses.length - 1) - 1];

function rolled(run) {
  const values = run.rows.map((values_) => values_[0]).filter((value) => value != null);
  if (!values.length) return null;
  if (run.rollup === "max") return Math.max(...values);
  if (run.rows.length === 1) return values[0] * run.addresses.length;
  return values.reduce((a, b) => a + b, 0);
}

function block(run, index, cell, label, target) {
  const address = run.addresses[index];
  const values = run.rows.length > 1 ? run.rows[index] : run.rows[0];
  return {
    cell: run.part[cell], part: run.part, address, prefix: `${address}.`, values, label,
    numBlocks: 1, target, members: [address],
  };
}

/** Return what to fold until `excess` is saved: runs, longest first, then whole stages. */
function foldedRuns(scene, view, excess) {
  const openStages = scene.stages.filter((stage) => !isFolded(stage, view));
  const candidates = openStages
    .flatMap((stage) => runsOf(scene, stage, view))
    .filter((run) => run.addresses.length > 1 && !(run.name in view.states));
  const found = new Set();
  let left = excess;
  for (const run of candidates.sort((a, b) => b.addresses.length - a.addresses.length)) {
    if (left <= 0) return found;
    left -= run.addresses.length * run.part.box[0] - foldOf(run)[0];
    found.add(run.name);
  }
  const names = [...Object.keys(view.states), view.selected ?? ""];
  const isIdle = (stage) => !names.some((name) => isInside(name, stage.address));
  for (const stage of openStages.filter(isIdle)) {
    if (left <= 0) break;
    const cells = stageCells(scene, stage, view, found);
    left -= cells.reduce((sum, placed) => sum + placed.cell[0], 0) - stage.fold[0];
    found.add(stage.address);
  }
  return found;
}

function panel(stage, s, length, isFold) {
  const room = length - 34 - textWidth(stage.address, 12.5);
  const short = `${stage.count} {blocks_lower}`;
  const notes = [`${short} · ${stage.words}`, short];
  const note = notes.find((words) => half(textWidth(words) - 40) <= room) ?? "";
  return { stage, s, length, note: isFold ? "" : note, link: isFold ? "unfold" : "fold" };
}
