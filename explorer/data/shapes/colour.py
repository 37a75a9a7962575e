"""Colours of a wanted hue and exactly a wanted luminance (ITU-R BT.601 weights)."""

from __future__ import annotations

from explorer.data.shapes.config import CLASSES

Colour = tuple[float, float, float]
_WEIGHTS = (0.299, 0.587, 0.114)


def luminance(colour: Colour) -> float:
    """Return the weighted sum of the channels, 0..1."""
    return sum(weight * channel for weight, channel in zip(_WEIGHTS, colour, strict=True))


def tinted(hue: float, saturation: float, tone: float, *, margin: float = 0.0) -> Colour:
    """Return a colour of luminance ``tone``.

    Args:
        hue: Place on the colour circle, 0..1.
        saturation: Share of the strongest tint that this luminance allows, 0..1.
        tone: The luminance, within ``margin..1 - margin``.
        margin: Distance that the channels keep from 0 and 1.
    """
    place = 6 * hue
    pure = (
        min(max(abs(place - 3) - 1, 0.0), 1.0),
        min(max(2 - abs(place - 2), 0.0), 1.0),
        min(max(2 - abs(place - 4), 0.0), 1.0),
    )
    grey = luminance(pure)
    tint = tuple(channel - grey for channel in pure)
    room = min(
        ((1 - margin - tone) if part > 0 else (margin - tone)) / part for part in tint if part
    )
    red, green, blue = (tone + saturation * room * part for part in tint)
    return red, green, blue


def marker_colour(label: int) -> Colour:
    """Return the marker colour that names a class: a full tint, one eighth of the circle each."""
    return tinted(label / len(CLASSES), 1.0, 0.5)
