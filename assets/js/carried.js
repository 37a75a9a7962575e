/** Which folds stay with which part when a command renumbers the parts. Pure. */

/**
 * Return the states of folded and unfolded parts under their addresses after a command.
 *
 * A run of blocks keeps its place in its stage; what a command removes is forgotten.
 */
export function carried(states, { stages }, command) {
  const layout = stages.map(({ address, count }) => ({
    was: address, blocks: Array.from({ length: count }, (_, i) => `${address}.${i}`),
  }));
  const isBlock = (command.before || command.address).includes(".");
  const changed = isBlock ? withBlock(layout, command) : withStage(layout, command);
  const names = new Map([["stem", "stem"], ["head", "head"]]);
  changed.forEach(({ was, blocks }, i) => {
    const name = `layer${i + 1}`;
    if (was) names.set(was, name);
    blocks.forEach((block, k) => block && names.set(block, `${name}.${k}`));
  });
  const after = Object.entries(states).map(([key, state]) => [renamed(key, names), state]);
  return Object.fromEntries(after.filter(([key]) => key));
}

function renamed(key, names) {
  if (!key.endsWith("+")) return names.get(key);
  const [stage, first] = key.split(".");
  return names.has(stage) ? `${names.get(stage)}.${first}` : undefined;
}

function withStage(layout, command) {
  const stages = [...layout];
  const place = (name) => {
    const found = stages.findIndex(({ was }) => was === name);
    return found < 0 ? stages.length : found;
  };
  if (command.do === "move" && command.before === command.address) return stages;
  const fresh = { was: null, blocks: [] };
  const own = place(command.address);
  if (command.do === "duplicate") stages.splice(own + 1, 0, fresh);
  if (command.do === "add_stage") stages.splice(place(command.before), 0, fresh);
  if (command.do === "remove") stages.splice(own, 1);
  if (command.do === "move") {
    const [moved] = stages.splice(own, 1);
    stages.splice(place(command.before), 0, moved);
  }
  return stages;
}

function withBlock(layout, command) {
  if (command.do === "move" && command.before === command.address) return layout;
  const stages = layout.map(({ was, blocks }) => ({ was, blocks: [...blocks] }));
  const blocksOf = (address) => stages.find(({ was }) => was === address.split(".")[0])?.blocks ?? [];
  const own = blocksOf(command.address);
  const index = own.indexOf(command.address);
  const put = (block) => {
    const target = blocksOf(command.before);
    const found = target.indexOf(command.before);
    target.splice(found < 0 ? target.length : found, 0, block);
  };
  if (command.do === "add_block") put(null);
  else if (index < 0) return layout;
  else if (command.do === "duplicate") own.splice(index + 1, 0, null);
  else own.splice(index, 1);
  if (command.do === "move") put(command.address);
  return stages.filter(({ blocks }) => blocks.length);
}
