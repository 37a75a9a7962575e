"""Values of a specification in words."""

from __future__ import annotations

from typing import Any

from explorer.blocks import FAMILIES
from explorer.spec.model import BlockOverride, StageSpec
from explorer.ui.forms import option_words
from explorer.ui.i18n import _, plural

NOTHING = "–"
"""Stands where there is no value."""


def value_words(field: str, value: Any) -> str:  # noqa: ANN401 - of several types
    """Return a value of a field as people read it."""
    if value is None:
        return NOTHING
    if isinstance(value, StageSpec):
        return _("{blocks} {kind}, width {width}").format(
            blocks=plural("{n} block", "{n} blocks", value.depth),
            kind=_(FAMILIES[value.block.kind].title),
            width=value.width,
        )
    if isinstance(value, BlockOverride):
        return _("not like its stage")
    if field == "kind" and value in FAMILIES:
        return _(FAMILIES[value].title)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, tuple):
        return ", ".join(value_words("", one) for one in value)
    return f"{value:g}" if isinstance(value, float) else option_words(value)
