/** Places for the names of points, so that none covers a point or another name. Pure. */

const LETTER = 6.2;
const HEIGHT = 14;
const AWAY = 10;

/**
 * Return {x, y, anchor} for each point, null where its label is empty: right of it, left, above or
 * below, whichever is free first; right of it where nothing is.
 *
 * `points` are {x, y, label}; `room` is {left, right, top, bottom}.
 */
export function place(points, room) {
  const taken = points.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  return points.map((point, i) => {
    if (!point.label) return null;
    const others = taken.filter((_, k) => k !== i);
    const found = candidates(point).find(({ box }) => isInside(box, room) && !others.some((one) => meet(one, box)))
      ?? candidates(point)[0];
    taken.push(found.box);
    return { x: found.x, y: found.y, anchor: found.anchor };
  });
}

function candidates({ x, y, label }) {
  const width = label.length * LETTER;
  const box = (left, top) => ({ left, right: left + width, top, bottom: top + HEIGHT });
  return [
    { x: x + AWAY, y: y + 4, anchor: "start", box: box(x + AWAY, y - 7) },
    { x: x - AWAY, y: y + 4, anchor: "end", box: box(x - AWAY - width, y - 7) },
    { x, y: y - AWAY, anchor: "middle", box: box(x - width / 2, y - AWAY - 11) },
    { x, y: y + AWAY + 9, anchor: "middle", box: box(x - width / 2, y + AWAY - 2) },
    { x: x + AWAY, y: y - 8, anchor: "start", box: box(x + AWAY, y - 19) },
    { x: x + AWAY, y: y + 16, anchor: "start", box: box(x + AWAY, y + 5) },
  ];
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const isInside = (box, room) => box.left >= room.left && box.right <= room.right
  && box.top >= room.top - 6 && box.bottom <= room.bottom + 6;
