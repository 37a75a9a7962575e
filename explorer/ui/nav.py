"""The list of pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.ui.urls import Param

PAGES = Path(__file__).resolve().parents[2] / "pages"


class PageInfo(NamedTuple):
    """One page.

    Attributes:
        name: Of its file and of its address.
        title: In the navigation.
    """

    name: str
    title: str

    @property
    def path(self) -> Path:
        """Return its script."""
        return PAGES / f"{self.name}.py"


def pages() -> tuple[PageInfo, ...]:
    """Return the pages in the order of the navigation."""
    return (
        PageInfo("build", _("Build")),
        PageInfo("unravel", _("Unravel")),
        PageInfo("train", _("Train")),
        PageInfo("compare", _("Compare")),
        PageInfo("cam", _("Grad-CAM")),
        PageInfo("about", _("About")),
    )


def go(name: str, parameters: Mapping[Param, str] | None = None) -> None:
    """Go to another page, with some parameters in its link; the network in hand goes along."""
    found = {param.value: value for param, value in (parameters or {}).items()}
    st.switch_page(PAGES / f"{name}.py", query_params=found)
