"""The form of a block family, generated from the metadata of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import streamlit as st

from explorer.blocks import FAMILIES
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

CHOICES = {
    "identity": "Identity only",
    "A": "A: pad with zeros",
    "B": "B: project where needed",
    "C": "C: project always",
    "D": "D: average, then project",
    "a": "a: branches, summed",
    "b": "b: branches, joined",
    "c": "c: one grouped layer",
    "1x1": "1×1",
    "3x3": "3×3",
    "original": "Original (2015)",
    "bn_after_add": "BN after addition",
    "relu_before_add": "ReLU before addition",
    "relu_only_preact": "ReLU-only pre-activation",
    "full_preact": "Full pre-activation",
    "exclusive": "exclusive",
    "shortcut": "shortcut only",
    "sliced": "One, taken apart",
    "two": "One for each",
}
"""Options in words, where their value alone does not say enough."""
_MAX_SEGMENTS = 3


def fields(
    part: BaseModel, key: Callable[[str], str], *, skip: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Show a widget for each field and return the values that differ from the part's own.

    Args:
        part: A frozen model: a block family, a stem, a stage, a head.
        key: Makes the key of a widget from its name.
        skip: Fields that are shown elsewhere.
    """
    changed: dict[str, Any] = {}
    # What makes a family comes before what every family has.
    own = type(part).__annotations__
    found = sorted(type(part).model_fields.items(), key=lambda item: item[0] not in own)
    for name, info in found:
        if name == "kind" or name in skip:
            continue
        current = getattr(part, name)
        value = _field(name, info, current, key(name))
        if value is not None and value != current:
            changed[name] = value
    return changed


def _field(name: str, info: FieldInfo, current: Any, key: str) -> Any:  # noqa: ANN401
    label = _(info.title or name)
    help_ = _(info.description) if info.description else None
    if get_origin(info.annotation) is Literal:
        options = get_args(info.annotation)
        if len(options) > _MAX_SEGMENTS:
            return st.selectbox(
                label,
                options,
                options.index(current),
                key=key,
                help=help_,
                format_func=lambda o: _(CHOICES.get(o, str(o))),
            )
        return st.segmented_control(
            label,
            options,
            default=current,
            required=True,
            key=key,
            help=help_,
            format_func=lambda o: _(CHOICES.get(o, str(o))),
            width="stretch",
        )
    if info.annotation is bool:
        return st.toggle(label, value=current, key=key, help=help_)
    low, high, step = _bounds(info)
    if info.annotation is float:
        return st.number_input(label, low, high, float(current), step=step, key=key, help=help_)
    return st.number_input(label, int(low), int(high), current, key=key, help=help_)


def _bounds(info: FieldInfo) -> tuple[float, float, float]:
    low, high, step = 0.0, 1e6, 0.5
    for rule in info.metadata:
        low = float(getattr(rule, "ge", low))
        high = float(getattr(rule, "le", high))
        step = float(getattr(rule, "multiple_of", step))
    return low, high, step


def family(current: str, key: str) -> str:
    """Show the choice of a block family and return its kind."""
    kinds = list(FAMILIES)
    return st.selectbox(
        _("Block"),
        kinds,
        kinds.index(current),
        key=key,
        format_func=lambda kind: _(FAMILIES[kind].title) if kind in FAMILIES else kind,
        help=_("What one unit of the network is made of."),
    )
