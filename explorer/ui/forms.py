"""The form of a block family, generated from the metadata of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import streamlit as st

from explorer.blocks import FAMILIES
from explorer.spec.model import StageSpec
from explorer.ui.i18n import _
from explorer.ui.stage_rows import bounds
from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

CHOICES = {
    "identity": mark("Identity only"),
    "A": mark("A: pad with zeros"),
    "B": mark("B: project where needed"),
    "C": mark("C: project always"),
    "D": mark("D: average, then project"),
    "a": mark("a: branches, summed"),
    "b": mark("b: branches, joined"),
    "c": mark("c: one grouped layer"),
    "1x1": "1×1",
    "3x3": "3×3",
    "basic": mark("basic"),
    "bottleneck": mark("bottleneck"),
    "single": mark("single"),
    "group": mark("group"),
    "widening": mark("widening"),
    "own": mark("own"),
    "shared": mark("shared"),
    "none": mark("none"),
    "first": mark("first"),
    "last": mark("last"),
    "conv": mark("conv"),
    "pool": mark("pool"),
    "classify": mark("classify"),
    "segment": mark("segment"),
    "original": mark("Original (2015)"),
    "bn_after_add": mark("BN after addition"),
    "relu_before_add": mark("ReLU before addition"),
    "relu_only_preact": mark("ReLU-only pre-activation"),
    "full_preact": mark("Full pre-activation"),
    "exclusive": mark("exclusive"),
    "shortcut": mark("shortcut only"),
    "sliced": mark("One, taken apart"),
    "two": mark("One for each"),
}
"""Options in words, where their value alone does not say enough."""
_MAX_SEGMENTS = 3
Reasons = dict[str, dict[Any, str]]
"""Why something makes no sense: by field, then by option; None is the whole field."""


def fields(
    part: BaseModel,
    key: Callable[[str], str],
    *,
    skip: tuple[str, ...] = (),
    reasons: Reasons | None = None,
) -> dict[str, Any]:
    """Show a widget for each field and return the values that differ from the part's own.

    Args:
        part: A frozen model: a block family, a stem, a stage, a head.
        key: Makes the key of a widget from its name.
        skip: Fields that are shown elsewhere.
        reasons: Why fields or options make no sense here; such fields are greyed.
    """
    changed: dict[str, Any] = {}
    # What makes a family comes before what every family has.
    own = type(part).__annotations__
    found = sorted(type(part).model_fields.items(), key=lambda item: item[0] not in own)
    for name, info in found:
        if name == "kind" or name in skip:
            continue
        current = getattr(part, name)
        value = _field(name, info, current, key(name), (reasons or {}).get(name, {}))
        if value is not None and value != current:
            changed[name] = value
    return changed


def stage_field(name: str, current: Any, key: str) -> Any:  # noqa: ANN401
    """Show one field of a stage and return its value."""
    return _field(name, StageSpec.model_fields[name], current, key, {})


def option_words(option: object) -> str:
    """Return an option of a field in words."""
    return _(CHOICES.get(str(option), str(option)))


def _help(info: FieldInfo, why: Mapping[Any, str]) -> str | None:
    """Return what a field means and which of its options make no sense here."""
    lines = [why[None]] if None in why else []
    lines += [_(info.description)] if info.description else []
    lines += [
        _("{option}: {reason}").format(option=option_words(option), reason=reason)
        for option, reason in why.items()
        if option is not None
    ]
    return "\n\n".join(lines) or None


def _field(name: str, info: FieldInfo, current: Any, key: str, why: Mapping[Any, str]) -> Any:  # noqa: ANN401
    label, help_, disabled = _(info.title or name), _help(info, why), None in why
    if get_origin(info.annotation) is Literal:
        options = get_args(info.annotation)
        if len(options) > _MAX_SEGMENTS:
            return st.selectbox(
                label,
                options,
                options.index(current),
                key=key,
                help=help_,
                disabled=disabled,
                format_func=option_words,
            )
        return st.segmented_control(
            label,
            options,
            default=current,
            required=True,
            key=key,
            help=help_,
            disabled=disabled,
            format_func=option_words,
            width="stretch",
        )
    if info.annotation is bool:
        return st.toggle(label, value=current, key=key, help=help_, disabled=disabled)
    low, high, step = bounds(info)
    number = float if info.annotation is float else int
    return st.number_input(
        label,
        number(low),
        number(high),
        number(current),
        step=number(step),
        key=key,
        help=help_,
        disabled=disabled,
    )


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
