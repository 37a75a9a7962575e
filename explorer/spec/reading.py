"""A network from what a person types or pastes: a name, a token, or a whole link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from explorer.errors import SpecError, UrlError
from explorer.spec.codec import decode
from explorer.spec.foreign import from_model_name, is_model_name
from explorer.spec.presets import preset, presets
from explorer.words import _

if TYPE_CHECKING:
    from pydantic import BaseModel

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
        raise UrlError(
            _("This text is too long to be a link or a name."), _("Paste the link alone.")
        )
    text = "".join(text.split())
    if not text:
        raise SpecError(_("There is nothing to read."), _("Paste a link or type a model's name."))
    if text in presets():
        return preset(text)
    if "?" in text:
        return _from_link(text)
    if "://" in text:
        raise UrlError(_("This link names no network."), _("Copy it with the button Copy link."))
    if text[:2].rstrip(".").isdigit() and "." in text[:4]:
        return decode(text)
    return from_model_name(text) if is_model_name(text) else preset(text)


def _from_link(text: str) -> NetworkSpec:
    query = parse_qs(text.partition("?")[2].partition("#")[0])
    if "arch" in query:
        return preset(query["arch"][0])
    if "spec" in query:
        return decode(query["spec"][0])
    raise UrlError(_("This link names no network."), _("Copy it with the button Copy link."))


def nearest_preset(spec: NetworkSpec) -> str:
    """Return the name of the preset that a network has most in common with."""
    return max(presets().values(), key=lambda found: _agreement(spec, found.spec)).name


def _agreement(a: NetworkSpec, b: NetworkSpec) -> int:
    """Return how many values of two networks are equal; a block of another kind counts against."""
    score = -20 * abs(len(a.stages) - len(b.stages))
    for x, y in zip(a.stages, b.stages, strict=False):
        score += 3 * (x.depth == y.depth) + (x.width == y.width)
        score += _equal_fields(x.block, y.block) if x.block.kind == y.block.kind else -20
    score += (a.image_size == b.image_size) + (a.head == b.head) + _equal_fields(a.stem, b.stem)
    return score + 2 * (a.width_multiplier == b.width_multiplier)


def _equal_fields(a: BaseModel, b: BaseModel) -> int:
    return sum(getattr(a, name) == getattr(b, name) for name in type(a).model_fields)
