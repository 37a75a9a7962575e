/** Places for the names of points, so that none covers a point or another name. Pure. */

const LETTER = 6.2;
const HEIGHT = 14;
const AWAY = 10;
const COVERS_NAME = 4;
const OUTSIDE = 6;

/**
 * Return {x, y, anchor} for each point, null where its label is empty: right of it, left, above or
 * below, wherever it covers least.
 *
 * `points` are {x, y, label}; `room` is {left, right, top, bottom}.
 */
export function place(points, room) {
  const dots = points.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const names = [];
  return points.map((point, i) => {
    if (!point.label) return null;
    const cost = ({ box }) => COVERS_NAME * names.filter((one) => meet(one, box)).length
      + dots.filter((one, k) => k !== i && meet(one, box)).length
      + (isInside(box, room) ? 0 : OUTSIDE);
    const found = candidates(point).reduce((best, one) => (cost(one) < cost(best) ? one : best));
    names.push(found.box);
    return { x: found.x, y: found.y, anchor: found.anchor };
  });
}

function candidates({ x, y, label }) {
  const width = label.length * LETTER;
  const box = (left, top) => ({ left, right: left + width, top, bottom: top + HEIGHT });
  const beside = [0, -13, 13, -26, 26].flatMap((by) => [
    { x: x + AWAY, y: y + 4 + by, anchor: "start", box: box(x + AWAY, y - 7 + by) },
    { x: x - AWAY, y: y + 4 + by, anchor: "end", box: box(x - AWAY - width, y - 7 + by) },
  ]);
  return [
    ...beside.slice(0, 2),
    { x, y: y - AWAY, anchor: "middle", box: box(x - width / 2, y - AWAY - 11) },
    { x, y: y + AWAY + 9, anchor: "middle", box: box(x - width / 2, y + AWAY - 2) },
    ...beside.slice(2),
  ];
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const isInside = (box, room) => box.left >= room.left && box.right <= room.right
  && box.top >= room.top - 6 && box.bottom <= room.bottom + 6;
