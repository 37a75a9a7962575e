"""Fields of networks and recipes side by side; stages that say the same share a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.compare.runs import recipe_rows
from explorer.compare.table import side_by_side
from explorer.training.recipe import Recipe
from explorer.ui.compare_html import Line
from explorer.ui.i18n import _
from explorer.ui.values import NOTHING, value_words
from explorer.units import THIN_MINUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.compare.table import Row
    from explorer.ui.compare_choice import Entry


def field_lines(entries: Sequence[Entry], baseline: int, *, every: bool) -> list[Line]:
    """Return one line for each field of networks and, where there are runs, of their training.

    Args:
        entries: What is compared.
        baseline: Position of the one that the others are compared with.
        every: Whether fields that all agree in are listed too.
    """
    rows = [
        row for row in side_by_side([e.spec for e in entries], baseline) if every or row.differs
    ]
    lines = [_line(_place(group), group[0], baseline) for group in _merged(rows)]
    return [*lines, *_training(entries, baseline, every=every)]


def _merged(rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows of different stages together that say the same."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        is_stage = row.address.startswith("layer") and "." not in row.address and row.field
        key = (row.field, repr(row.values)) if is_stage else (row.address, row.field)
        found.setdefault(key, []).append(row)
    return list(found.values())


def _place(rows: Sequence[Row]) -> str:
    places = [row.address for row in rows]
    words = {"network": _("network"), "stem": _("stem"), "head": _("head")}
    if len(places) == 1:
        return words.get(places[0], places[0])
    numbers = [int(place.removeprefix("layer")) for place in places]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"layer{numbers[0]}–{numbers[-1]}"
    return "layer" + ", ".join(map(str, numbers))


def _line(place: str, row: Row, baseline: int) -> Line:
    values = tuple(value_words(row.field, value) for value in row.values)
    # A default that only one family has is nothing new.
    changes = _changes(row.values, baseline) if row.differs else ("",) * len(values)
    title = _(row.title) if row.field else _("Stage")
    return Line(place, title, values, changes, differs=row.differs)


def _changes(values: Sequence[object], baseline: int) -> tuple[str, ...]:
    """Return by how much numbers differ, and for anything else that it does."""
    base = values[baseline]
    return tuple(_change(value, base) for value in values)


def _change(value: object, base: object) -> str:
    if value == base:
        return ""
    if value is None:
        return _("not there")
    if base is None:
        return _("new")
    if _is_number(value) and _is_number(base):
        assert isinstance(value, int | float)
        assert isinstance(base, int | float)
        by = value - base
        factor = value / base if base and value > base and value % base == 0 else 0
        times = f" (× {factor:g})" if factor >= 2 else ""
        return f"{THIN_MINUS if by < 0 else '+'}{abs(by):g}{times}"
    return _("changed")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _training(entries: Sequence[Entry], baseline: int, *, every: bool) -> list[Line]:
    records = [None if entry.run is None else entry.run.record for entry in entries]
    if not any(records):
        return []
    own = {"data": _("Data"), "seed": _("Seed"), "device": _("Device")}
    found: list[Line] = []
    for name, values in recipe_rows(records):
        info = Recipe.model_fields.get(name)
        title = own.get(name) or (_(info.title) if info and info.title else name)
        words = tuple(value_words("", value) if value is not None else NOTHING for value in values)
        # A network alone has no recipe: that is no difference worth a line.
        differs = len({word for word in words if word != NOTHING}) > 1
        if every or differs:
            changes = _changes(values, baseline) if differs else ("",) * len(words)
            found.append(Line(_("training"), title, words, changes, differs=differs))
    return found
