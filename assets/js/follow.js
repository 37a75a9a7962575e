/** Where one picture looks when another that corresponds to it is moved. Pure arithmetic. */

/**
 * Return places along the lines of two pictures that belong together, as [[s, s'], ...], both
 * rising. `partner` gives the address in the second picture, or null.
 */
export function anchorsOf(one, other, partner) {
  const places = [...stagesOf(one, other, partner), ...cellsOf(one, other, partner)];
  const found = [[0, 0]];
  for (const [s, t] of [...places.sort(([a], [b]) => a - b), [one.length, other.length]]) {
    const [a, b] = found.at(-1);
    if (s > a && t > b) found.push([s, t]);
  }
  return found;
}

function stagesOf(one, other, partner) {
  const panels = new Map(other.panels.map((panel) => [panel.stage.address, panel]));
  return one.panels.flatMap(({ stage, s, length }) => {
    const match = panels.get(partner(stage.address));
    return match ? [[s, match.s], [s + length, match.s + match.length]] : [];
  });
}

function cellsOf(one, other, partner) {
  const cells = new Map();
  for (const placed of other.placed) {
    for (const member of placed.members) if (!cells.has(member)) cells.set(member, placed);
  }
  return one.placed.flatMap(({ s, cell, members }) => {
    const match = cells.get(members.map(partner).find((address) => cells.has(address)));
    return match ? [[s, match.s], [s + cell[0], match.s + match.cell[0]]] : [];
  });
}

/** Return the place that belongs to `s`; beyond the ends both run on alike. */
export function carry(anchors, s) {
  const last = anchors.length - 1;
  if (s <= anchors[0][0]) return anchors[0][1] + s - anchors[0][0];
  if (s >= anchors[last][0]) return anchors[last][1] + s - anchors[last][0];
  const k = anchors.findIndex(([a]) => a > s);
  const [[a, b], [c, d]] = [anchors[k - 1], anchors[k]];
  return b + ((s - a) / (c - a)) * (d - b);
}

/** Return the camera of a follower: as near, at the place that belongs to the leader's middle. */
export function followed(camera, width, anchors, followerWidth = width) {
  const middle = (width / 2 - camera.x) / camera.k;
  return { k: camera.k, y: camera.y, x: followerWidth / 2 - carry(anchors, middle) * camera.k };
}
