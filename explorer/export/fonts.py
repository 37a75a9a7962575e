"""The font of exported figures: that of the app, embedded in the file.

Streamlit comes with Source Sans (SIL Open Font License) as one variable font for the browser.
The signs a figure needs are cut out of it, once for each process.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PATTERN = "static/static/media/SourceSansVF-Upright*.woff2"
_SIGNS = "–—−×·…→∑≤≥‘’“”²³⁰¹⁴⁵⁶⁷⁸⁹ⁿ₀₁₂₃₄₅₆₇₈₉µαβγλμστΣ∂√≈≠±"


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
