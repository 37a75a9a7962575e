"""No page has a serious fault of accessibility, by axe-core's rules for WCAG 2.1 A and AA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from e2e_tools import Server, settled, start, watched
from playwright.sync_api import expect

from explorer.jobs import client
from tests.run_lab import finished_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]
AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
CUES = "cam?a=zoo-shapes-resnet20&b=zoo-shapes-clever-hans-resnet20"
PAGES = {
    "?sel=layer1.0": "Parameters",
    "unravel": "Not an exact sum",
    "unravel?view=lengths": "Path lengths",
    "unravel?view=gradient": "Gradient by path length",
    "unravel?view=depth": "Effective depth",
    "unravel?view=responses": "Layer responses",
    "unravel?view=fields": "Receptive fields",
    "unravel?view=lesions": "Lesions",
    "compare?with=plain20": "Differences",
    CUES: "Where do they look?",
    "lessons": "Begin here",
    "lessons?lesson=degradation.2": "Step 2 of",
    "about": "What is counted",
}
"""Address -> what is written there once it is drawn."""
STREAMLITS = {
    # The label of a control that is switched off; WCAG 1.4.3 leaves inactive controls out, and
    # axe does so too where it can tell, but Streamlit hides the label and names the control anew.
    "color-contrast": ["[data-testid=stWidgetLabel][disabled]"],
}
"""Rule -> parts of Streamlit in which it cannot be kept."""
CHECK = """async ([rules, passed]) => {
  const tags = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
  const runOnly = rules.length ? { type: "rule", values: rules } : tags;
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  const isOurs = (rule) => (node) =>
    !(passed[rule] ?? []).some((part) => document.querySelector(node.target[0])?.closest(part));
  return found.violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .flatMap((rule) => rule.nodes.filter(isOurs(rule.id)).map((node) =>
      `${rule.id}: ${node.html.slice(0, 300)} ${node.failureSummary.replaceAll("\\n", " ")}`));
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An app of its own: its Train page is empty until a test puts a run there."""
    running = start(tmp_path_factory.mktemp("accessible"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One visitor for all pages."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with watched(context) as opened:
        yield opened


def faults(page: Page, *rules: str) -> list[str]:
    """Return a line for each element with a serious fault; without rules all are checked."""
    if page.evaluate("!window.axe"):
        # As from a developer's console: a tag would wait for the page.
        page.evaluate(AXE)
    return page.evaluate(CHECK, [rules, STREAMLITS])


def check(page: Page, address: str, words: str) -> None:
    """Check a page in both themes; the dark one for contrast alone: nothing else differs."""
    page.emulate_media(color_scheme="light")
    page.goto(address)
    expect(page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=30_000)
    settled(page)
    found: dict[str, Any] = {"light": faults(page)}
    page.emulate_media(color_scheme="dark")
    expect(page.locator("[data-testid=stApp]")).to_have_css("color-scheme", "dark")
    page.wait_for_timeout(200)
    settled(page)
    found["dark"] = faults(page, "color-contrast")
    assert found == {"light": [], "dark": []}


def test_a_fault_would_be_found(lab: Server, page: Page) -> None:
    page.goto(lab.url + "about")
    page.locator(".rx-title").evaluate(
        "(title, html) => title.insertAdjacentHTML('beforeend', html)",
        '<img src="/assets/icon.png"><p style="color:#ccc;background:#fff">Pale</p>',
    )
    assert {fault.partition(":")[0] for fault in faults(page)} == {"image-alt", "color-contrast"}


def test_the_empty_train_page_has_no_serious_fault(lab: Server, page: Page) -> None:
    check(page, f"{lab.url}train", "No trainings yet")


def test_the_train_page_with_a_run_has_no_serious_fault(
    lab: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(lab.home))
    run = finished_run()
    client.ledger().close()
    check(page, f"{lab.url}train?job={run}", "Compare side by side")


QUICK = 4
"""Pages that the ordinary tests check: axe takes seconds for each."""


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if i < QUICK else pytest.mark.slow)
        for i, path in enumerate(sorted(PAGES, key=lambda path: "view=" in path))
    ],
)
def test_no_page_has_a_serious_fault(lab: Server, page: Page, path: str) -> None:
    check(page, lab.url + path, PAGES[path])
