"""Write the catalogue of visible strings: ``python tests/catalogue.py`` or ``make catalogue``.

Strings stand in calls of ``_``, ``plural``, ``mark``, ``meant`` and ``Phrase``; titles and
descriptions of fields, data sets and recipes are data, and are collected from where they stand.
The template is written anew, and every catalogue is brought up to it: what is new is untranslated,
what has gone is gone, and a string that was only reworded keeps its translation as fuzzy, to be
read once more.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "assets" / "locale"
TEMPLATE = LOCALE / "explorer.pot"
WIDTH = 98


def catalogue_of(code: str) -> Path:
    """Return where the catalogue of a language stands."""
    return LOCALE / code / "LC_MESSAGES" / "explorer.po"


class Found(NamedTuple):
    """A string where it stands: one form, or that of one thing and that of many."""

    place: str
    forms: tuple[str, ...]
    sense: str = ""


def _in_code() -> Iterator[Found]:
    # By Python's own reading: Babel's does not look into f-strings.
    for folder in ("explorer", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                    yield from _in_call(place, call.func.id, call.args)


def _in_call(place: str, name: str, arguments: list[ast.expr]) -> Iterator[Found]:
    texts: list[str] = []
    for argument in arguments:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            break
        texts.append(argument.value)
    if name in {"_", "mark", "Phrase"} and texts:
        yield Found(place, (texts[0],))
    elif name == "plural" and len(texts) >= 2:
        yield Found(place, (texts[0], texts[1]))
    elif name == "meant" and len(texts) == 2:
        yield Found(place, (texts[1],), texts[0])


def _in_data() -> Iterator[Found]:
    for place, text in (*_in_fields(), *_in_tables(), *_in_data_sets()):
        yield Found(place, (text,))


def _in_fields() -> Iterator[tuple[str, str]]:
    from explorer.blocks import FAMILIES
    from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec
    from explorer.training.recipe import Recipe, Stop

    specs = (StemSpec, StageSpec, HeadSpec, NetworkSpec)
    for model in (*FAMILIES.values(), *specs, Recipe, Stop):
        for info in model.model_fields.values():
            yield from ((model.__module__, text) for text in (info.title, info.description) if text)
    for family in FAMILIES.values():
        for text in (family.title, family.formula, family.reference):
            yield family.__module__, text


def _in_tables() -> Iterator[tuple[str, str]]:
    from explorer.cam.measure.metrics import METRICS
    from explorer.cam.methods import METHODS
    from explorer.figures.cam_scale import SCALES
    from explorer.store.pretrained import PRETRAINED
    from explorer.training.recipes import recipes

    for scale in SCALES.values():
        yield from (("explorer.figures.cam_scale", text) for text in (scale.title, scale.caption))
    for method in METHODS.values():
        for text in (method.title, method.definition, method.limits):
            yield "explorer.cam.methods", text
    for metric in METRICS.values():
        for text in (metric.title, metric.definition):
            yield "explorer.cam.measure.metrics", text
    for weights in PRETRAINED.values():
        for text in (weights.title, weights.source, weights.licence):
            yield "explorer.store.pretrained", text
    for recipe in recipes().values():
        yield from (("explorer.training.recipes", text) for text in (recipe.title, recipe.line))


def _in_data_sets() -> Iterator[tuple[str, str]]:
    from explorer.data.fetch import offers
    from explorer.data.registry import catalogue

    # Also those that are not on this machine.
    for offer in offers():
        for text in (offer.title, offer.summary, offer.licence):
            yield "explorer.data.fetch", text
    for info in catalogue():
        yield from (("explorer.data.registry", text) for text in (info.title, info.summary))


def collect() -> Catalog:
    """Return every visible string with the files it stands in."""
    catalogue = Catalog(project="Residual Explorer")
    for place, forms, sense in sorted({*_in_code(), *_in_data()}):
        message = forms if len(forms) > 1 else forms[0]
        catalogue.add(message, locations=[(place, None)], context=sense or None)
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
