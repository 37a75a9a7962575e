"""Every file that a network can become, for the command line and the app alike.

ONNX is made by ``explorer.export.onnx``, which alone needs torch: the command line imports it, the
app asks the compute pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer import words
from explorer.export.dot import to_dot
from explorer.export.figure import PICTURES, to_picture
from explorer.export.source import to_source
from explorer.export.spec_json import to_json
from explorer.graph import lower
from explorer.spec.presets import name_of, presets
from explorer.words import _, mark

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec
    from explorer.words import Phrase

UNNAMED = mark("A residual network")


class Format(NamedTuple):
    """A kind of file.

    Attributes:
        title: As it is called.
        suffix: Of the file's name, with its dot.
        mime: Media type.
        is_text: Whether it can be printed.
    """

    title: str
    suffix: str
    mime: str
    is_text: bool = True


FORMATS: dict[str, Format] = {
    "source": Format("PyTorch", ".py", "text/x-python"),
    "json": Format("JSON", ".json", "application/json"),
    "dot": Format("DOT", ".dot", "text/vnd.graphviz"),
    "svg": Format("SVG", ".svg", "image/svg+xml"),
    "pdf": Format("PDF", ".pdf", "application/pdf", is_text=False),
    "png": Format("PNG", ".png", "image/png", is_text=False),
    "onnx": Format("ONNX", ".onnx", "application/octet-stream", is_text=False),
}


def content(spec: NetworkSpec, target: str, title: str | Phrase = "") -> bytes:
    """Return the content of a file; ``target`` is one of ``FORMATS`` but ``onnx``.

    Args:
        spec: The network.
        target: Kind of file.
        title: Name of the network; that of the preset it equals by default.

    The figure as SVG speaks the reader's language. Code and graphs speak English, and so do PDF
    and PNG, whose font has no other signs.

    Raises:
        SpecError: The network cannot be built.
    """
    with words.speaking(words.language() if target == "svg" else words.ENGLISH):
        return _content(spec, target, str(title) or title_of(spec))


def _content(spec: NetworkSpec, target: str, title: str) -> bytes:
    for picture in PICTURES:
        if target == picture:
            return to_picture(lower(spec), picture, title)
    match target:
        case "source":
            text = to_source(spec, title)
        case "json":
            text = to_json(spec)
        case "dot":
            text = to_dot(lower(spec))
        case _:
            raise AssertionError(target)
    return text.encode()


def title_of(spec: NetworkSpec) -> str:
    """Return the title of the preset that a network equals, or words for one that is none."""
    name = name_of(spec)
    return presets()[name].title if name else _(UNNAMED)
