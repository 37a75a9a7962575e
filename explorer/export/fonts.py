"""The fonts of exported figures and worksheets: that of the app, embedded in the file.

Streamlit comes with Source Sans (SIL Open Font License) as one variable font for the browser.
The signs a figure needs are cut out of it, once for each process.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError

from explorer.words import ENGLISH, language

PATTERN = "static/static/media/SourceSansVF-Upright*.woff2"
_SIGNS = "–—−×·…→∑≤≥‘’“”²³⁰¹⁴⁵⁶⁷⁸⁹ⁿ₀₁₂₃₄₅₆₇₈₉µαβγλμστΣ∂√≈≠±"

_HAN = "捷径"
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
"""Where the systems keep their fonts."""
_KNOWN = (
    "NotoSansSC*",
    "NotoSansCJK*-Regular*",
    "SourceHanSans*",
    "wqy-zenhei*",
    "wqy-microhei*",
    "DroidSansFallback*",
    "STHeiti*",
    "Hiragino Sans GB*",
    "msyh.tt*",
    "simhei.ttf",
    "simsun.tt*",
)
"""Fonts with Chinese signs, the best first."""


@cache
def han() -> Path | None:
    """Return a font of this machine with Chinese signs; None where there is none."""
    folders = [path for name in _FOLDERS if (path := Path(name).expanduser()).is_dir()]
    found = (path for name in _KNOWN for folder in folders for path in folder.rglob(name))
    return next(filter(_has_han, found), None)


def _has_han(path: Path) -> bool:
    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            signs: dict[int, str] = font.getBestCmap() or {}
            return "glyf" in font and all(ord(sign) in signs for sign in _HAN)
    except (OSError, TTLibError):
        return False


def can_be_printed() -> bool:
    """Return whether there is a font for the reader's language."""
    return language() == ENGLISH or han() is not None


@cache
def sans() -> bytes | None:
    """Return a TrueType file with a weight axis; None where Streamlit comes without its font."""
    found = find_spec("streamlit")
    assert found is not None
    assert found.origin is not None
    path = next(Path(found.origin).parent.glob(PATTERN), None)
    if path is None:
        return None
    font = TTFont(path)
    # First of all, because to set the weight of all the signs of the world takes seconds.
    subsetter = Subsetter(Options(layout_features=[]))
    subsetter.populate(unicodes=[*range(32, 127), *range(160, 384), *map(ord, _SIGNS)])
    subsetter.subset(font)
    # Otherwise it would be saved as it came, compressed for the web.
    font.flavor = None
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
