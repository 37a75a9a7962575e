"""Choices that the link keeps: one of a few, or one of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.ui import urls
from explorer.ui.state import start_widget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.ui.urls import Param


def segments(
    param: Param, label: str, options: Mapping[str, str], *, key: str, help_: str = ""
) -> str:
    """Show a choice of a few and return what is chosen; the first is chosen at first.

    Args:
        param: Keeps it in the link, unless it is the first.
        label: Above the choice.
        options: Names with their words.
        key: Of the widget.
        help_: A hint on the label.
    """
    first = next(iter(options))
    chosen = st.segmented_control(
        label,
        list(options),
        default=_start(param, options, first, key),
        required=True,
        key=key,
        format_func=lambda name: options.get(str(name), str(name)),
        help=help_ or None,
    )
    return _kept(param, chosen, options, first)


def listed(
    param: Param,
    label: str,
    options: Mapping[str, str],
    *,
    key: str,
    help_: str = "",
    width: int | None = None,
) -> str:
    """Show a list and return what is chosen; as ``segments``, for more options."""
    first = next(iter(options))
    chosen = st.selectbox(
        label,
        list(options),
        list(options).index(_start(param, options, first, key)),
        key=key,
        format_func=lambda name: options.get(str(name), str(name)),
        help=help_ or None,
        width=width or "stretch",
    )
    return _kept(param, chosen, options, first)


def switch(param: Param, label: str, *, key: str, help_: str = "") -> bool:
    """Show a switch that is off at first, and return whether it is on."""
    start = start_widget(key, urls.get(param) == "1")
    is_on = st.toggle(label, start, key=key, help=help_ or None)
    urls.put(param, "1" if is_on else "")
    return is_on


def _start(param: Param, options: Mapping[str, str], first: str, key: str) -> str:
    wanted = urls.get(param)
    return start_widget(key, wanted if wanted in options else first, options)


def _kept(param: Param, chosen: object, options: Mapping[str, str], first: str) -> str:
    value = str(chosen) if str(chosen) in options else first
    urls.put(param, "" if value == first else value)
    return value
