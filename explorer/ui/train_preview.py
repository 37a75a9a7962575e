"""A look at images of one's own: how many of which class, what they look like, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached_training, panels
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.patience import Request, answers
from explorer.units import count, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from explorer.data.preview import Preview, Thumbnail
    from explorer.data.statistics import ClassCount

EXAMINED = 500
"""Images that are opened; the others are counted."""
MAX_THUMBNAILS = 16
_MAX_ROWS = 12


def preview(path: Path) -> None:
    """Show what a folder or zip of images holds."""
    try:
        # What is wrong with files is said in the reader's language.
        stamp = f"{cached_training.stamp_of(str(path))}-{cached_training.language()}"
        asked = Request("explorer.data.preview:look", {"path": path, "most": EXAMINED}, 5.0, stamp)
        doing = _("Looking at the images …")
        answer = answers([asked], "", "preview-look", doing=doing, is_asked=True)
    except ExplorerError as error:
        show(error)
        return
    if not answer:
        return
    found: Preview = answer[0]
    st.caption(_summary(found))
    for warning in found.warnings:
        st.warning(warning)
    shown = _spread(found)
    if shown:
        classes = [one.class_name for one in shown]
        st.image([one.png for one in shown], caption=classes, width=56, alt=classes)
    class_table(found.counts, "preview-rows")
    if found.broken:
        with st.expander(_("Files that cannot be used")):
            for broken in found.broken:
                panels.note(f"{broken.name}: {broken.reason}")


def class_table(counts: Sequence[ClassCount], key: str) -> None:
    """Show how many images there are of each class."""
    rows = [
        {_("Class"): one.name, _("To learn from"): one.train, _("Held out"): one.test}
        for one in counts
    ]
    height = "content" if len(rows) <= _MAX_ROWS else 320
    st.dataframe(rows, hide_index=True, height=height, key=key)


def _summary(found: Preview) -> str:
    return sentences(
        (
            _("{images} in {n} classes, trained at {size} px, {memory} in memory.").format(
                images=plural("{n} image", "{n} images", found.num_images),
                n=count(len(found.counts)),
                size=found.image_size,
                memory=quantity(found.memory_bytes, "B"),
            ),
            _sides(found),
            ""
            if found.has_split
            else _("None are set apart: a tenth of each class is held out, by the seed."),
            ""
            if found.num_examined == found.num_images
            else _("{n} of them were opened.").format(n=count(found.num_examined)),
            _("It can be trained on.") if found.is_usable else "",
        )
    )


def _sides(found: Preview) -> str:
    if found.sizes is None:
        return ""
    low, high = found.sizes.smallest, found.sizes.largest
    if low == high:
        return _("Shorter sides are {low} px.").format(low=low)
    return _("Shorter sides are {low} to {high} px.").format(low=low, high=high)


def _spread(found: Preview) -> list[Thumbnail]:
    """Return some thumbnails, one of each class before a second of any."""
    by_class: dict[str, list[Thumbnail]] = {}
    for one in found.thumbnails:
        by_class.setdefault(one.class_name, []).append(one)
    most = max(map(len, by_class.values()), default=0)
    turns = [each[i] for i in range(most) for each in by_class.values() if i < len(each)]
    return turns[:MAX_THUMBNAILS]
