"""How soon the first page can be used after a cold start, measured in the browser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from e2e_tools import settled, start, watched
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

BUDGET = 5.0
"""From the first answer of the server to a page that has nothing left to do [s]."""


def test_the_first_page_is_interactive_within_five_seconds(
    browser: Browser, tmp_path: Path
) -> None:
    server = start(tmp_path)
    try:
        with watched(browser.new_context()) as page:
            began = time.perf_counter()
            page.goto(server.url)
            expect(page.get_by_role("heading", name="ResNet-20")).to_be_visible()
            settled(page)
            took = time.perf_counter() - began
    finally:
        server.stop()
    print(f"\nfirst page interactive after {took:.1f} s")
    assert took < BUDGET
