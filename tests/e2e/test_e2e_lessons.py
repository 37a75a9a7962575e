"""Lessons in a real browser: predict, replay, train, and the way to other pages and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from e2e_tools import settled
from playwright.sync_api import Page, expect

from explorer import words
from explorer.lessons import library
from explorer.words import _

if TYPE_CHECKING:
    from explorer.lessons.lesson import Step

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
Open = Callable[..., Page]
PATIENCE = 20_000
NAMES = [entry.name for entry in library.lessons() if not entry.is_own]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    settled(page)


def predict(page: Page, option: str) -> None:
    page.get_by_role("radiogroup", name="Your prediction").get_by_text(option).click()
    settled(page)
    press(page, "That is my prediction")


def test_lesson_1_from_recorded_runs(open_page: Open) -> None:
    page = open_page("lessons")
    page.locator(".st-key-lesson-degradation").get_by_role("button", name="Begin here").click()
    settled(page)
    expect(page.get_by_role("heading", name="Is deeper better?")).to_be_visible()

    # A prepared state, and back.
    press(page, "Look at plain-56")
    expect(page.get_by_text("Lesson 1 · Degradation")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(page.locator(".rx-strip .rx-v").first).to_have_text("853,018", timeout=PATIENCE)
    press(page, "Back to the lesson")
    expect(page).to_have_url(re.compile(r"lesson=degradation\.1"))

    # Words are explained.
    press(page, "words explained")
    expect(page.get_by_text("the probability")).to_have_count(0)
    expect(page.get_by_text("Keeps positive values")).to_be_visible()
    page.keyboard.press("Escape")

    # Predict; only then the recorded curves play.
    expect(page.get_by_test_id("chart-train_error")).to_have_count(0)
    predict(page, "plain-56")
    expect(page.get_by_text("not as you predicted")).to_be_visible()
    chart = page.get_by_test_id("chart-train_error")
    expect(chart.locator("path.line:not(.faint)")).to_have_count(2)
    expect(page.get_by_text("epoch 8 of 8")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"Recorded: 10,000 training"))).to_be_visible()
    expect(page.get_by_text("27.94")).to_be_visible()

    # The replay can be moved by keyboard.
    slider = page.get_by_role("slider", name="epoch")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("epoch 0 of 8")).to_be_visible()
    press(page, "Play")
    expect(page.get_by_text("epoch 8 of 8")).to_be_visible(timeout=PATIENCE)

    _to_the_end(page)


def _to_the_end(page: Page) -> None:
    press(page, "Next: Is it overfitting?")
    predict(page, "Low training error, high held-out error")
    expect(page.get_by_text("as you predicted", exact=True)).to_be_visible()
    press(page, "Next: A way past each block")
    page.get_by_role("spinbutton", name="Your prediction").fill("0")
    page.keyboard.press("Enter")
    settled(page)
    press(page, "That is my prediction")
    press(page, "Next: Train them all")
    predict(page, "Both beat plain-20, and depth does not hurt")
    expect(page.get_by_role("cell", name="8.75")).to_be_visible()
    expect(page.get_by_test_id("chart-test_error").locator("path.line:not(.faint)")).to_have_count(
        4
    )
    for title in ("How many ways are there?", "Is there a limit?", "What you can say now"):
        press(page, f"Next: {title}")
        if title != "What you can say now":
            press(page, "Show without predicting")

    # The worksheet has what was predicted.
    press(page, "Worksheet")
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_text("Markdown").click()
    text = waiting.value.path().read_text()
    assert "**My prediction:** plain-56" in text
    assert "| ResNet-56 | 853,018 |" in text
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_text("PDF").click()
    assert waiting.value.path().read_bytes().startswith(b"%PDF")
    page.keyboard.press("Escape")
    press(page, "Finish: all lessons")
    expect(page.get_by_text("25 minutes · finished")).to_be_visible()


def _train(page: Page, count: int) -> None:
    press(page, "Show without predicting")
    page.get_by_role("button", name=re.compile(f"Train {count} networks on Digits")).click()
    settled(page)
    jobs = page.get_by_test_id("job")
    expect(jobs).to_have_count(count)
    for i in range(count):
        expect(jobs.nth(i)).to_have_attribute("data-state", "done", timeout=400_000)
    expect(page.get_by_text("Your runs:").first).to_be_visible(timeout=30_000)
    expect(page.locator("td.rx-yours").first).to_contain_text("%")
    expect(page.get_by_text("All runs of this class")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"{count} runs\. Mean held-out error"))).to_be_visible()
    expect(page.locator("[class*=st-key-class-] svg")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(("step", "count"), [("width.3", 3), ("iresnet.6", 3)])
def test_other_lessons_with_a_real_training(open_page: Open, step: str, count: int) -> None:
    page = open_page(f"lessons?lesson={step}")
    _train(page, count)


@pytest.mark.slow
def test_lesson_1_with_a_real_training(open_page: Open) -> None:
    page = open_page("lessons?lesson=degradation.4")
    _train(page, 4)

    # Somebody else sees the class's results, and no names.
    other = open_page("lessons?lesson=degradation.4")
    press(other, "Show without predicting")
    expect(other.get_by_text(re.compile(r"4 runs\. Mean held-out error"))).to_be_visible()


def walks() -> Iterator[object]:
    """Yield every lesson in every language; the ordinary tests walk two of them."""
    for name in NAMES:
        for language in words.LANGUAGES:
            is_quick = (name, language) in {("cardinality", "zh"), ("paths", "en")}
            yield pytest.param(name, language, marks=() if is_quick else pytest.mark.slow)


def _figures_are_drawn(page: Page, step: Step) -> None:
    kinds = [figure.kind for figure in step.reveal.figures] if step.reveal else []
    if "curves" in kinds:
        expect(page.locator("figure path.line").first).to_be_attached()
    pictures = page.locator("[class*=st-key-chart-] svg")
    expect(pictures).to_have_count(sum(kind not in {"curves", "table"} for kind in kinds))
    for picture in pictures.all():
        expect(picture).to_be_visible()
        assert picture.get_attribute("aria-label")


@pytest.mark.parametrize(("name", "language"), list(walks()))
def test_a_lesson_can_be_walked_through(open_page: Open, name: str, language: str) -> None:
    lesson = library.find(name, language)
    page = open_page(f"lessons?lesson={name}.1&lang={language}")
    with words.speaking(language):
        show, reveal = _("Show without predicting"), _("Show what comes out")
        onward, finish = _("Next: {title}"), _("Finish: all lessons")
        finished = _("finished")
    for i, step in enumerate(lesson.steps):
        expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible()
        if step.question:
            press(page, show)
        elif step.reveal:
            press(page, reveal)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        _figures_are_drawn(page, step)
        if i + 1 < len(lesson.steps):
            press(page, onward.format(title=lesson.steps[i + 1].title))
    press(page, finish)
    expect(page.get_by_text(finished).first).to_be_visible()
