"""Worksheets have the reader's answers and figures, and lines where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import pytest
from test_lesson_texts import results

from explorer.export import fonts
from explorer.export.fonts import can_be_printed
from explorer.lessons import library
from explorer.lessons.worksheet import LINE, Sheet, to_markdown, to_pdf
from explorer.words import speaking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Add = Callable[..., Path]


@pytest.fixture
def sheet(add_lesson: Add) -> Sheet:
    add_lesson()
    lesson = library.find("tiny")
    recorded = results(plain=(0.5, 0.4), residual=(0.2, 0.1)).model_copy(update={"num_test": 400})
    own = results(plain=(0.33,), residual=(0.07,))
    return Sheet(
        lesson, {"guess": "plain"}, frozenset({"guess"}), {"pair": recorded}, {"pair": own}
    )


def words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_markdown_has_answers_figures_and_the_papers(sheet: Sheet) -> None:
    text = to_markdown(sheet)
    assert text.startswith("# A tiny lesson\n")
    assert "**My prediction:** The plain one" in text
    assert "**Answer:** The residual one" in text
    assert "A shortcut is a way past. Error 45.0 %." in text
    assert "| residual | 5,006 | 15.0 ± 7.1 % | 7.0 % | 8.75 |" in text
    assert "**Recorded:** plain is worse by 30.0 points" in text
    assert "**My runs:** plain is worse by 26.0 points" in text
    assert "*paper: Nobody 2026, Table 1*" in text


def test_a_sheet_speaks_the_readers_language(sheet: Sheet) -> None:
    with speaking("zh"):
        text = to_markdown(sheet)
    assert "**我的预测：** The plain one" in text
    assert "**录制：** plain is worse by 30.0 个百分点" in text
    assert "（录制）" in text


def test_a_sheet_is_printed_in_chinese(sheet: Sheet) -> None:
    with speaking("zh"):
        if not can_be_printed():
            pytest.skip("there is no Chinese font here; what is said then has a test of its own")
        assert "我的预测" in words(to_pdf(sheet))


def test_without_a_font_for_the_language_nothing_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.export.fonts._FOLDERS", (str(tmp_path),))
    (tmp_path / "NotoSansSC-Regular.ttf").write_bytes(b"no font")
    fonts.han.cache_clear()
    try:
        with speaking("zh"):
            assert not can_be_printed()
        assert can_be_printed()
    finally:
        fonts.han.cache_clear()


def test_an_empty_sheet_gives_nothing_away(sheet: Sheet) -> None:
    text = to_markdown(sheet._replace(answers={}, open=frozenset()))
    assert f"**My prediction:** {LINE}" in text
    assert f"**What came out:** {LINE}" in text
    assert "Answer" not in text
    assert "8.75" not in text


def test_the_pdf_says_the_same(sheet: Sheet) -> None:
    pdf = to_pdf(sheet)
    assert pdf.startswith(b"%PDF")
    text = words(pdf)
    for said in ("A tiny lesson", "The plain one", "8.75", "15.0 ± 7.1 %", "26.0 points"):
        assert said in text
    with pypdfium2.PdfDocument(pdf) as document:
        width, height = document[0].get_size()
        shapes = [obj.type for page in document for obj in page.get_objects()]
    assert (round(width), round(height)) == (595, 842)
    assert shapes.count(2) > 20, "charts are paths"


@pytest.mark.parametrize("name", ["degradation", "width", "paths", "neighbours"])
def test_sheets_of_the_lessons_can_be_printed(name: str) -> None:
    lesson = library.find(name)
    everything = frozenset(step.name for step in lesson.steps)
    sheet = Sheet(lesson, {}, everything, {}, {})
    text = words(to_pdf(sheet))
    assert all(f"{i}. {step.title}" in text for i, step in enumerate(lesson.steps, 1))
    assert "[[" not in to_markdown(sheet)
