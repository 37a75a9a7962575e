"""Colour scales for maps over photographs, as look-up tables.

Viridis is matplotlib's (CC0), every fifth of its 256 colours; what lies between is interpolated.
Cividis, which colours the diagrams, would vanish here: its middle is grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.theme import COMPARED, DIVERGING_MIDDLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = NDArray[np.float32]

NETWORK_A, NETWORK_B = COMPARED["light"][:2]
NEUTRAL = DIVERGING_MIDDLE


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the channels, 0..255, of a colour such as ``#0072b2``."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def coloured(values: NDArray[np.float64], table: Table) -> Table:
    """Return colours (..., 3), 0..255, of values in 0..1; what lies outside is clipped.

    Args:
        values: Any shape.
        table: Equally spaced colours from 0 to 1, (K, 3).
    """
    last = len(table) - 1
    return table[np.clip(np.rint(values * last), 0, last).astype(np.intp)]


def _table(text: str) -> Table:
    """Return 511 colours between the given ones; odd, so that a middle colour is hit."""
    stops = np.array([rgb(colour) for colour in text.split()], dtype=np.float32)
    at, wanted = np.linspace(0, 1, len(stops)), np.linspace(0, 1, 511)
    channels = [np.interp(wanted, at, stops[:, c]) for c in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)


VIRIDIS = _table("""
    440154 46085c 471063 481769 481d6f 482475 472a7a 46307e 453781 433d84 414287 3f4889 3d4e8a
    3a538b 38598c 355e8d 33638d 31688e 2e6d8e 2c718e 2a768e 297b8e 27808e 25848e 23898e 218e8d
    20928c 1f978b 1e9c89 1fa188 21a585 24aa83 28ae80 2eb37c 35b779 3dbc74 46c06f 50c46a 5ac864
    65cb5e 70cf57 7cd250 89d548 95d840 a2da37 b0dd2f bddf26 cae11f d8e219 e5e419 f1e51d fde725
""")
# From B at -1 over neutral at 0 to A at +1: blue means "A more" in every difference.
DIVERGING = _table(f"{NETWORK_B} {NEUTRAL} {NETWORK_A}")
