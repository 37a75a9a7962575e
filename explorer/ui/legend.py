"""Which mark and colour stands for which network, above charts that share them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.figures.theme import COMPARED

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGNS = ("●", "■", "▲", "◆")


def network_legend(names: Sequence[str]) -> None:
    """Show the names of up to four networks with their marks."""
    entries = "".join(
        f'<span role="listitem" style="white-space:nowrap">'
        f'<b style="color:light-dark({light},{dark})">{sign}</b> {escape(name)}</span>'
        for name, sign, light, dark in zip(
            names, _SIGNS, COMPARED["light"], COMPARED["dark"], strict=False
        )
    )
    st.html(
        '<div role="list" style="display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px">'
        f"{entries}</div>"
    )
