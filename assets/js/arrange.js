/**
 * What a drag, a key or a button in the picture means for the network. Pure functions.
 *
 * A subject is {stage, index, address}: a stage (index null) or a block, counted from 0. A gap is
 * {s, before, isSame}: a place on the line where the subject may land; at `isSame` it stands now.
 */

import { GAP } from "./compose.js";

const BEFORE_DOT = 5;
const KEYS = {
  ArrowLeft: "back", ArrowUp: "back", ArrowRight: "on", ArrowDown: "on",
};

/** Return the stage or block that an address lies in, null for stem, head and what is unknown. */
export function subjectOf(scene, address) {
  const [name, part] = (address ?? "").split(".");
  const stage = scene.stages.findIndex((one) => one.address === name);
  if (stage < 0) return null;
  if (part === undefined) return { stage, index: null, address: name };
  const index = Number(part);
  if (!Number.isInteger(index) || index < 0 || index >= scene.stages[stage].count) return null;
  return { stage, index, address: `${name}.${index}` };
}

/** Return where a subject may land in a composed picture, along the line. */
export function gapsOf(picture, scene, subject) {
  return subject.index === null ? stageGaps(picture, subject) : blockGaps(picture, scene, subject);
}

function stageGaps({ panels }, subject) {
  const last = panels.at(-1);
  const gaps = panels.map(({ stage, s }) => ({ s: s - GAP / 2, before: stage.address }));
  gaps.push({ s: last.s + last.length + GAP / 2, before: "" });
  return gaps.map((gap, i) => ({ ...gap, isSame: i === subject.stage || i === subject.stage + 1 }));
}

function blockGaps({ placed }, scene, subject) {
  const gaps = [];
  scene.stages.forEach((stage, number) => {
    const own = placed.filter(({ address }) => address.split(".")[0] === stage.address);
    if (!own.length) return;
    const found = new Map();
    for (const cell of own) {
      const first = firstOf(cell);
      if (!found.has(first)) found.set(first, cell.s);
    }
    const end = own.at(-1);
    found.set(stage.count, end.s + end.cell[0]);
    for (const [index, s] of found) {
      const isSame = number === subject.stage && (index === subject.index || index === subject.index + 1);
      gaps.push({ s: s - BEFORE_DOT, before: `${stage.address}.${index}`, isSame });
    }
  });
  return gaps;
}

/** Return the index of the first block that a placed cell stands for. */
function firstOf({ part, target, members }) {
  if (part.runs) return 0;
  const name = target.endsWith("+") ? target.slice(0, -1) : members[0];
  return Number(name.split(".")[1]);
}

/** Return the gap that is nearest to a place on the line. */
export function nearestGap(gaps, s) {
  let best = null;
  for (const gap of gaps) {
    if (best === null || Math.abs(gap.s - s) < Math.abs(best.s - s)) best = gap;
  }
  return best;
}

/** Return the command of a drop, null where nothing would move. */
export function dropCommand(subject, gap) {
  if (!gap || gap.isSame) return null;
  return { do: "move", address: subject.address, before: gap.before };
}

/** Return what a key asks for: back, on, duplicate, remove, add, or null. */
export function deedOf({ key, altKey, ctrlKey, metaKey, shiftKey }, isVertical) {
  if (altKey && !ctrlKey && !metaKey) {
    const isAlong = isVertical ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    return isAlong.includes(key) ? KEYS[key] : null;
  }
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "d") return "duplicate";
  if (altKey || ctrlKey || metaKey) return null;
  if (key === "Delete") return "remove";
  return key === "Insert" || key === "+" ? "add" : null;
}

/**
 * Return the block of a folded run that a deed takes: blocks of a run are equal, so that only its
 * first or last can be seen to move away. Whatever is not in a folded run stays the subject.
 */
export function atEdge(scene, { placed }, subject, deed) {
  const isOwn = ({ numBlocks, members }) => numBlocks > 1 && members.includes(subject?.address);
  const run = placed.find(isOwn);
  if (!run || !["back", "on"].includes(deed)) return subject;
  return subjectOf(scene, deed === "back" ? run.members[0] : run.members.at(-1));
}

/** Return the command that carries out a deed on a subject, null where it cannot be. */
export function commandOf(scene, subject, deed) {
  if (!subject) return null;
  const { address } = subject;
  if (deed === "duplicate") return { do: "duplicate", address, before: "" };
  if (deed === "remove") return isOnly(scene, subject) ? null : { do: "remove", address, before: "" };
  return subject.index === null ? stageCommand(scene, subject, deed) : blockCommand(scene, subject, deed);
}

function isOnly({ stages }, { index }) {
  return stages.length === 1 && (index === null || stages[0].count === 1);
}

function stageCommand({ stages }, { stage, address }, deed) {
  const nameAt = (i) => stages[i]?.address ?? "";
  if (deed === "add") return { do: "add_stage", address, before: nameAt(stage + 1) };
  const isAtEnd = deed === "back" ? stage === 0 : stage === stages.length - 1;
  if (isAtEnd) return null;
  return { do: "move", address, before: nameAt(deed === "back" ? stage - 1 : stage + 2) };
}

function blockCommand({ stages }, { stage, index, address }, deed) {
  const here = stages[stage];
  if (deed === "add") return { do: "add_block", address, before: `${here.address}.${index + 1}` };
  const before = deed === "back" ? placeBack(stages, stage, index) : placeOn(stages, stage, index);
  return before && { do: "move", address, before };
}

function placeBack(stages, stage, index) {
  if (index > 0) return `${stages[stage].address}.${index - 1}`;
  const other = stages[stage - 1];
  return other ? `${other.address}.${other.count}` : null;
}

function placeOn(stages, stage, index) {
  if (index + 1 < stages[stage].count) return `${stages[stage].address}.${index + 2}`;
  const other = stages[stage + 1];
  return other ? `${other.address}.0` : null;
}
