"""The choice of data: the named sets, and a folder or zip of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer.data.registry import DataInfo, catalogue
from explorer.errors import DataError
from explorer.store.paths import home
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN = "own"
FIRST = "digits"
"""What a newcomer starts with: real images, and good within a minute on any machine."""
FOLDER = "datasets"


def folder() -> Path:
    """Return where a person may put folders and zips of images so that they are listed."""
    path = home().shared / FOLDER
    path.mkdir(parents=True, exist_ok=True)
    return path


def found() -> dict[str, Path]:
    """Return the folders and zips in our data folder, by name."""
    entries: Iterable[Path] = sorted(folder().iterdir())
    return {p.stem: p for p in entries if p.is_dir() or p.suffix.lower() == ".zip"}


def choice(key: str, *, with_masks: bool = False, first: str = "") -> str:
    """Show the choice and return what ``explorer.data.load`` takes.

    Args:
        key: Of the widget.
        with_masks: Offer only data with a mask of every image.
        first: What is chosen at first, a name or a path; empty for what suits a newcomer.

    Raises:
        DataError: A path is asked for and none is given.
    """
    infos = [info for info in catalogue() if info.has_masks or not with_masks]
    named: dict[str, DataInfo] = {info.name: info for info in infos}
    own = {} if with_masks else found()
    options = [*named] if with_masks else [*named, *own, OWN]

    def words(name: str) -> str:
        if name in named:
            return _(named[name].title)
        return _("A folder or zip of your own …") if name == OWN else name

    start = next((name for name, path in own.items() if str(path) == first), first)
    start = start if start in options else FIRST
    chosen = st.selectbox(
        _("Data"),
        options,
        options.index(start) if start in options else 0,
        # Two keys: what is offered to one kind of network may not be offered to the other.
        key=f"{key}-masks" if with_masks else key,
        format_func=words,
        persist_state="session",
    )
    if chosen in named:
        st.caption(_(named[chosen].summary))
        if with_masks:
            st.caption(
                _("This network segments: only data with masks is offered, not digits or folders.")
            )
        return chosen
    if chosen in own:
        return str(own[chosen])
    return _path(key)


def image_size_of(name: str) -> int | None:
    """Return the side of the images of a named set [px]; None of a path."""
    return next((info.image_size for info in catalogue() if info.name == name), None)


def _path(key: str) -> str:
    text = st.text_input(
        _("Path on this machine"),
        key=f"{key}-path",
        persist_state="session",
        placeholder="images.zip",
        max_chars=500,
        help=_(
            "A folder or zip with one folder of images for each class. "
            "What lies in {folder} is listed above by itself."
        ).format(folder=folder()),
    ).strip()
    if not text:
        raise DataError(
            _("Name a folder or a zip of images."),
            _("It holds one folder of images for each class."),
        )
    if not Path(text).expanduser().exists():
        raise DataError(
            _("There is no folder or file {path}.").format(path=text), _("Check the path.")
        )
    return str(Path(text).expanduser().resolve())
