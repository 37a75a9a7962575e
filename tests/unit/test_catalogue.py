"""The catalogues of visible strings are complete, and nothing is shown or raised past them."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from explorer import errors
from explorer.words import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("catalogue", ROOT / "tests" / "catalogue.py")
assert SPEC
assert SPEC.loader
catalogue = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(catalogue)

ENGLISH_FOR_GOOD = ("explorer/cli", "explorer/errors.py")
"""The command line speaks English; the classes of errors pass on what they are given."""
COMPLETE = ("zh",)
"""Languages in which nothing may be left untranslated or to be read once more."""

ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ExplorerError)
}
WORDS = {"_", "plural", "mark", "meant", "Phrase"}
SHOWING = {
    "badge", "button", "caption", "checkbox", "download_button", "error", "expander",
    "file_uploader", "form_submit_button", "header", "info", "link_button", "markdown", "metric",
    "multiselect", "number_input", "pills", "popover", "progress", "radio", "segmented_control",
    "select_slider", "selectbox", "slider", "spinner", "subheader", "success", "tabs", "text_area",
    "text_input", "title", "toast", "toggle", "warning", "write", "heading", "note",
}  # fmt: skip
"""Methods of Streamlit and of our panels whose first argument people read."""
SAID = {"label", "help", "alt", "placeholder", "hovertemplate", "annotation_text", "x_title"}
"""Arguments that people read, whatever is called with them."""
FILES = [
    path
    for folder in ("explorer", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_in(path: Path, places: tuple[str, ...]) -> bool:
    return name_of(path).startswith(places)


def literal(node: ast.AST) -> str | None:
    """Return the first words in an expression that are in no call of the catalogue's functions."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in WORDS:
            return None
        # What is asked of a name is not shown: ``spec.get("head")``.
        inside = [*node.args, *(k.value for k in node.keywords)]
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
            inside.append(node.func.value)
        elif isinstance(node.func, ast.Attribute):
            inside = []
        return next(filter(None, map(literal, inside)), None)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and has_words(node.value) else None
    if isinstance(node, ast.Lambda | ast.Subscript | ast.Compare):
        return None
    return next(filter(None, map(literal, ast.iter_child_nodes(node))), None)


def of_a_log(call: ast.Call) -> str:
    """Return the method of a logger that is called, which writes for the log; else nothing."""
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return call.func.attr if call.func.value.id in {"log", "_logger"} else ""
    return ""


def has_words(text: str) -> bool:
    """Return whether there is a word in a text, apart from plotly's fields, tags and units."""
    bare = re.sub(r"%\{[^}]*\}|<[^>]*>|:material/\w+:|\b(px|MAC|timm:\w+|\w+\.zip)\b", " ", text)
    return re.search(r"[A-Za-z]{2,}", bare) is not None


def past_the_catalogue(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and words of what is shown or raised without the catalogue."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument":
            continue  # The command line speaks English.
        said = [k.value for k in call.keywords if k.arg in SAID]
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ERRORS:
            said += [*call.args[:2], *(k.value for k in call.keywords if k.arg == "hint")]
        elif name == "Chart":
            said += call.args[1:]
        elif isinstance(call.func, ast.Attribute) and call.func.attr in SHOWING - {of_a_log(call)}:
            said += call.args[:1]
        for found in filter(None, map(literal, said)):
            yield call.lineno, found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_shown_or_raised_past_the_catalogue(path: Path) -> None:
    if not is_in(path, ENGLISH_FOR_GOOD):
        assert list(past_the_catalogue(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "code",
    [
        'raise SpecError("No.")',
        'raise ShapeError(_("No."), "Do this.", address=a)',
        'raise UrlError(_("No."), hint or "Do this.")',
        'raise DataError(f"No {n}.")',
        'raise JobError(_("No {n}.").format(n="words"))',
        'Chart(figure, f"{n} paths")',
        'Chart(figure, "; ".join(f"{n} paths" for n in found))',
        'st.button("Go")',
        'st.button(_("Go"), help="Away")',
        'go.Bar(hovertemplate="%{x} of the paths<extra></extra>")',
    ],
)
def test_the_check_finds(code: str) -> None:
    assert list(past_the_catalogue(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'raise SpecError(_("No {n}.").format(n=f"{n:,}"), "", f"layer{n}")',
        'Chart(figure, _("{n} paths").format(n=", ".join(names)))',
        'st.button(name, key="button")',
        'go.Bar(hovertemplate="%{x}: %{y:.1f} %<extra></extra>")',
    ],
)
def test_the_check_leaves_alone(code: str) -> None:
    assert not list(past_the_catalogue(ast.parse(code)))


def keys(found: Catalog) -> set[tuple[object, str | None]]:
    return {(m.id, m.context) for m in found if m.id}


def test_the_template_is_current() -> None:
    written = read_po(io.BytesIO(catalogue.TEMPLATE.read_bytes()))
    assert keys(catalogue.collect()) == keys(written), "run make catalogue"


OTHERS = [code for code in LANGUAGES if code != ENGLISH]


def messages(code: str) -> list[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Return English forms, translated forms, and whether they are marked as fuzzy."""
    found = read_po(io.BytesIO(catalogue.catalogue_of(code).read_bytes()))
    return [
        (
            m.id if isinstance(m.id, tuple) else (m.id,),
            m.string if isinstance(m.string, tuple) else (m.string,),
            m.fuzzy,
        )
        for m in found
        if m.id
    ]


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_the_strings_that_there_are(code: str) -> None:
    found = read_po(io.BytesIO(catalogue.catalogue_of(code).read_bytes()))
    assert keys(found) == keys(catalogue.collect()), "run make catalogue"


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_fields_of_its_string(code: str) -> None:
    wrong = [
        (english[0], own)
        for english, all_own, _fuzzy in messages(code)
        for own in filter(None, all_own)
        if fields(own) != set().union(*map(fields, english))
    ]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_begins_and_ends_as_its_string(code: str) -> None:
    """Spaces hold parts apart; a sentence is one in every language."""
    ends = {".": "。.", "?": "？?", ":": "：:", "…": "…"}
    wrong = [
        (english[0], own)
        for english, all_own, _fuzzy in messages(code)
        for own in filter(None, all_own)
        if " " in english[0] and own[-1:] not in ends.get(english[0][-1:], own[-1:])
    ]
    assert wrong == []


def test_a_complete_language_has_every_string_and_no_guess() -> None:
    left = [
        (code, english[0])
        for code in COMPLETE
        for english, own, fuzzy in messages(code)
        if fuzzy or not all(own)
    ]
    assert left == []
