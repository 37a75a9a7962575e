/** What the lines of the stage table are, and where they can be moved: no document needed. */

const FOLDS_FROM = 12;

/** Return position of stage and block in an address: [1, 0] of `layer2.0`, [1] of `layer2`. */
export function placeOf(address) {
  const [stage, block] = address.replace("layer", "").split(".");
  return block === undefined ? [stage - 1] : [stage - 1, Number(block)];
}

const stageAt = (i) => `layer${i + 1}`;

/**
 * Return the lines to show, in order: every stage, and under an open one its blocks.
 *
 * A line has `address, stage, level, count, values, own, figures`. In a long stage equal blocks in
 * a row are one line with their `count`, unless `open` has its address with a `+` behind it.
 */
export function linesOf(rows, open) {
  const lines = [];
  for (const row of rows) {
    lines.push({ ...row, stage: row.address, level: "stage", count: 1, own: null });
    if (open.has(row.address)) lines.push(...blockLines(row, open));
  }
  return lines;
}

function blockLines(row, open) {
  const lines = [];
  const folds = row.values.depth > FOLDS_FROM;
  let first = 0;
  for (const [count, ...figures] of row.runs) {
    const at = `${row.address}.${first}`;
    const isFolded = folds && count > 1 && !open.has(`${at}+`);
    for (let i = first; i < first + count; i += isFolded ? count : 1) {
      lines.push(blockLine(row, i, isFolded ? count : 1, figures));
    }
    first += count;
  }
  return lines;
}

function blockLine(row, index, count, figures) {
  const own = row.own[index] ?? null;
  const { depth, stride, ...values } = row.values;
  const blocks = { ...(own && own.kind ? own : values) };
  blocks.width = own?.width ?? values.width;
  return {
    address: `${row.address}.${index}`, stage: row.address, level: "block", count, figures,
    values: blocks, stageValues: values, own,
  };
}

/** Return whether a cell of a block is not as in its stage. */
export function isOwn(line, field) {
  return line.own !== null && line.values[field] !== line.stageValues[field];
}

/** Return what to move a line before, one place up or down; null where it is at the end. */
export function neighbour(rows, address, step) {
  const [stage, block] = placeOf(address);
  if (block === undefined) {
    const target = stage + (step < 0 ? -1 : 2);
    return target < 0 || target > rows.length ? null : rows[target]?.address ?? "";
  }
  const { depth } = rows[stage].values;
  const target = block + (step < 0 ? -1 : 2);
  if (target < 0) return stage ? `${stageAt(stage - 1)}.${rows[stage - 1].values.depth}` : null;
  if (target <= depth) return `${stageAt(stage)}.${target}`;
  return stage + 1 < rows.length ? `${stageAt(stage + 1)}.0` : null;
}

/** Return where a line will be found after it was moved before another. */
export function landing(rows, address, before) {
  const [stage, block] = placeOf(address);
  if (block === undefined) {
    const target = before === "" ? rows.length : placeOf(before)[0];
    return stageAt(target > stage ? target - 1 : target);
  }
  const [toStage, toBlock] = placeOf(before);
  if (toStage === stage) return `${stageAt(stage)}.${toBlock > block ? toBlock - 1 : toBlock}`;
  const isGone = rows[stage].values.depth === 1 && stage < toStage;
  return `${stageAt(isGone ? toStage - 1 : toStage)}.${toBlock}`;
}

/**
 * Return {before, edge} for something that is dropped on a line, null where it cannot be.
 *
 * `edge` is the side of the line at which it will stand: above, below or into.
 */
export function dropOn(rows, dragged, line, isLowerHalf) {
  const [stage, block] = placeOf(dragged);
  const [overStage, overBlock] = placeOf(line.address);
  if (block === undefined) {
    const target = overStage + (isLowerHalf ? 1 : 0);
    if (line.level !== "stage" || target === stage || target === stage + 1) return null;
    return { before: rows[target]?.address ?? "", edge: isLowerHalf ? "below" : "above" };
  }
  if (line.level === "stage") {
    if (overStage === stage) return null;
    return { before: `${line.address}.${line.values.depth}`, edge: "into" };
  }
  const target = overBlock + (isLowerHalf ? line.count : 0);
  if (overStage === stage && (target === block || target === block + 1)) return null;
  return { before: `${line.stage}.${target}`, edge: isLowerHalf ? "below" : "above" };
}

/** Return the place directly behind a line, to put something new there. */
export function behind(rows, line) {
  const [stage, block] = placeOf(line.address);
  if (block === undefined) return rows[stage + 1]?.address ?? "";
  return `${line.stage}.${block + line.count}`;
}
