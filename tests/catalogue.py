"""Write the catalogue of visible strings: ``python tests/catalogue.py`` or ``make catalogue``.

Most strings stand in a call of ``_`` or ``plural``; titles and descriptions of fields, measures,
recipes and scales are data, and are collected here from where they stand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "assets" / "locale" / "explorer.pot"
KEYWORDS = {"_": None, "plural": (1, 2)}


def _in_code() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for folder in ("explorer/ui", "pages"):
        for file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, [("**.py", "python")], keywords=KEYWORDS
        ):
            yield f"{folder}/{file}", message


def _in_data() -> Iterator[tuple[str, str]]:
    from explorer.analysis import options
    from explorer.analysis.measures import MEASURES
    from explorer.blocks import FAMILIES
    from explorer.cam.measure.metrics import METRICS
    from explorer.cam.methods import METHODS
    from explorer.figures import unravelled
    from explorer.figures.cam_scale import SCALES
    from explorer.figures.labels import LABELS
    from explorer.spec.model import HeadSpec, StageSpec, StemSpec
    from explorer.training.recipes import recipes
    from explorer.ui.forms import CHOICES

    for model in (*FAMILIES.values(), StemSpec, StageSpec, HeadSpec):
        for info in model.model_fields.values():
            yield from ((model.__module__, text) for text in (info.title, info.description) if text)
    for family in FAMILIES.values():
        yield family.__module__, family.title
    reasons = (*options.BECAUSE.values(), options.NO_GATE, options.NOTHING)
    yield from (("explorer.analysis.options", text) for text in reasons)
    yield from (("explorer.analysis.measures", m.title) for m in MEASURES.values())
    for scale in SCALES.values():
        yield from (("explorer.figures.cam_scale", text) for text in (scale.title, scale.caption))
    for method in METHODS.values():
        for text in (method.title, method.definition, method.limits):
            yield "explorer.cam.methods", text
    for metric in METRICS.values():
        for text in (metric.title, metric.definition):
            yield "explorer.cam.measure.metrics", text
    for recipe in recipes().values():
        yield from (("explorer.training.recipes", text) for text in (recipe.title, recipe.line))
    yield from (("explorer.ui.forms", text) for text in CHOICES.values())
    yield from (("explorer.figures.labels", text) for text in LABELS.values())
    yield from (("explorer.figures.unravelled", text) for text in unravelled.LABELS.values())


def collect() -> Catalog:
    """Return every visible string with the files it stands in."""
    catalogue = Catalog(project="Residual Explorer")
    for place, message in sorted({*_in_code(), *_in_data()}, key=str):
        catalogue.add(message, locations=[(place, None)])
    return catalogue


def write(path: Path = TEMPLATE) -> None:
    """Write the template that translators start from."""
    with path.open("wb") as file:
        write_po(
            file, collect(), omit_header=True, sort_output=True, include_lineno=False, width=98
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    write()
