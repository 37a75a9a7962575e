"""The list of pages."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from explorer.ui.i18n import _

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


def go(name: str) -> None:
    """Go to another page; the network in hand goes along."""
    st.switch_page(PAGES / f"{name}.py")
