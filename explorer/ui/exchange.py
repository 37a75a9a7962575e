"""Export and Import: the network as a file for other programs, and back."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.export.files import FORMATS, content
from explorer.spec.codec import from_json
from explorer.spec.presets import name_of, preset
from explorer.spec.reading import from_text, nearest_preset
from explorer.ui import cached, guard, panels, state, urls
from explorer.ui.i18n import _, in_this_language
from explorer.words import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand

ONNX_DEADLINE = 180.0
"""A network of a hundred blocks takes half a minute on two cores [s]."""


def exchange(now: Hand) -> None:
    """Show the buttons that open the two dialogs; they cost nothing while closed."""
    if st.button(_("Export"), key="export"):
        st.dialog(_("Export"), width="medium")(export_card)(now)
    if st.button(_("Import"), key="import"):
        st.dialog(_("Import"))(import_card)(now)


def export_card(now: Hand) -> None:
    """Show a button for each kind of file, with a line about what it is for, and the link."""
    # Streamlit's own small text: what follows the theme on a page does not in a dialog.
    if now.error is not None:
        st.caption(_("The network in the form does not work yet; this is the last that did."))
    spec = now.working
    title = now.named if name_of(spec) else Phrase("{title} (edited)", title=now.named)
    name = name_of(spec) or (f"{now.origin}_edited" if now.origin else _("network"))
    for target, purpose in _purposes().items():
        button, says = st.columns((1, 2.6), vertical_alignment="center")
        with says:
            st.caption(purpose)
        with button:
            if target == "onnx":
                _onnx(spec, name)
            else:
                # It is made when it is asked for, outside of the page.
                make = in_this_language(partial(content, spec, target, title))
                _download(target, name, make)
    panels.heading(_("Link"))
    st.caption(_("Opens this network in the app; paste it into a mail or a paper."))
    st.code(urls.link(now), language=None, wrap_lines=True)


def _purposes() -> dict[str, str]:
    """Return one line about what each format is for."""
    return {
        "source": _("One readable file for PyTorch; needs nothing of this app."),
        "json": _("The specification; Import reads it, in every later version too."),
        "dot": _("The graph of all ops, for Graphviz."),
        "svg": _("The figure with its legend, for the web and for drawing programs."),
        "pdf": _("The same figure for a paper: vectors, and text that can be searched."),
        "png": _("The same figure for slides, 300 dots per inch."),
        "onnx": _("The network with its first, untrained weights, for other frameworks."),
    }


def _download(target: str, name: str, data: Callable[[], bytes] | bytes) -> None:
    kind = FORMATS[target]
    st.download_button(
        kind.title,
        data,
        file_name=f"{_file_name(name)}{kind.suffix}",
        mime=kind.mime,
        key=f"download-{target}",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
    )


def _onnx(spec: NetworkSpec, name: str) -> None:
    """Show a button that makes the file, which takes seconds, then one that saves it."""
    if state.recall("onnx") != spec.digest:
        if not st.button(_("Make ONNX"), key="make-onnx", width="stretch"):
            return
        state.keep("onnx", spec.digest)
    try:
        with st.spinner(_("Making the file …")):
            made = cached.onnx(spec, ONNX_DEADLINE)
    except ExplorerError as error:
        state.keep("onnx", None)
        guard.show(error)
        return
    _download("onnx", name, made)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)


def import_card(now: Hand) -> None:
    """Show where a name, a link or a file goes; take the network that it means."""
    # A form, so that Enter opens what is pasted.
    with st.form("import-form", border=False):
        text = st.text_input(
            _("Link or model name"),
            key="import-text",
            placeholder="timm:resnet50d",
            help=_(
                "A link of this app, a preset, or a model of torchvision or timm, such as "
                "torchvision.models.resnet50 or res2net50_26w_4s.in1k. Only the architecture is "
                "read, not the weights."
            ),
        )
        upload = st.file_uploader(
            _("JSON file"),
            type="json",
            key="import-file",
            max_upload_size=1,
            help=_("A file that Export has written."),
        )
        if not st.form_submit_button(_("Open this network"), type="primary"):
            return
    try:
        spec = from_json(upload.getvalue()) if upload else from_text(text or "")
    except ExplorerError as error:
        guard.show(error)
        return
    now.start(spec, preset(nearest_preset(spec)))
    state.rerun()
