"""A sweep as a class sees it: submitted, watched, one cancelled, its worker killed, resumed."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from e2e_tools import Server, choose, settled, start, watched
from playwright.sync_api import expect

from explorer.spec import edit
from explorer.spec.codec import encode
from explorer.store.ledger import Ledger
from explorer.store.paths import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
TINY = encode(edit.change_part(edit.change_stages(edit.blank(), None, width=8), "stem", width=8))
WITHIN = 10_000
"""Within which the page says what is true [ms]."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose worker may be killed without troubling other tests."""
    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    ledger = Ledger(Home(running.home).ledger_url)
    for job in ledger.jobs():
        ledger.request(job.id)
    ledger.close()
    running.stop()


def fill(page: Page, label: str, text: str) -> None:
    box = page.get_by_role("spinbutton", name=label, exact=True)
    box.fill(text)
    box.press("Enter")
    settled(page)


def submit_sweep(page: Page) -> None:
    """Ask for four learning rates, long enough that a worker can be killed meanwhile."""
    fill(page, "Epochs", "8")
    page.get_by_text("Sweep: try several values").click()
    choose(page, "Vary", "Learning rate")
    values = page.get_by_role("textbox", name="Values of Learning rate")
    values.fill("0.01, 0.03, 0.1, 0.3")
    values.press("Enter")
    settled(page)
    expect(page.get_by_text("4 trainings, about")).to_be_visible()
    page.get_by_role("button", name="Train these 4").click()
    settled(page)


def kill_worker(server: Server) -> None:
    ledger = Ledger(Home(server.home).ledger_url)
    (owner,) = set(ledger.owners())
    ledger.close()
    os.kill(int(owner.split(":")[1]), signal.SIGKILL)


def asked_within(page: Page, seconds: float) -> dict[str, int]:
    """Return how often a page has asked each route within a time."""
    found = {"/api/live/": 0, "/api/queue": 0}

    def count(request: Request) -> None:
        for route in found:
            found[route] += route in request.url

    page.on("request", count)
    page.wait_for_timeout(1000 * seconds)
    page.remove_listener("request", count)
    return found


def hide(page: Page, *, hidden: bool) -> None:
    """Tell the page that its tab is hidden, or seen again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_hidden_tab_asks_seldom_and_is_up_to_date_when_it_is_seen_again(
    lab: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with watched(context) as page:
        page.goto(f"{lab.url}train?spec={TINY}")
        settled(page)
        fill(page, "Epochs", "60")
        page.get_by_role("button", name="Train this network").click()
        row = page.get_by_test_id("job").first
        expect(row).to_have_attribute("data-state", "running", timeout=30_000)
        seen = asked_within(page, 6)
        assert min(seen.values()) >= 4
        hide(page, hidden=True)
        page.wait_for_timeout(1500)
        assert max(asked_within(page, 6).values()) <= 1
        hide(page, hidden=False)
        assert min(asked_within(page, 1.5).values()) >= 1
        row.get_by_role("button", name="Stop").click()
        expect(row).to_have_attribute("data-state", "cancelled", timeout=WITHIN)


def test_a_sweep_of_four_survives_its_worker(lab: Server, browser: Browser) -> None:
    mine = browser.new_context(viewport={"width": 1280, "height": 900})
    theirs = browser.new_context(viewport={"width": 1280, "height": 900})
    with watched(mine) as page, watched(theirs) as other:
        page.goto(f"{lab.url}train?spec={TINY}")
        settled(page)
        submit_sweep(page)
        rows = page.get_by_test_id("job")
        expect(rows).to_have_count(4)
        expect(rows.nth(0)).to_contain_text("Learning rate 0.01")
        expect(rows.nth(0)).to_have_attribute("data-state", "running", timeout=30_000)
        expect(rows.nth(1)).to_contain_text("in line")

        other.goto(page.url)
        settled(other)
        expect(other.get_by_test_id("job")).to_have_count(4)
        expect(other.get_by_test_id("job").nth(0)).to_contain_text("somebody else's")

        rows.nth(3).get_by_role("button", name="Stop").click()
        for seen in (page, other):
            row = seen.get_by_test_id("job").nth(3)
            expect(row).to_have_attribute("data-state", "cancelled", timeout=WITHIN)

        expect(rows.nth(0).locator(".value")).to_contain_text("%", timeout=30_000)
        kill_worker(lab)
        for seen in (page, other):
            row = seen.get_by_test_id("job").nth(0)
            expect(row).to_contain_text("does not answer", timeout=WITHIN)

        expect(rows.nth(0)).to_contain_text("attempt 2", timeout=60_000)
        for seen in (page, other):
            row = seen.get_by_test_id("job").nth(0)
            expect(row).to_have_attribute("data-state", "running", timeout=30_000)
            expect(row).to_contain_text("left", timeout=30_000)
        expect(page.get_by_test_id("chart-loss").locator("path.line").first).to_be_attached()
