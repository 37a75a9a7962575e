"""Write the catalogue of visible strings: ``python tests/catalogue.py`` or ``make catalogue``.

Strings stand in calls of ``_``, ``plural``, ``mark`` and ``Phrase``; titles and descriptions of
fields, data sets and recipes are data, and are collected from where they stand. The template is
written anew, and every catalogue is brought up to it: what is new is untranslated, what has gone is
gone, and a string that was only reworded keeps its translation as fuzzy, to be read once more.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "assets" / "locale"
TEMPLATE = LOCALE / "explorer.pot"
KEYWORDS = {"_": None, "plural": (1, 2), "mark": None, "Phrase": None}
WIDTH = 98


def catalogue_of(code: str) -> Path:
    """Return where the catalogue of a language stands."""
    return LOCALE / code / "LC_MESSAGES" / "explorer.po"


def _in_code() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for folder in ("explorer", "pages"):
        for file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, [("**.py", "python")], keywords=KEYWORDS
        ):
            yield f"{folder}/{file}", message


def _in_fields() -> Iterator[tuple[str, str]]:
    from explorer.blocks import FAMILIES
    from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec

    for model in (*FAMILIES.values(), StemSpec, StageSpec, HeadSpec, NetworkSpec):
        for info in model.model_fields.values():
            yield from ((model.__module__, text) for text in (info.title, info.description) if text)
    for family in FAMILIES.values():
        for text in (family.title, family.formula, family.reference):
            yield family.__module__, text


def _in_tables() -> Iterator[tuple[str, str]]:
    from explorer.cam.measure.metrics import METRICS
    from explorer.cam.methods import METHODS
    from explorer.data.registry import catalogue
    from explorer.figures.cam_scale import SCALES
    from explorer.training.recipes import recipes

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
    for info in catalogue():
        yield from (("explorer.data.registry", text) for text in (info.title, info.summary))


def collect() -> Catalog:
    """Return every visible string with the files it stands in."""
    catalogue = Catalog(project="Residual Explorer")
    for place, message in sorted({*_in_code(), *_in_fields(), *_in_tables()}, key=str):
        catalogue.add(message, locations=[(place, None)])
    return catalogue


def write(path: Path = TEMPLATE) -> None:
    """Write the template that translators start from."""
    with path.open("wb") as file:
        write_po(
            file, collect(), omit_header=True, sort_output=True, include_lineno=False, width=WIDTH
        )


def update(path: Path) -> None:
    """Bring the catalogue of a language up to the strings that there are."""
    with path.open("rb") as file:
        found = read_po(file)
    begun = found.creation_date
    found.update(collect(), update_header_comment=False)
    found.creation_date = begun
    found.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, found, sort_output=True, include_lineno=False, width=WIDTH)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from explorer.words import ENGLISH, LANGUAGES

    write()
    for code in LANGUAGES:
        if code != ENGLISH:
            update(catalogue_of(code))
