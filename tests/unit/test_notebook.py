"""The notebook in docs still runs, and what is printed in it is what comes out."""

from __future__ import annotations

import json
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest
    from PIL.Image import Image

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebook.ipynb"
MAX_BYTES = 200_000
DEPENDS_ON_MACHINE = ("train_run", "trained")
"""Cells with these words print what rounding may change."""


def cells() -> list[dict[str, Any]]:
    read: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return [cell for cell in read["cells"] if cell["cell_type"] == "code"]


def printed(cell: dict[str, Any]) -> str:
    return "".join(text for out in cell["outputs"] for text in out.get("text", ()))


def test_the_notebook_is_small_was_executed_and_names_no_place() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < MAX_BYTES
    assert [cell["execution_count"] for cell in cells()] == list(range(1, len(cells()) + 1))
    assert not any(out["output_type"] == "error" for cell in cells() for out in cell["outputs"])
    assert "image/png" in cells()[-1]["outputs"][-1]["data"]
    for place in ("/tmp", "/home", "/root", "/work", "site-packages"):  # noqa: S108
        assert place not in text


def test_every_cell_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells():
        source, said = "".join(cell["source"]), StringIO()
        with redirect_stdout(said):
            exec(compile(source, NOTEBOOK.name, "exec"), names)  # noqa: S102 - our own notebook
        if not any(word in source for word in DEPENDS_ON_MACHINE):
            assert said.getvalue() == printed(cell)
    assert names["record"].result.accuracy > 0.5
    figure: Image = eval("".join(cells()[-1]["source"]).splitlines()[-1], names)  # noqa: S307
    assert figure.size == (6 * 112, 2 * 112)
