"""A network from what a person types or pastes: a name, a token, or a whole link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from explorer.errors import SpecError, UrlError
from explorer.spec.codec import decode
from explorer.spec.foreign import from_model_name, is_model_name
from explorer.spec.presets import preset, presets

if TYPE_CHECKING:
    from explorer.spec.model import NetworkSpec

MAX_TEXT = 8192


def from_text(text: str) -> NetworkSpec:
    """Return the network that a text means; white space, as mails insert it, does not count.

    Args:
        text: The name of a preset (which wins), of a torchvision or timm model, the token of a
            link, or a link.

    Raises:
        UrlError: The link cannot be read or names no network.
        SpecError: There is no such network.
    """
    if len(text) > MAX_TEXT:
        raise UrlError("This text is too long to be a link or a name.", "Paste the link alone.")
    text = "".join(text.split())
    if not text:
        raise SpecError("There is nothing to read.", "Paste a link or type a model's name.")
    if text in presets():
        return preset(text)
    if "?" in text:
        return _from_link(text)
    if "://" in text:
        raise UrlError("This link names no network.", "Copy it with the button Copy link.")
    if text[:2].rstrip(".").isdigit() and "." in text[:4]:
        return decode(text)
    return from_model_name(text) if is_model_name(text) else preset(text)


def _from_link(text: str) -> NetworkSpec:
    query = parse_qs(text.partition("?")[2].partition("#")[0])
    if "arch" in query:
        return preset(query["arch"][0])
    if "spec" in query:
        return decode(query["spec"][0])
    raise UrlError("This link names no network.", "Copy it with the button Copy link.")
