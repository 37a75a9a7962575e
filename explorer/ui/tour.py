"""The tour: a strip that leads through the pages in two minutes, one or two sentences each."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import streamlit as st

from explorer.ui import nav, state, urls
from explorer.ui.i18n import _
from explorer.ui.lesson_state import place
from explorer.ui.urls import Param

_GOING, _DECLINED = "tour", "tour-declined"


class Stop(NamedTuple):
    """One page of the tour.

    Attributes:
        page: Its name.
        link: What is opened there.
        words: What the page is for, in one or two sentences.
    """

    page: str
    link: str
    words: str


def stops() -> tuple[Stop, ...]:
    """Return the pages of the tour in their order."""
    return (
        Stop(
            "build",
            "build",
            _(
                "This is a residual network, block by block. Change a stage in the form or choose "
                "a block in the picture: every number follows."
            ),
        ),
        Stop(
            "unravel",
            "unravel",
            _(
                "The same network as a bundle of paths: each block is gone through or past. The "
                "sections ask how long the paths are, which of them learn, and what a missing "
                "block costs."
            ),
        ),
        Stop(
            "train",
            "train",
            _(
                "Here the network learns from images, on this machine. Begin with the digits: "
                "the curves are drawn while it runs, and you may leave the page meanwhile."
            ),
        ),
        Stop(
            "compare",
            "compare?with=resnet20,plain20",
            _(
                "Two to four networks or runs side by side, and only what differs. Here it is a "
                "network of the same depth without shortcuts."
            ),
        ),
        Stop(
            "cam",
            "cam",
            _(
                "Where trained networks look in an image, all on one scale. Some trained networks "
                "come with the app, so this works before you have trained any."
            ),
        ),
        Stop(
            "lessons",
            "lessons",
            _(
                "The experiments of the papers as lessons: predict, try, and see the paper's "
                "figures beside yours. The first lesson is a good place to begin."
            ),
        ),
    )


def tour_strip(page: str) -> None:
    """Show where the tour is, or on the first page that there is one; nothing in a lesson."""
    found = stops()
    at = next((i for i, stop in enumerate(found) if stop.page == page), None)
    if not _is_going():
        urls.put(Param.TOUR, "")
        if page == "build":
            _invitation()
        return
    # Whoever takes another way goes on from where they are; a lesson has a strip of its own.
    is_shown = at is not None and place() is None
    urls.put(Param.TOUR, str(at + 1) if at is not None and is_shown else "")
    if at is not None and is_shown:
        _strip(found, at)


def tour_button() -> None:
    """Show the button that begins the tour."""
    if st.button(_("Tour of the app: two minutes"), key="to-tour"):
        _go(stops(), 0)


def _is_going() -> bool:
    """Return whether the tour goes on: the link says so at first, afterwards our buttons do.

    A rerun may carry an older link.
    """
    if state.recall(_GOING) is None or urls.went_back():
        state.keep(_GOING, urls.get(Param.TOUR) != "")
    return state.recall(_GOING) is True


def _strip(found: tuple[Stop, ...], at: int) -> None:
    titles = {page.name: page.title for page in nav.pages()}
    place_words = _("Tour, {n} of {total}: {page}").format(
        n=at + 1, total=len(found), page=titles[found[at].page]
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour-strip"):
        st.html(
            f'<div class="rx-strip-lesson" role="note"><b>{escape(place_words)}</b>'
            f"<p>{escape(found[at].words)}</p></div>"
        )
        is_last = at + 1 == len(found)
        if not is_last:
            st.button(_("End the tour"), type="tertiary", key="tour-end", on_click=_end)
        if at and st.button(_("Back"), key="tour-back"):
            _go(found, at - 1)
        if is_last:
            st.button(_("Finish"), type="primary", key="tour-end", on_click=_end)
        else:
            label = _("Next: {title}").format(title=titles[found[at + 1].page])
            if st.button(label, type="primary", key="tour-next"):
                _go(found, at + 1)


def _invitation() -> None:
    """Say once in a session that there is a tour."""
    if state.recall(_DECLINED) or place() is not None or urls.get(Param.HIDE):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour-offer"):
        st.html(f'<div class="rx-note">{escape(_("New here?"))}</div>', width="content")
        if st.button(_("Take the two-minute tour"), type="tertiary", key="tour-begin"):
            _go(stops(), 0)
        st.button(_("No, thanks"), type="tertiary", key="tour-decline", on_click=_end)


def _go(found: tuple[Stop, ...], at: int) -> None:
    state.keep(_GOING, True)  # noqa: FBT003 - what is kept is whether it goes on
    state.keep(_DECLINED, True)  # noqa: FBT003
    nav.go_to(found[at].link, tour=str(at + 1))


def _end() -> None:
    state.keep(_GOING, False)  # noqa: FBT003
    state.keep(_DECLINED, True)  # noqa: FBT003
