"""The choice of the image that networks are shown: held out, a photograph, uploaded, or taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.data.photos import PHOTOS, photo
from explorer.data.registry import catalogue
from explorer.errors import DataError
from explorer.ui import datasets, panels, state, urls
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.ui.finished import Run

HELD_OUT, PHOTO, UPLOAD, CAMERA = "sample", "photo", "upload", "camera"
_FIRST = 1
"""A ring that all but one of the bundled networks know; the image before it most of them do not."""


class Image(NamedTuple):
    """What the networks are shown.

    Attributes:
        source: An image file, or a data set with the place of a held-out image.
        knows_class: Whether its true class is known.
        name: What it is called in an exported file.
    """

    source: bytes | tuple[str, int]
    knows_class: bool
    name: str


def image_choice(run: Run, key: str = "cam") -> Image:
    """Show the choice of the image.

    Args:
        run: Whose held-out images are offered, where they are on this machine.
        key: Begins the keys of the widgets.

    Raises:
        DataError: An image is asked for and there is none yet.
    """
    data = data_of(run)
    words = {PHOTO: _("Photo"), UPLOAD: _("Upload"), CAMERA: _("Camera")}
    options = {HELD_OUT: _("Held out"), **words} if data else words
    first = next(iter(options))
    chosen = st.pills(
        _("Image"),
        list(options),
        default=first,
        required=True,
        key=f"{key}-source-{first}",
        wrap=True,
        format_func=lambda s: options.get(str(s), str(s)),
    )
    if chosen == UPLOAD:
        return _uploaded(key)
    if chosen == CAMERA:
        return _taken(key)
    if chosen == PHOTO or data is None:
        return _photo(key)
    index = _sample_index(run, key)
    return Image((data, index), knows_class=True, name=f"{run.record.data.name} {index}")


def data_of(run: Run) -> str | None:
    """Return the data set that a run's held-out images come from; None where it is not here."""
    name = run.record.data.name
    if name in {info.name for info in catalogue()}:
        return name
    path = datasets.found().get(Path(name).stem)
    if path is not None:
        return str(path)
    return name if Path(name).is_absolute() and Path(name).exists() else None


def _photo(key: str) -> Image:
    names = list(PHOTOS)
    chosen = st.segmented_control(
        _("Photograph"),
        names,
        default=names[0],
        required=True,
        key=f"{key}-photo",
        width="stretch",
        format_func=lambda n: _(PHOTOS[n].title) if n in PHOTOS else str(n),
    )
    name = chosen if chosen in PHOTOS else names[0]
    st.caption(f"[{PHOTOS[name].licence}]({PHOTOS[name].url})")
    return Image(photo(name), knows_class=False, name=PHOTOS[name].file)


def _uploaded(key: str) -> Image:
    file = st.file_uploader(
        _("PNG, JPEG or WebP"), type=["png", "jpg", "jpeg", "webp"], key=f"{key}-upload"
    )
    if file is None:
        raise DataError(
            _("No image yet."), _("Choose a file; its central square is shown to all networks.")
        )
    return Image(file.getvalue(), knows_class=False, name=str(file.name)[:80])


def _taken(key: str) -> Image:
    picture = st.camera_input(_("Take a picture"), key=f"{key}-camera")
    if picture is None:
        raise DataError(
            _("No picture yet."),
            _("Let the browser use the camera and take one; it stays on this machine."),
        )
    panels.note(
        _("The picture stays on this machine; only maps that take a job keep it with them.")
    )
    return Image(picture.getvalue(), knows_class=False, name="camera")


def _sample_index(run: Run, prefix: str) -> int:
    result = run.record.result
    last = (result.num_images if result else 1) - 1
    text = urls.get(Param.SAMPLE)
    key = f"{prefix}-index"
    wanted = int(text) if text.isdigit() and len(text) < 9 else _FIRST
    start = state.start_widget(key, min(wanted, last))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input(_("Number of the image"), 0, last, start, key=key)
        st.button(_("Next"), key=f"{prefix}-next", on_click=_next_sample, args=(key, last))
    urls.put(Param.SAMPLE, str(index))
    return int(index)


def _next_sample(key: str, last: int) -> None:
    index = state.widget(key)
    state.set_widget(key, (int(index) + 1) % (last + 1) if isinstance(index, int) else 0)
