"""The architecture figure of a network: SVG, PDF with text, or PNG."""

from __future__ import annotations

import io
from threading import Lock
from typing import TYPE_CHECKING, Literal, get_args
from xml.etree import ElementTree as ET

from explorer import words
from explorer.analysis.cost import cost_of_graph
from explorer.analysis.measures import measure
from explorer.figures.architecture import scene
from explorer.figures.paper import figure
from explorer.units import count, quantity, shape
from explorer.words import _

if TYPE_CHECKING:
    from explorer.ir.graph import Graph

Picture = Literal["svg", "pdf", "png"]
PICTURES: tuple[Picture, ...] = get_args(Picture)
DPI = 300
"""Of the PNG; one px of the figure is 1/96 inch."""
_ONE_AT_A_TIME = Lock()


def to_picture(graph: Graph, target: Picture, title: str = "", coloured_by: str = "macs") -> bytes:
    """Return the figure of a network with its legend, name, parameters and MACs.

    Args:
        graph: The network.
        target: Format of the file.
        title: Name of the network; words for one without by default.
        coloured_by: Measure that fills the boxes.

    Raises:
        SpecError: There is no such measure.
    """
    if target != "svg":
        from explorer.export.fonts import can_be_printed  # noqa: PLC0415 - slow to import

        if not can_be_printed():
            # A browser has the signs of every language; this machine has no font with them.
            with words.speaking(words.ENGLISH):
                return _picture(graph, target, title, coloured_by)
    return _picture(graph, target, title, coloured_by)


def _picture(graph: Graph, target: Picture, title: str, coloured_by: str) -> bytes:
    title = title or _("A residual network")
    drawn = _drawn(graph, title, coloured_by)
    if target == "svg":
        return ET.tostring(drawn, encoding="utf-8", xml_declaration=True) + b"\n"
    from explorer.export.pdf import to_pdf  # noqa: PLC0415 - its library is slow to import

    pdf = to_pdf(drawn, title)
    return pdf if target == "pdf" else _to_png(pdf)


def _drawn(graph: Graph, title: str, coloured_by: str) -> ET.Element:
    chosen, cost = measure(coloured_by), cost_of_graph(graph)
    titles = _(" and ").join(_(title) for title in dict.fromkeys(b.title for b in graph.blocks))
    facts = _(
        "{blocks} {depths} · {params} parameters · {macs} MACs (multiply-adds) · input {input} px"
    ).format(
        blocks=titles,
        depths="-".join(str(len(stage.blocks)) for stage in graph.stages),
        params=count(cost.params),
        macs=quantity(cost.macs),
        input=shape(graph.input_shape),
    )
    return figure(scene(graph, chosen.values(graph), chosen), title, facts)


def _to_png(pdf: bytes) -> bytes:
    import pypdfium2  # noqa: PLC0415 - only here

    # PDFium may not be used by two threads at once.
    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        scale = DPI / 72
        bitmap = document[0].render(scale=scale)  # pyright: ignore[reportArgumentType]
        file = io.BytesIO()
        bitmap.to_pil().save(file, "PNG", dpi=(DPI, DPI), optimize=True)
    return file.getvalue()
