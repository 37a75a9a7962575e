"""Strings in the reader's language, whoever sets it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from explorer import units, words
from explorer.errors import ShapeError, SpecError
from explorer.spec.presets import presets
from explorer.words import Phrase, _, listed, mark, meant, plural, retold, sentences, told

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_english_where_nobody_says_otherwise():
    assert words.language() == words.ENGLISH
    assert _("Parameters") == "Parameters"


def test_a_block_of_code_can_speak_another_language():
    with words.speaking("zh"):
        assert _("Parameters") == "参数量"
        with words.speaking("en"):
            assert _("Parameters") == "Parameters"
        assert _("Parameters") == "参数量"
    assert _("Parameters") == "Parameters"


def test_a_language_that_there_is_not_is_english():
    with words.speaking("tlh"):
        assert words.language() == words.ENGLISH


def test_each_thread_speaks_for_itself():
    said = []

    def speak(code):
        words.speak(code)
        said.append(_("Parameters"))

    for code in ("zh", "en", "zh"):
        thread = threading.Thread(target=speak, args=(code,))
        thread.start()
        thread.join()
    assert said == ["参数量", "Parameters", "参数量"]
    assert _("Parameters") == "Parameters"


def test_where_nobody_has_set_it_the_pages_are_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(words, "_asked", [])
    words.ask(lambda: "zh")
    assert _("Parameters") == "参数量"
    with words.speaking("en"):
        assert _("Parameters") == "Parameters"
    words.ask(lambda: None)
    assert _("Parameters") == "Parameters"


@pytest.mark.parametrize(
    ("locale", "code"),
    [("zh-CN", "zh"), ("zh_Hans_CN", "zh"), ("ZH", "zh"), ("en-GB", "en"), ("de-DE", None)],
)
def test_a_locale_has_a_language(locale, code):
    assert words.matching(locale) == code


@pytest.mark.parametrize("locale", [None, "", "-", "x" * 500])
def test_what_is_no_locale_has_none(locale):
    assert words.matching(locale) is None


def test_an_empty_string_stays_empty_in_every_language():
    for code in words.LANGUAGES:
        with words.speaking(code):
            assert _("") == ""


def test_a_string_that_no_catalogue_has_stays_as_it_is():
    with words.speaking("zh"):
        assert _("Quite unheard of") == "Quite unheard of"


def test_numbers_choose_their_form():
    assert plural("{n} block", "{n} blocks", 1) == "1 block"
    assert plural("{n} block", "{n} blocks", 1200) == "1,200 blocks"
    with words.speaking("zh"):
        assert plural("{n} block", "{n} blocks", 1) == "1 个块"


def test_a_form_can_have_more_fields():
    assert plural("{a}: {n} x", "{a}: {n} xs", 2, a="b") == "b: 2 xs"


def test_a_word_with_two_senses_has_a_string_for_each():
    assert meant("level of zoom", "Blocks") == _("Blocks") == "Blocks"
    with words.speaking("zh"):
        assert meant("level of zoom", "Blocks") != _("Blocks")


def test_a_phrase_is_put_into_the_language_of_whoever_reads_it():
    phrase = Phrase("{title} (edited)", title=Phrase("Untitled network"))
    assert str(phrase) == "Untitled network (edited)"
    with words.speaking("zh"):
        assert str(phrase) == "未命名网络（已修改）"
    assert repr(Phrase("{n} px", n=3)) == "Phrase('{n} px', n=3)"


def test_a_marked_string_is_itself():
    assert mark("Parameters") == "Parameters"


def test_parts_are_joined_as_the_language_joins_them():
    assert listed(("a", "", "b")) == "a, b"
    assert told(("a", "b")) == "a; b."
    assert sentences(("A.", "", "B.")) == "A. B."
    with words.speaking("zh"):
        assert listed(("a", "b")) == "a，b"
        assert told(("a", "b")) == "a；b。"
        assert sentences(("甲。", "乙。")) == "甲。乙。"


def test_a_catalogue_is_read_as_it_is_written(tmp_path: Path):
    path = tmp_path / "explorer.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'
        'msgid "a"\nmsgstr "å"\n\n#, fuzzy\nmsgid "b"\nmsgstr "c"\n\n'
        'msgid "{n} x"\nmsgid_plural "{n} xs"\nmsgstr[0] "{n} y"\nmsgstr[1] "{n} ys"\n',
        encoding="utf-8",
    )
    found = words.read(path)
    assert found.gettext("a") == "å"
    assert found.gettext("b") == "b"
    assert [found.ngettext("{n} x", "{n} xs", n) for n in (0, 2)] == ["{n} y", "{n} ys"]


def test_an_error_keeps_the_language_it_was_raised_in():
    with words.speaking("zh"):
        error = SpecError(_("There is nothing to read."), _("Check the path."))
    assert str(error) == "没有可读的内容。请检查路径。"
    assert str(SpecError("A.", "B.")) == "A. B."


def test_an_error_knows_its_sentence_without_the_place():
    assert ShapeError("a: b", sentence="b").sentence == "b"
    assert ShapeError("b").sentence == "b"


def test_durations_are_words_of_the_language():
    assert [units.seconds(s) for s in (0.4, 59, 70, 120, 7500)] == [
        "0.4 s", "59 s", "1 min 10 s", "2 min", "2 h 5 min",
    ]  # fmt: skip
    with words.speaking("zh"):
        assert units.seconds(7500) == "2 小时 5 分"


def test_names_of_presets_stay_and_their_words_follow():
    found = presets()
    assert found["resnet50"].title == "ResNet-50"
    with words.speaking("zh"):
        assert found["resnet50"].title == "ResNet-50"
        assert found["preact_resnet110"].title == "预激活 ResNet-110"
        assert found["resnet110_no_shortcut"].title == "ResNet-110，捷径 × 0"
        assert found["resnet20"].family == "用于 CIFAR 的 ResNet"


def test_what_a_worker_says_is_read_in_the_readers_language() -> None:
    said = Phrase("Epoch {n}, {time} left", n=3, time=units.duration(70)).packed()
    assert retold(said) == "Epoch 3, 1 min 10 s left"
    with words.speaking("zh"):
        assert retold(said) == f"第 3 轮，还剩 {units.seconds(70)}"
        assert retold("Drawing shapes") == _("Drawing shapes") != "Drawing shapes"


@pytest.mark.parametrize("line", ["", "Step 3", '["', '["{x}", {}]', '["a"]', '["a", 3]'])
def test_text_that_is_no_phrase_is_shown_as_it_is(line: str) -> None:
    assert retold(line) == line
