"""Lessons: the list, predictions, what they reveal, the way to other pages and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest
from ui_tools import button, shown

from explorer.jobs import client
from explorer.lessons import library, pool
from explorer.lessons.controls import CONTROLS
from explorer.lessons.links import filled
from explorer.store.records import State

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson, Opening

Open = Callable[..., AppTest]
ROOT = Path(__file__).resolve().parents[2]
NAMES = [entry.name for entry in library.lessons() if not entry.is_own]


def openings() -> list[tuple[str, int, Opening]]:
    return [
        (name, number, step.open)
        for name in NAMES
        for number, step in enumerate(library.find(name).steps, 1)
        if step.open
    ]


def test_the_list_has_all_lessons_with_time_and_state(open_page: Open) -> None:
    app = open_page("lessons")
    assert not app.exception
    text = shown(app)
    for name in NAMES:
        lesson = library.find(name)
        assert lesson.title in text
        assert lesson.summary in text
    assert "25 minutes · 7 steps" in text


def test_a_lesson_that_is_not_there_is_said_and_the_list_can_be_reached(open_page: Open) -> None:
    app = open_page("lessons", lesson="nothing.2")
    assert "There is no lesson nothing here" in shown(app).replace("\\", "")
    button(app, "All lessons").click().run()
    assert "Degradation" in shown(app)


def test_a_bad_file_of_ones_own_is_one_sentence_in_the_list(
    open_page: Open, own_home: Path
) -> None:
    path = own_home / "lessons" / "mine" / "lesson.en.toml"
    path.parent.mkdir(parents=True)
    path.write_text('title = "Mine"\nsummary = "x"\nminutes = 3\n[[steps]]\nname = "a"\n')
    app = open_page("lessons")
    text = shown(app).replace("\\", "")
    assert "mine/lesson.en.toml: step 'a', title: This field is missing." in text
    assert "Degradation" in text


def test_the_answer_shows_after_the_prediction(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.1")
    assert "27.94" not in shown(app)
    predict = button(app, "That is my prediction")
    assert predict.disabled
    app.radio(key="predict-deeper").set_value("plain56").run()
    button(app, "That is my prediction").click().run()
    text = shown(app)
    assert "<dt>Your prediction</dt><dd>plain-56</dd>" in text
    assert "<dt>Answer</dt><dd>plain-20 <i>" in text
    assert "not as you predicted" in text
    assert "27.94" in text

    button(app, "Next: Is it overfitting?").click().run()
    assert app.query_params["lesson"] == "degradation.2"
    button(app, "Back").click().run()
    assert "<dt>Your prediction</dt><dd>plain-56</dd>" in shown(app), "kept for the session"
    button(app, "Predict again").click().run()
    assert "27.94" not in shown(app)


def test_a_number_is_compared_with_what_was_given(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.5")
    app.number_input(key="predict-ways").set_value(512.0).run()
    button(app, "That is my prediction").click().run()
    assert "<i>as you predicted</i>" in shown(app)
    assert "<dt>Your prediction</dt><dd>512</dd>" in shown(app)


def test_a_state_that_gives_the_answer_away_is_offered_after_it(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.5")
    assert "See the ways of ResNet-20" not in [b.label for b in app.button]
    button(app, "Show without predicting").click().run()
    assert "See the ways of ResNet-20" in [b.label for b in app.button]


def test_the_link_restores_lesson_and_step(open_page: Open) -> None:
    app = open_page("lessons", lesson="order.3")
    text = shown(app)
    assert "Five orders" in text
    assert "Step 3 of 7" in text
    assert open_page("lessons", lesson="order.99").query_params["lesson"] == "order.99"
    assert "Step 7 of 7" in shown(open_page("lessons", lesson="order.99"))


def test_steps_can_be_gone_to_directly(open_page: Open) -> None:
    app = open_page("lessons", lesson="order.1")
    app.segmented_control(key="steps-order").set_value(4).run()
    assert app.query_params["lesson"] == "order.4"
    assert "A branch that can only add" in shown(app)


def test_the_list_says_how_far_the_reader_is(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.1")
    button(app, "Show without predicting").click().run()
    button(app, "All lessons").click().run()
    assert "1 of 7 steps done" in shown(app)
    button(app, "Go on").click().run()
    assert app.query_params["lesson"] == "degradation.1"


def test_a_teacher_can_hide_answers_training_and_the_class(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.4", hide="reveal,now,class")
    assert "The answer is shown by your teacher." in shown(app)
    assert not [b for b in app.button if b.label.startswith(("That is", "Show without"))]
    app = open_page("lessons", lesson="degradation.4", hide="now")
    button(app, "Show without predicting").click().run()
    assert "He et al. 2015, Table 6" in shown(app)
    assert not [b for b in app.button if b.label.startswith("Train 4")]


def test_training_now_submits_the_stored_definition(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.4")
    button(app, "Show without predicting").click().run()
    train = button(app, "Train 4 networks on Digits, 4 epochs · about")
    train.click().run()
    assert not app.exception
    jobs = client.jobs(10)
    experiment = library.find("degradation").experiment("depth")
    assert experiment.quick is not None
    expected = pool.jobs_for("degradation", experiment, experiment.quick)
    assert [job.payload for job in reversed(jobs)] == [asked.payload for asked in expected]
    assert button(app, "Train 4 networks").disabled, "while it runs"


def finish(accuracy: float) -> None:
    ledger = client.ledger()
    claim = ledger.claim("worker")
    assert claim is not None
    report = {
        "epoch": 1,
        "train_loss": 1.0,
        "train_accuracy": accuracy,
        "test_loss": 1.0,
        "test_accuracy": accuracy,
        "seconds": 3.0,
    }
    ledger.report(claim, [(10, report)])
    ledger.finish(claim, State.DONE, result={"accuracy": accuracy})


def test_ones_own_runs_and_those_of_the_class_stand_beside_the_papers(open_page: Open) -> None:
    app = open_page("lessons", lesson="degradation.4")
    button(app, "Show without predicting").click().run()
    button(app, "Train 4 networks").click().run()
    for accuracy in (0.9, 0.25, 0.95, 0.96):
        finish(accuracy)
    # Somebody else's runs of the same definition.
    experiment = library.find("degradation").experiment("depth")
    assert experiment.quick is not None
    for asked in pool.jobs_for("degradation", experiment, experiment.quick):
        client.submit("train", asked.payload, title=asked.title, user="somebody")
        finish(0.5)
    app.run()
    text = shown(app)
    assert '<td class="rx-yours">75.0 %</td>' in text
    assert "<b>Your runs:</b> the shortcuts alone make 56 layers better by 71.0 points" in text
    assert "8 runs. Mean held-out error: plain-20 30.0 % (2);" in text
    assert "somebody" not in text


def test_a_page_that_a_lesson_opens_has_the_way_back(open_page: Open) -> None:
    app = open_page("build", arch="plain56", lesson="degradation.1", hide="history,exchange,train")
    text = shown(app)
    assert "Lesson 1 · Degradation: deeper, and worse, step 1: Is deeper better?" in text
    labels = [b.label for b in app.button]
    assert "Undo" not in labels
    assert "Train this network" not in labels
    button(app, "Show 3 hidden controls").click().run()
    assert "Undo" in [b.label for b in app.button]
    assert "hide" not in app.query_params


def test_a_prepared_state_opens_whatever_was_looked_at_before(open_page: Open) -> None:
    app = open_page("lessons", lesson="iresnet.1")
    for number, label, name, selected in (
        (1, "Look at ResNet-50", "resnet50", "layer1.1"),
        (2, "Look at an end block", "iresnet50", "layer1.2"),
        # A network seen before, and then one seen before with another selection.
        (3, "Look at the projection", "resnet50", "layer2.0.downsample.0"),
        (3, "Look at the projection", "resnet50", "layer2.0.downsample.0"),
    ):
        app.segmented_control(key="steps-iresnet").set_value(number).run()
        button(app, label).click().run()
        assert app.query_params["arch"] == name
        assert app.query_params["sel"] == selected
        assert "iResNet-50" in shown(app) if name == "iresnet50" else "ResNet-50" in shown(app)
        button(app, "Back to the lesson").click().run()


TWICE = """
title = "Twice"
summary = "x"
minutes = 3
[[steps]]
name = "deep"
title = "Deep"
text = "x"
open = { link = "compare?with=resnet20,resnet56", label = "Deep" }
[[steps]]
name = "wide"
title = "Wide"
text = "x"
open = { link = "compare?with=resnet20,wrn_16_4", label = "Wide" }
"""


def test_a_comparison_opens_whatever_was_compared_before(open_page: Open, own_home: Path) -> None:
    path = own_home / "lessons" / "twice" / "lesson.en.toml"
    path.parent.mkdir(parents=True)
    path.write_text(TWICE)
    app = open_page("lessons", lesson="twice.1")
    for number, label, names in (
        (1, "Deep", "resnet20,resnet56"),
        (2, "Wide", "resnet20,wrn_16_4"),
        (1, "Deep", "resnet20,resnet56"),
    ):
        app.segmented_control(key="steps-twice").set_value(number).run()
        button(app, label).click().run()
        assert app.query_params["with"] == names
        button(app, "Back to the lesson").click().run()


def test_nothing_of_a_lesson_stands_on_a_page_by_itself(open_page: Open) -> None:
    app = open_page("build")
    assert "Back to the lesson" not in [b.label for b in app.button]
    assert "Undo" in [b.label for b in app.button]


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_every_name_in_the_registry_is_one_that_some_page_asks_for(name: str) -> None:
    sources = [*(ROOT / "pages").glob("*.py"), *(ROOT / "explorer" / "ui").rglob("*.py")]
    assert any(f'hidden("{name}")' in path.read_text() for path in sources)


@pytest.mark.parametrize("page", ["build", "unravel", "lessons"])
def test_with_everything_hidden_nothing_breaks(open_page: Open, page: str) -> None:
    app = open_page(page, hide=",".join(list(CONTROLS)[:12]), view="lengths")
    assert not app.exception
    assert not {"Undo", "Redo", "Train this network", "Export"} & {b.label for b in app.button}


def test_names_that_are_no_controls_are_passed_over(open_page: Open) -> None:
    app = open_page("build", hide="everything,<script>," + "x," * 500)
    assert not app.exception
    assert "Undo" in [b.label for b in app.button]


@pytest.mark.parametrize(
    ("name", "number", "opening"), openings(), ids=lambda v: getattr(v, "label", str(v))
)
def test_every_prepared_state_opens(
    open_page: Open, name: str, number: int, opening: Opening
) -> None:
    link = filled(opening.link, library.find(name))
    page, _, query = link.partition("?")
    hide = {"hide": ",".join(opening.hide)} if opening.hide else {}
    app = open_page(page, **dict(parse_qsl(query)), lesson=f"{name}.{number}", **hide)
    assert not app.exception
    assert not app.error, [error.value for error in app.error]
    assert "Back to the lesson" in [b.label for b in app.button]


@pytest.mark.parametrize("name", NAMES)
def test_every_step_can_be_answered_and_shows_what_comes_out(open_page: Open, name: str) -> None:
    lesson = library.find(name)
    app = open_page("lessons", lesson=f"{name}.1")
    for number, step in enumerate(lesson.steps, 1):
        assert step.title in shown(app)
        _answer(app, lesson, number)
        assert not app.exception
        assert not app.error, [error.value for error in app.error]
        if step.reveal:
            assert not re.findall(r"\{[a-z_]+(?:\.\w+)*\}", shown(app))
            for table in step.reveal.tables:
                assert escape(table.source) in shown(app)
        if number < len(lesson.steps):
            button(app, "Next: ").click().run()
    button(app, "Finish").click().run()
    assert f"{lesson.minutes} minutes · finished" in shown(app)


def _answer(app: AppTest, lesson: Lesson, number: int) -> None:
    step = lesson.steps[number - 1]
    if step.question:
        key = f"predict-{step.name}"
        if step.question.options:
            app.radio(key=key).set_value(step.question.answer).run()
        else:
            app.number_input(key=key).set_value(float(step.question.answer)).run()
        button(app, "That is my prediction").click().run()
        assert "<i>as you predicted</i>" in shown(app)
    elif step.reveal:
        button(app, "Show what comes out").click().run()
