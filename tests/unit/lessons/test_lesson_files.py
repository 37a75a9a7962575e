"""A lesson file says what it means, or why it cannot be meant: file, step and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lesson_lab import TINY

from explorer.errors import LessonError
from explorer.lessons import library
from explorer.lessons.links import filled

Add = Callable[..., Path]


def refused(add_lesson: Add, before: str, after: str) -> str:
    assert before in TINY
    add_lesson(TINY.replace(before, after, 1))
    with pytest.raises(LessonError) as caught:
        library.find("tiny")
    return caught.value.message


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            'answer = "residual"',
            'answer = "both"',
            "step 'guess', question: the answer 'both' is none of the options.",
        ),
        (
            'title = "Guess"\n',
            "",
            "tiny/lesson.en.toml: step 'guess', title: This field is missing.",
        ),
        (
            'text = "Look."',
            'text = "Look."\ncolour = "red"',
            "tiny/lesson.en.toml: step 'guess', reveal, colour: There is no such field.",
        ),
        (
            'network = "resnet20"',
            'network = "resnet21"',
            "the network 'residual'",
        ),
        (
            "depth = 1",
            "depth = 0",
            "the network 'plain': stages.0.depth: This should be 1 or more.",
        ),
        (
            "change = { depth = 1,",
            "change = { block = { groups = 2 }, depth = 1,",
            "No block of this network has a parameter 'groups'.",
        ),
        (
            'train = "pair"',
            'train = "pairs"',
            "tiny/lesson.en.toml: step 'guess' names no experiment 'pairs'.",
        ),
        (
            'more = "plain"',
            'more = "other"',
            "step 'guess' names no network 'other'.",
        ),
        (
            'kind = "curves", of = "test_error"',
            'kind = "curves", of = "error"',
            "figure 1: there is no curve 'error'; there are",
        ),
        (
            'of = "test_error"\nmore',
            'of = "tests"\nmore',
            "claim 1: there is no quantity 'tests'",
        ),
        (
            "values = { residual",
            "values = { resnet",
            "experiment 'pair': Nobody 2026, Table 1 names 'resnet', which is no network here.",
        ),
        (
            "minutes = 1",
            'minutes = "long"',
            "tiny/lesson.en.toml: minutes: This should be a whole number.",
        ),
        ("minutes = 1", "minutes =", "tiny/lesson.en.toml is not TOML: invalid value"),
        (
            'train = "pair"',
            'train = "pair"\nopen = { link = "build", label = "Go", hide = ["everything"] }',
            "step 'guess', open: there is no control 'everything'; there are presets,",
        ),
        (
            'train = "pair"',
            'train = "pair"\nopen = { link = "https://example.org", label = "Go" }',
            "step 'guess', open, link:",
        ),
        (
            'name = "residual", title = "residual", network = "resnet20"',
            'name = "plain", title = "residual", network = "resnet20"',
            "experiment 'pair': two networks have the same name.",
        ),
    ],
)
def test_a_bad_file_gets_one_sentence(
    add_lesson: Add, before: str, after: str, sentence: str
) -> None:
    message = refused(add_lesson, before, after)
    assert sentence in message
    assert message.count("\n") == 0
    assert message.startswith("tiny/lesson.en.toml")


def test_a_bad_file_does_not_hide_the_others(add_lesson: Add) -> None:
    add_lesson("title = 3", name="broken")
    found = {entry.name: entry for entry in library.lessons()}
    assert found["broken"].problem is not None
    assert found["degradation"].lesson is not None
    assert list(found)[-1] == "broken"


def test_a_lesson_of_ones_own_is_listed_and_goes_before_a_bundled_one(add_lesson: Add) -> None:
    add_lesson()
    add_lesson(name="degradation")
    found = {entry.name: entry for entry in library.lessons()}
    assert found["tiny"].is_own
    assert found["tiny"].lesson is not None
    assert found["degradation"].lesson is not None
    assert found["degradation"].lesson.title == "A tiny lesson"
    assert not found["order"].is_own


def test_a_lesson_that_is_not_there(add_lesson: Add) -> None:
    with pytest.raises(LessonError, match=r"no lesson 'degradatoin'.*degradation"):
        library.find("degradatoin")


CHINESE = """
title = "小课"
[[experiments]]
name = "pair"
arms = [{ name = "residual", title = "残差" }]
[[steps]]
name = "guess"
title = "猜"
[steps.question]
options = [{ name = "plain", text = "普通网络" }]
[steps.reveal]
claims = [{ holds = "差 {gap}" }]
"""


def test_a_translation_states_words_and_takes_the_rest_from_english(add_lesson: Add) -> None:
    add_lesson()
    add_lesson(CHINESE, file="lesson.zh.toml")
    english, chinese = library.find("tiny"), library.find("tiny", "zh")
    assert chinese.title == "小课"
    assert [arm.title for arm in chinese.experiments[0].arms] == ["plain", "残差"]
    step = chinese.steps[0]
    assert step.question is not None
    assert [option.text for option in step.question.options] == ["普通网络", "The residual one"]
    assert step.question.answer == "residual"
    assert step.text == english.steps[0].text
    assert step.reveal is not None
    assert step.reveal.claims[0].holds == "差 {gap}"
    assert step.reveal.claims[0].fails == "no gap: {more} and {less}"
    assert chinese.experiments[0].specs == english.experiments[0].specs


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[steps]]\nname = "other"', "tiny/lesson.zh.toml: steps 'other' is not in the English"),
        ("minutes = 3", "tiny/lesson.zh.toml: minutes is no text; a translation cannot change it."),
        (
            '[[steps]]\nname = "guess"\n[steps.question]\nanswer = "plain"',
            "tiny/lesson.zh.toml: steps 'guess', question, answer is no text",
        ),
    ],
)
def test_a_translation_cannot_change_anything_else(
    add_lesson: Add, text: str, sentence: str
) -> None:
    add_lesson()
    add_lesson(text, file="lesson.zh.toml")
    with pytest.raises(LessonError) as caught:
        library.find("tiny", "zh")
    assert sentence in caught.value.message


def test_a_language_without_a_translation_is_english(add_lesson: Add) -> None:
    add_lesson()
    assert library.find("tiny", "fr") == library.find("tiny")


def test_a_link_names_networks_of_the_lesson() -> None:
    lesson = library.find("degradation")
    assert filled("build?{depth.plain56}&sel=stem", lesson).startswith("build?spec=1.")
    with pytest.raises(LessonError, match=r"names \{depth.plain5\}, which is no network"):
        filled("build?{depth.plain5}", lesson)
    unchanged = library.find("cardinality")
    assert filled("build?{imagenet.c32}", unchanged) == "build?arch=resnext50_32x4d"


def test_the_stamp_changes_with_a_file(add_lesson: Add) -> None:
    before = library.stamp()
    path = add_lesson()
    assert library.stamp() != before
    assert any(str(path) == name for name, _ in library.stamp())


def test_a_file_that_is_no_text_or_too_large(add_lesson: Add) -> None:
    path = add_lesson()
    path.write_bytes(b'title = "\xff"')
    with pytest.raises(LessonError, match=r"tiny/lesson.en.toml is not UTF-8 text."):
        library.find("tiny")
    path.write_text("#" * 500_000)
    with pytest.raises(LessonError, match="is larger than a lesson can be"):
        library.find("tiny")
    path.unlink()
    path.mkdir()
    with pytest.raises(LessonError, match=r"tiny/lesson.en.toml cannot be read: Is a directory."):
        library.find("tiny")


def test_a_bundled_run_that_is_not_there(add_lesson: Add) -> None:
    message = refused(add_lesson, 'network = "plain20"', 'run = "digits-resnet99"')
    assert "There is no bundled run 'digits-resnet99'." in message or "epochs = 0" in message
    message = refused(add_lesson, 'network = "plain20"', 'network = "plain20", run = "a"')
    assert "give either a network or the name of a bundled run" in message
