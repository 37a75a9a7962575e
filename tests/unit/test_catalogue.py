"""The catalogue of visible strings is complete, and pages show nothing that is not in it."""

from __future__ import annotations

import ast
import importlib.util
import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("catalogue", ROOT / "tests" / "catalogue.py")
assert SPEC
assert SPEC.loader
catalogue = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(catalogue)

SHOWING = {
    "button", "caption", "checkbox", "download_button", "error", "expander", "file_uploader",
    "header", "info", "markdown", "multiselect", "number_input", "radio", "segmented_control",
    "selectbox", "slider", "subheader", "success", "tabs", "text_input", "title", "toast", "toggle",
    "warning", "write", "heading", "note",
}  # fmt: skip


def test_the_template_is_current() -> None:
    written = read_po(io.BytesIO(catalogue.TEMPLATE.read_bytes()))
    assert {m.id for m in catalogue.collect()} == {m.id for m in written}, "run make catalogue"


@pytest.mark.parametrize(
    "path",
    [*(ROOT / "pages").glob("*.py"), *(ROOT / "explorer" / "ui").rglob("*.py")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_string_is_shown_past_the_catalogue(path: Path) -> None:
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr not in SHOWING or not call.args:
                continue
            first = call.args[0]
            literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
            assert not literal, f"{path.name}:{call.lineno}: {ast.unparse(first)}"
