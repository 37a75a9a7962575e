"""What a finished run that segments came to: figures, and masks of held-out images."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.figures.masks import class_colour, row_of
from explorer.ui import cached, guard, panels, state
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.units import count, percent

if TYPE_CHECKING:
    from explorer.store.runs import Result
    from explorer.ui.finished import Run

NUM_SHOWN = 4
_STEP = 7
"""Between images that are shown together; has no factor in common with 8 classes."""


def mask_gallery(run: Run) -> None:
    """Show a run's mean IoU, and some held-out images with true and predicted masks."""
    result = run.record.result
    if result is None or result.mean_iou is None:
        return
    panels.heading(
        _("{title}: masks of held-out images").format(title=run.record.title),
        _("From left to right: the image, its true mask, what the network says of each pixel."),
    )
    panels.strip(_figures(result))
    legend(run.record.data.classes, result.class_iou)
    key = f"masks-{run.id}"
    first = state.recall(key)
    start = first if isinstance(first, int) else 0
    places = tuple(start + _STEP * i for i in range(NUM_SHOWN))
    try:
        found = cached.predicted_masks(run.stamp, str(run.folder), places)
    except ExplorerError as error:
        guard.show(error)
        return
    for column, one in zip(2 * st.columns(2, gap="medium"), found, strict=True):
        column.image(row_of(one), width="stretch")
    st.button(
        _("Other images"), key=f"{key}-next", on_click=state.keep, args=(key, places[-1] + _STEP)
    )


def _figures(result: Result) -> list[Figure]:
    return [
        Figure(
            _("Mean IoU"),
            percent(result.mean_iou or 0),
            hint=_(
                "Pixels that have a class and are given it, over those that have it or are "
                "given it; the mean over the classes."
            ),
        ),
        Figure(
            _("Pixel accuracy"),
            percent(result.accuracy),
            hint=_("Share of the pixels that are given their class. Mostly background counts."),
        ),
        Figure(_("Held-out images"), count(result.num_images)),
    ]


def legend(classes: tuple[str, ...], class_iou: tuple[float | None, ...]) -> None:
    """Show which colour stands for which class, with its IoU."""
    shares = class_iou or (None,) * len(classes)
    entries = "".join(
        '<span role="listitem" style="white-space:nowrap">'
        f'<i style="display:inline-block;width:12px;height:12px;border-radius:3px;'
        f'border:1px solid #8c95a3;vertical-align:-2px;background:{class_colour(i)}"></i> '
        f"{escape(name)}{'' if share is None else f' {percent(share, 0)}'}</span>"
        for i, (name, share) in enumerate(zip(classes, shares, strict=True))
    )
    label = escape(_("Colours of the classes, with the IoU of each"))
    st.html(
        f'<div class="rx-note">{label}</div><div role="list" aria-label="{label}" '
        f'style="display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px">{entries}</div>'
    )
