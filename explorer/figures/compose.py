"""From a scene and a view to a row of cells; ``assets/js/compose.js`` does the same.

The state of a part is what the reader chose for it, else what the zoom level says. At the
level of blocks the longest runs of equal blocks, then the stages in which nothing is chosen,
are folded until the row fits into the room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from explorer.address import is_inside
from explorer.figures.cells import BOX, LEAD, TALL
from explorer.figures.marks import Cell, Link, Wire, half, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.figures.architecture import Scene

Level = Literal["stages", "blocks", "ops"]
GAP, PAD_END = 14, 4
PANEL_UP, PANEL_DOWN = 182, 152
TITLE_ROOM, LINK_ROOM = 36, 30


@dataclass(frozen=True, slots=True)
class View:
    """What the reader has chosen.

    Attributes:
        level: Zoom level.
        states: ``fold``, ``blocks`` or ``ops`` by stage, run (``layer2.1+``) or block.
        selected: Address of the selection, or None.
        room: Length that the row should fit into at the level of blocks [px].
        pad: From the edge of a stage to its first block [px].
    """

    level: Level = "blocks"
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    selected: str | None = None
    room: float = 960
    pad: float = 11


class Placed(NamedTuple):
    """A cell at its place.

    Attributes:
        s: Where it starts.
        cell: What is drawn.
        part: Stage, template, stem or head: its ops and words.
        address: What the whole of it selects.
        prefix: Before the names of its ops.
        values: Of the whole, then of its ops.
        label: Replaces ``#`` in its words.
        num_blocks: Replaces ``%``: how many blocks it stands for.
        target: What its links fold or unfold.
        members: Addresses it stands for.
    """

    s: float
    cell: Cell
    part: dict[str, Any]
    address: str
    prefix: str
    values: list[float | None]
    label: str
    num_blocks: int
    target: str
    members: list[str]


class Panel(NamedTuple):
    """The ground of a stage."""

    stage: dict[str, Any]
    s: float
    length: float
    note: str
    link: Literal["fold", "unfold"]


class Picture(NamedTuple):
    """A composed row."""

    placed: list[Placed]
    panels: list[Panel]
    wires: list[Wire]
    length: float
    up: float
    down: float


def compose(scene: Scene, view: View) -> Picture:
    """Return the row of cells that a view shows."""
    picture = _row(scene, view, frozenset())
    if view.level != "blocks" or picture.length <= view.room:
        return picture
    return _row(scene, view, _folded(scene, view, picture.length - view.room))


def _row(scene: Scene, view: View, folded: frozenset[str]) -> Picture:
    placed: list[Placed] = []
    panels: list[Panel] = []
    wires: list[Wire] = []
    s = _end(placed, scene["stem"], view, 0)
    for stage in scene["stages"]:
        start = s + GAP
        cells = _stage(scene, stage, view, folded)
        wires.append(Wire((s, 0, start + view.pad, 0)))
        s = start + view.pad
        for cell in cells:
            placed.append(cell._replace(s=s))
            s += cell.cell.length
        wires.append(Wire((s, 0, s + PAD_END, 0)))
        s += PAD_END
        panels.append(_panel(stage, start, s - start, is_folded=cells[0].part is stage))
    wires.append(Wire((s, 0, s + GAP, 0)))
    length = _end(placed, scene["head"], view, s + GAP)
    up = max(PANEL_UP, *(p.cell.up + TITLE_ROOM for p in placed))
    down = max(PANEL_DOWN, *(p.cell.down + LINK_ROOM for p in placed))
    return Picture(placed, panels, wires, length, up, down)


def _end(placed: list[Placed], part: dict[str, Any], view: View, s: float) -> float:
    address = part["address"]
    cell = part["open"] if _state(view, address, "ops") == "ops" else part["box"]
    members = [address, *(op[0] for op in part["ops"])]
    placed.append(Placed(s, cell, part, address, "", part["values"][0], "", 1, address, members))
    return s + cell.length


def _state(view: View, part: str, at_ops: str, otherwise: str = "box") -> str:
    return view.states.get(part) or (at_ops if view.level == "ops" else otherwise)


def _stage(scene: Scene, stage: dict[str, Any], view: View, folded: frozenset[str]) -> list[Placed]:
    address, count = stage["address"], stage["count"]
    if _is_folded(stage, view, folded):
        fold: Cell = stage["fold"]
        return [
            Placed(0, fold, stage, address, "", [stage["value"]], "", count, address, [address])
        ]
    cells: list[Placed] = []
    for run in _runs(scene, stage, view):
        cells += _run(run, view, folded)
    return cells


def _is_folded(stage: dict[str, Any], view: View, folded: frozenset[str] = frozenset()) -> bool:
    default = "fold" if view.level == "stages" or stage["address"] in folded else "blocks"
    return (view.states.get(stage["address"]) or default) == "fold"


class _Run(NamedTuple):
    """Equal blocks in a row, none of which has a state of its own, or a single block."""

    name: str
    part: dict[str, Any]
    first: int
    addresses: list[str]
    rows: list[list[float | None]]
    rollup: str


def _runs(scene: Scene, stage: dict[str, Any], view: View) -> list[_Run]:
    """Return the runs of a stage, split where a block has a state of its own."""
    found: list[_Run] = []
    rollup = scene["measure"]["rollup"] if scene["measure"] else "sum"
    for run in stage["runs"]:
        part, last = scene["templates"][run["template"]], run["first"] + run["count"]
        begin = run["first"]
        for i in range(run["first"], last):
            own = f"{stage['address']}.{i}" in view.states
            ends = i + 1 == last or own or f"{stage['address']}.{i + 1}" in view.states
            if ends:
                addresses = [f"{stage['address']}.{k}" for k in range(begin, i + 1)]
                offset = begin - run["first"]
                values = run["values"]
                rows = values if len(values) == 1 else values[offset : offset + len(addresses)]
                found.append(_Run(f"{addresses[0]}+", part, begin, addresses, rows, rollup))
                begin = i + 1
    return found


def _run(run: _Run, view: View, folded: frozenset[str]) -> list[Placed]:
    count, addresses = len(run.addresses), run.addresses
    state = "blocks"
    if count > 1:
        state = _state(view, run.name, "ops", "fold" if run.name in folded else "blocks")
    span = f"{run.first}–{run.first + count - 1}"
    if state == "fold":
        cell: Cell = run.part["folds"][min(2, count - 1) - 1]
        values = [_rolled(run)]
        return [
            Placed(0, cell, run.part, addresses[0], "", values, span, count, run.name, addresses)
        ]
    if state == "ops":
        shown = next((i for i, a in enumerate(addresses) if _holds(view.selected, a)), 0)
        opened = _block(run, shown, "open", f"{span}, ×{count}", run.name)
        return [opened._replace(cell=run.part["behind"], values=[None]), opened]
    cells = [
        _block(run, i, _cell_of(view, addresses[i]), str(run.first + i), addresses[i])
        for i in range(count)
    ]
    if count > 1:
        fold = Link(LEAD + BOX / 2, TALL / 2 + 42, "fold")
        cells.insert(0, cells[0]._replace(cell=Cell(0, 0, 0, [fold]), target=run.name))
    return cells


def _rolled(run: _Run) -> float | None:
    """Return the value of all blocks of a run together."""
    count = len(run.addresses)
    values = [row[0] for row in run.rows if row[0] is not None]
    if not values:
        return None
    if run.rollup == "max":
        return max(values)
    return values[0] * count if len(run.rows) == 1 else sum(values)


def _cell_of(view: View, address: str) -> str:
    return "open" if _state(view, address, "ops") == "ops" else "box"


def _holds(selected: str | None, address: str) -> bool:
    return selected is not None and is_inside(selected, address)


def _block(run: _Run, index: int, cell: str, label: str, target: str) -> Placed:
    address = run.addresses[index]
    values = run.rows[index] if len(run.rows) > 1 else run.rows[0]
    return Placed(
        0, run.part[cell], run.part, address, f"{address}.", values, label, 1, target, [address]
    )


def _folded(scene: Scene, view: View, excess: float) -> frozenset[str]:
    """Return what to fold until ``excess`` is saved: runs, longest first, then whole stages."""
    open_stages = [stage for stage in scene["stages"] if not _is_folded(stage, view)]
    candidates = [
        run
        for stage in open_stages
        for run in _runs(scene, stage, view)
        if len(run.addresses) > 1 and run.name not in view.states
    ]
    found: set[str] = set()
    for run in sorted(candidates, key=lambda run: -len(run.addresses)):
        if excess <= 0:
            return frozenset(found)
        count = len(run.addresses)
        box, fold = run.part["box"], run.part["folds"][min(2, count - 1) - 1]
        excess -= count * box.length - fold.length
        found.add(run.name)
    idle = [stage for stage in open_stages if not _is_of_interest(stage, view)]
    for stage in idle:
        if excess <= 0:
            break
        cells = _stage(scene, stage, view, frozenset(found))
        excess -= sum(placed.cell.length for placed in cells) - stage["fold"].length
        found.add(stage["address"])
    return frozenset(found)


def _is_of_interest(stage: dict[str, Any], view: View) -> bool:
    """Return whether the reader has chosen something in a stage."""
    address = stage["address"]
    return any(is_inside(name, address) for name in (*view.states, view.selected or ""))


def _panel(stage: dict[str, Any], s: float, length: float, *, is_folded: bool) -> Panel:
    room = length - 34 - text_width(stage["address"], 12.5)
    short = f"{stage['count']} {{blocks_lower}}"
    full = f"{short} · {stage['words']}"
    # "{blocks_lower}" is longer than the word it stands for; 10 px make up for that.
    note = next((n for n in (full, short) if half(text_width(n) - 40) <= room), "")
    return Panel(stage, s, length, "" if is_folded else note, "unfold" if is_folded else "fold")
