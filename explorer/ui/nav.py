"""The list of pages."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import streamlit as st

from explorer.errors import UrlError
from explorer.ui import state
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
        PageInfo("lessons", _("Lessons")),
        PageInfo("about", _("About")),
    )


def go(name: str, **parameters: str) -> None:
    """Go to another page, into a state of it if there are parameters of its link.

    The network in hand goes along unless the link names another.
    """
    state.lead()
    st.switch_page(PAGES / f"{name}.py", query_params=parameters or None)


def go_to(link: str, **parameters: str) -> None:
    """Go to ``page?query`` with some parameters more; a page that is not there is said so.

    Raises:
        UrlError: There is no such page.
    """
    name, _mark, query = link.partition("?")
    if name not in {page.name for page in pages()}:
        raise UrlError(
            _("There is no page {name} here.").format(name=name),
            _("Choose a page from the navigation."),
        )
    go(name, **dict(parse_qsl(query)), **parameters)
