"""What is shown as files: the picture, the raw maps, and where everything comes from."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer import words
from explorer.export.cam import Origin, maps_npz, provenance
from explorer.export.fonts import can_be_printed, han
from explorer.figures.cam_picture import pair_picture
from explorer.figures.cam_row_picture import row_picture
from explorer.figures.cam_svg import cam_svg
from explorer.ui import cached
from explorer.ui.cam_asked import for_files
from explorer.ui.i18n import _, in_this_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.cam.compare import Comparison
    from explorer.cam.measure.agreement import Noise
    from explorer.ui.cam_asked import Asked
    from explorer.ui.cam_view import View


def save(asked: Asked, found: tuple[Comparison, ...], how: View, noise: Noise | None) -> None:
    """Show the buttons that save what is shown; a file is made when it is asked for."""

    def origin() -> bytes:
        runs = asked.runs
        weights = tuple(cached.weights_digest(run.stamp, str(run.folder)) for run in runs)
        records = tuple(run.record for run in runs)
        source = Origin(records, weights, asked.image.name, how.scale, noise)
        return provenance(for_files(asked, found), source)

    def raw() -> bytes:
        return maps_npz(for_files(asked, found))

    files: tuple[tuple[str, str, str, Callable[[], bytes | str], str], ...] = (
        ("PNG", "grad-cam.png", "image/png", partial(_png, found, how), _("The picture.")),
        (
            "SVG",
            "grad-cam.svg",
            "image/svg+xml",
            partial(cam_svg, found, how.scale, how.look),
            _("The picture, words and scales as vectors."),
        ),
        (
            "NPZ",
            "grad-cam.npz",
            "application/octet-stream",
            raw,
            _("The raw maps with their sign, before any scale."),
        ),
        (
            "JSON",
            "grad-cam.json",
            "application/json",
            origin,
            _("Question, answers, networks, weights, versions: all that made the maps."),
        ),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<span class="rx-note">{_("Save")}</span>', width="content")
        for label, name, kind, make, hint in files:
            st.download_button(
                label,
                in_this_language(make),
                name,
                kind,
                key=f"cam-save-{label}",
                help=hint,
                on_click="ignore",
            )


def _png(found: Sequence[Comparison], how: View) -> bytes:
    # A browser has the signs of every language; this machine may have no font with them.
    with nullcontext() if can_be_printed() else words.speaking(words.ENGLISH):
        if len(found) == 1:
            return pair_picture(found[0], how.scale, how.look, han())
        return row_picture(found, how.scale, how.look, han())
