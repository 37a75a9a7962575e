"""Edits of a network in words, short enough for a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.spec.model import BlockOverride, StageSpec
from explorer.ui.i18n import _, plural
from explorer.ui.values import value_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.compare.edits import Edit
    from explorer.spec.difference import Difference

MOST_PARTS = 3


def edit_words(edit: Edit) -> str:
    """Return what an edit changes: ``Block: Bottleneck → Res2Net (layer1–4)``."""
    by_field: dict[tuple[object, ...], list[Difference]] = {}
    for difference in edit.differences:
        key = (difference.field, difference.title, *_kind_of_whole(difference))
        by_field.setdefault(key, []).append(difference)
    parts = [_field(found) for found in by_field.values()]
    more = len(parts) - MOST_PARTS
    if more > 0:
        parts = [*parts[:MOST_PARTS], plural("{n} more", "{n} more", more)]
    words = "; ".join(parts)
    if edit.is_rest:
        return _("Others: {edits}").format(edits=words)
    return _("Only together: {edits}").format(edits=words) if edit.joined else words


def _kind_of_whole(difference: Difference) -> tuple[object, ...]:
    if difference.field:
        return ()
    return type(difference.before or difference.after), difference.kind


def _field(differences: Sequence[Difference]) -> str:
    """Return one field with what it changes to, wherever it does."""
    first = differences[0]
    places = _places([difference.address for difference in differences])
    if isinstance(first.before or first.after, StageSpec):
        words = _("Stage removed") if first.after is None else _("Stage added")
        return f"{words} ({places})"
    if isinstance(first.before or first.after, BlockOverride):
        return _("Single blocks ({places})").format(places=places)
    changes = {
        f"{value_words(first.field, d.before)} → {value_words(first.field, d.after)}": None
        for d in differences
    }
    title = _(first.title)
    if len(changes) > 1:
        return f"{title} ({places})"
    return f"{title}: {next(iter(changes))} ({places})"


def _places(addresses: Sequence[str]) -> str:
    """Return ``layer1–4`` for places in a row; else they are listed, at most four."""
    unique = list(dict.fromkeys(addresses))
    numbers = [a.removeprefix("layer") for a in unique]
    if len(unique) > 1 and all(n.isdecimal() for n in numbers):
        found = sorted(map(int, numbers))
        if found == list(range(found[0], found[-1] + 1)):
            return f"layer{found[0]}–{found[-1]}"
    if len(unique) > 4:
        return f"{', '.join(unique[:3])}, …"
    return ", ".join(unique)
