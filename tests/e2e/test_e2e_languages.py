"""The language in a real browser: by itself, by hand, by link, and nothing else is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from e2e_tools import Server, settled, watched
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def switch(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def test_a_chinese_browser_gets_chinese(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    with watched(context) as page:
        page.goto(server.url)
        settled(page)
        expect(page.get_by_role("link", name="搭建")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        # What the browser decides is in no link: whoever gets it has a browser of their own.
        assert "lang=" not in page.evaluate("location.href")


def test_the_switch_keeps_what_was_chosen(open_page: Callable[[str], Page]) -> None:
    page = open_page("?arch=resnext50_32x4d&sel=layer2")
    page.get_by_text("Activations", exact=True).first.click()
    page.get_by_test_id("level-stages").click()
    settled(page)
    switch(page, "简体中文")
    picture = page.get_by_test_id("network-picture")
    expect(picture.get_by_role("button", name="保存图形")).to_be_visible()
    expect(page.get_by_test_id("level-stages")).to_have_attribute("aria-checked", "true")
    expect(page.locator(".st-key-node-card")).to_contain_text("layer2")
    link = page.evaluate("location.href")
    assert {"arch=resnext50_32x4d", "sel=layer2", "measure=activations", "lang=zh"} <= set(
        link.partition("?")[2].split("&")
    )
    switch(page, "English")
    expect(picture.get_by_role("button", name="Save picture")).to_be_visible()
    assert not CHINESE.search(
        page.locator("[data-testid=stMain]").inner_text().replace("简体中文", "")
    )


def test_the_language_goes_along_to_other_pages_and_in_the_link(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("?lang=zh")
    page.get_by_role("link", name="展开").first.click()
    settled(page)
    expect(page.get_by_text("按块的路径数")).to_be_visible()
    page.wait_for_function("location.search.includes('lang=zh')")
    page.reload()
    settled(page)
    expect(page.get_by_text("按块的路径数")).to_be_visible()


def test_the_switch_is_reached_by_keyboard_and_fits_a_narrow_screen(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    with watched(context) as page:
        page.goto(server.url)
        settled(page)
        button = page.get_by_role("button", name="简体中文")
        # Until its style is there it stands among the rest of the page.
        expect(page.locator(".st-key-language")).to_have_css("position", "fixed")
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 60
        button.focus()
        page.keyboard.press("Enter")
        settled(page)
        expect(page.get_by_role("button", name="English", exact=True)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
