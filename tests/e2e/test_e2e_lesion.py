"""The lesion lab in a browser: delete blocks by clicking, see accuracy fall, undo."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e_tools import settled
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]


def figure(page: Page) -> Locator:
    return page.locator(".rx-strip > div", has_text="Accuracy left").locator(".rx-v")


def share(page: Page) -> float:
    return float(figure(page).inner_text().removesuffix("%"))


def block(page: Page, address: str) -> Locator:
    return page.locator(f'.rx-network [data-testid="block"][data-address="{address}"]')


def test_three_blocks_are_deleted_by_clicking_and_undone(open_page: Open) -> None:
    page = open_page("unravel?view=lesions&run=zoo-digits-resnet32&images=250")
    expect(figure(page)).to_be_visible(timeout=120_000)
    settled(page)
    shares = [share(page)]
    assert shares[0] > 95
    for number, address in enumerate(("layer3.1", "layer2.2", "layer1.0"), 1):
        block(page, address).click()
        expect(block(page, address)).to_have_attribute("aria-label", re.compile("deleted$"))
        left = page.locator(".rx-strip > div", has_text="Blocks left")
        expect(left.locator(".rx-v")).to_have_text(str(15 - number), timeout=60_000)
        settled(page)
        shares.append(share(page))
    assert shares[-1] < 50 < shares[1] < shares[0]
    expect(page).to_have_url(re.compile(r"deleted=layer1\.0(,|%2C)layer2\.2(,|%2C)layer3\.1"))
    expect(page.get_by_text("without 3 blocks").first).to_be_visible()
    for before in reversed(shares[:-1]):
        page.get_by_role("button", name="Undo deletion").click()
        expect(figure(page)).to_have_text(re.compile(rf"^{before}\s%"), timeout=60_000)
        settled(page)
    expect(page.get_by_role("button", name="Undo deletion")).to_be_disabled()
    block(page, "layer2.0").focus()
    page.keyboard.press("Delete")
    expect(block(page, "layer2.0")).to_have_attribute("aria-label", re.compile("deleted$"))
    block(page, "layer2.0").click()
    expect(block(page, "layer2.0")).not_to_have_attribute("aria-label", re.compile("deleted$"))
