"""Pages speak the reader's language, all of it, and no cache keeps another one's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pseudo
import pytest
from ui_tools import Open, button, shown

from explorer import words
from explorer.blocks.bottleneck import Bottleneck
from explorer.lessons import library
from explorer.spec import NetworkSpec, StageSpec, edit
from explorer.ui import nav

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

STILL_ENGLISH = re.compile(r"half as wide|digits|shapes(?:-\w+)*|\S+\.zip")
"""Titles of runs and names of data sets: data that is written when a run is made."""
VIEWS = (
    "lengths",
    "fields",
    # They compute first, in processes that have to start.
    *(pytest.param(view, marks=pytest.mark.slow) for view in ("depth", "responses", "lesions")),
)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.speak(words.ENGLISH)


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a language in which every string of the catalogue stands in brackets."""
    pseudo.install(monkeypatch)


def opened(open_page: Open, language: str, page: str = "build", **parameters: str) -> AppTest:
    # AppTest asks for the words of options in this thread, the page in its own.
    words.speak(language)
    app = open_page(page, lang=language, **parameters)
    assert not app.exception
    return app


def left_out(app: AppTest) -> list[tuple[str, list[str]]]:
    found = [(text, pseudo.outside(STILL_ENGLISH.sub(" ", text))) for text in pseudo.visible(app)]
    return [(text[:200], outside) for text, outside in found if outside]


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("page", [page.name for page in nav.pages()])
def test_a_page_says_nothing_past_the_catalogue(
    open_page: Open, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The bundled networks would be looked into, which takes a while.
    monkeypatch.setattr("explorer.ui.finished.bundled", tuple)
    assert left_out(opened(open_page, pseudo.CODE, page)) == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("view", VIEWS)
def test_a_section_says_nothing_past_the_catalogue(open_page: Open, view: str) -> None:
    app = opened(open_page, pseudo.CODE, "unravel", view=view, arch="res2net20_23w_4s")
    assert left_out(app) == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("step", range(1, 8))
def test_a_lesson_says_nothing_past_the_catalogue(open_page: Open, step: int) -> None:
    assert left_out(opened(open_page, pseudo.CODE, "lessons", lesson=f"degradation.{step}")) == []


PAGES = (
    *((page.name, {}) for page in nav.pages()),
    *(("lessons", {"lesson": f"{entry.name}.1"}) for entry in library.lessons()),
    ("build", {"arch": "res2net50_26w_4s", "sel": "layer2.0"}),
    ("compare", {"with": "resnet20,plain20"}),
    ("compare", {"view": "time", "with": "resnet20,plain20"}),
    ("compare", {"view": "why", "with": "resnet20,plain20"}),
    ("unravel", {"view": "lengths"}),
    ("unravel", {"view": "fields"}),
)
ENGLISH_WORDS = re.compile(r"(?:\b[a-z]{2,} ){2}[a-z]{2,}\b")
"""Three words in a row: a sentence, not a name."""


def page_id(value: str | dict[str, str]) -> str:
    return value if isinstance(value, str) else "&".join(value.values()) or "plain"


@pytest.mark.parametrize(("page", "parameters"), PAGES, ids=page_id)
def test_a_page_in_chinese_has_no_english_sentence(
    open_page: Open, page: str, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.ui.finished.bundled", tuple)
    app = opened(open_page, "zh", page, **parameters)
    said = [part for text in pseudo.visible(app) for part in pseudo.spoken_parts(text)]
    assert sum(bool(re.search(r"[\u4e00-\u9fff]", text)) for text in said) > 2
    assert [found[0] for text in said if (found := ENGLISH_WORDS.search(text))] == []


@pytest.mark.usefixtures("bracketed")
def test_what_is_wrong_and_what_was_changed_are_in_the_catalogue(open_page: Open) -> None:
    app = opened(open_page, pseudo.CODE, arch="res2net50_26w_4s", sel="layer2.0")
    hand = app.session_state["explorer"]
    hand.edit(edit.change_stages(hand.spec, 0, width=8))
    hand.edit(edit.change_blocks(hand.spec, None, base_width=1, scale=8))
    assert not app.run().exception
    assert hand.error is not None
    assert left_out(app) == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("page", ["build", "unravel"])
def test_no_cache_keeps_the_words_of_another_language(open_page: Open, page: str) -> None:
    def said(language: str) -> list[str]:
        app = opened(open_page, language, page, arch="resnext50_32x4d")
        return [text for text in pseudo.visible(app) if text != "⟦Xx⟧"]

    before, other, after = said(words.ENGLISH), said(pseudo.CODE), said(words.ENGLISH)
    assert "".join(other).count("⟦") > 100
    assert "⟦" not in "".join(after)
    assert len(after) == len(before)


def test_a_link_asks_for_a_language_and_the_session_keeps_it(open_page: Open) -> None:
    app = opened(open_page, "zh")
    assert "参数量" in shown(app)
    del app.query_params["lang"]
    app.run()
    assert "参数量" in shown(app)
    assert app.query_params["lang"] == "zh"


def test_the_switch_changes_the_language_and_the_link(open_page: Open) -> None:
    app = opened(open_page, words.ENGLISH)
    button(app, "简体中文").click().run()
    assert "参数量" in shown(app)
    assert app.query_params["lang"] == "zh"
    words.speak("zh")
    button(app, "English").click().run()
    assert "Parameters" in shown(app)


def test_an_older_link_of_a_rerun_does_not_change_the_language_back(open_page: Open) -> None:
    app = opened(open_page, "zh")
    app.query_params["lang"] = "en"
    assert "参数量" in shown(app.run())


def test_an_unknown_language_is_english(open_page: Open) -> None:
    assert "Parameters" in shown(opened(open_page, "tlh"))


def test_what_is_wrong_is_told_anew_in_the_other_language(open_page: Open) -> None:
    app = opened(open_page, words.ENGLISH)
    hand = app.session_state["explorer"]
    narrow = NetworkSpec(stages=(StageSpec(width=8, block=Bottleneck(base_width=1)),))
    hand.edit(narrow)
    app.run()
    assert "Zero padding cannot" in app.error[0].value
    button(app, "简体中文").click().run()
    assert "零填充" in app.error[0].value
