"""The tour in a browser, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e_tools import settled
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]
Open = Callable[..., Page]
WAY = ("Unravel", "Train", "Compare", "Grad-CAM", "Lessons")


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def test_the_tour_leads_through_all_pages_by_keyboard(open_page: Open) -> None:
    page = open_page()
    press(page, "Take the two-minute tour")
    expect(page.get_by_text("Tour, 1 of 6: Build")).to_be_visible()
    for number, title in enumerate(WAY, start=2):
        press(page, f"Next: {title}")
        expect(page.get_by_text(f"Tour, {number} of 6: {title}")).to_be_visible()
        expect(page).to_have_url(re.compile(rf"[?&]tour={number}\b"))
        settled(page)  # pictures of a page that is left while they load are asked for in vain
    press(page, "Back")
    expect(page.get_by_text("Tour, 5 of 6: Grad-CAM")).to_be_visible()
    press(page, "End the tour")
    expect(page.get_by_text("Tour, 5 of 6")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour="))
    settled(page)
    page.get_by_role("link", name="Build").click()
    expect(page.get_by_text("Change a stage; every number follows.")).to_be_visible()
    settled(page)
    expect(page.get_by_text("New here?")).to_have_count(0)
