"""Links: they restore page, network and selection, also on a server that has just started."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_tools import Server, settled, start, watched
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]


def test_a_cold_deep_link_opens_its_page_with_frame_and_network(
    browser: Browser, tmp_path: Path
) -> None:
    server = start(tmp_path)
    try:
        with watched(browser.new_context()) as page:
            page.goto(f"{server.url}unravel?arch=preact_resnet20&sel=layer2.0")
            settled(page)
            expect(page.get_by_role("link", name="Train")).to_be_visible()
            expect(page.get_by_role("heading", name="Pre-activation ResNet-20")).to_be_visible()
            expect(page.get_by_text("An exact sum", exact=True)).to_be_visible()
            assert "sel=layer2.0" in page.url
            assert "native code" not in page.evaluate("history.pushState.toString()")
    finally:
        server.stop()


def test_the_first_page_is_interactive_without_torch(browser: Browser, tmp_path: Path) -> None:
    server = start(tmp_path)
    try:
        with watched(browser.new_context()) as page:
            page.goto(server.url)
            expect(page.get_by_role("heading", name="ResNet-20")).to_be_visible(timeout=30_000)
            settled(page)
        assert "libtorch" not in Path(f"/proc/{server.process.pid}/maps").read_text()
    finally:
        server.stop()


def test_the_network_goes_along_from_page_to_page(open_page: Open) -> None:
    page = open_page("?arch=resnext50_32x4d")
    for name in ("Unravel", "Train", "Grad-CAM", "About", "Build"):
        page.get_by_role("link", name=name, exact=True).click()
        settled(page)
        expect(page).to_have_url(re.compile("arch=resnext50_32x4d"))


def test_back_and_forward_step_through_the_networks(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    for name in ("ResNet-32", "ResNet-44"):
        box = page.get_by_role("combobox", name="Preset")
        box.click()
        box.fill(name)
        page.get_by_role("option", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        settled(page)
    for step, name in ((page.go_back, "ResNet-32"), (page.go_forward, "ResNet-44")):
        step()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        settled(page)


def test_one_press_of_back_leads_to_the_page_before(open_page: Open) -> None:
    page = open_page("?arch=resnet32")
    for name in ("Unravel", "Compare", "Lessons"):
        page.get_by_role("link", name=name, exact=True).click()
        settled(page)
        expect(page).to_have_url(re.compile(f"{name.lower()}.*arch=resnet32"))
    for path in ("compare", "unravel", ""):
        page.go_back()
        expect(page).to_have_url(re.compile(rf"/{path}\?.*arch=resnet32"))
        settled(page)
    expect(page.get_by_role("heading", name="ResNet-32", exact=True)).to_be_visible()


@pytest.mark.parametrize("milliseconds", [40, 80, 100, 240])
def test_a_choice_of_the_link_outlives_a_rerun_that_comes_at_once(
    server: Server, page: Page, milliseconds: int
) -> None:
    page.goto(f"{server.url}unravel?arch=resnet110&blocks=2.0-2.7")
    page.locator("[data-test-connection-state=CONNECTED]").wait_for(state="attached")
    page.wait_for_timeout(milliseconds)
    page.keyboard.press("r")
    settled(page)
    page.keyboard.press("r")
    settled(page)
    expect(page.locator(".rx-unravel").get_by_test_id("unit")).to_have_count(8)
    assert "blocks=2.0-2.7" in page.url


@pytest.mark.parametrize("milliseconds", [0, 30, 60, 120])
def test_a_choice_by_a_button_outlives_a_rerun_that_comes_at_once(
    open_page: Open, milliseconds: int
) -> None:
    page = open_page("cam?sample=3")
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_timeout(milliseconds)
    page.keyboard.press("r")
    settled(page)
    page.keyboard.press("r")
    settled(page)
    expect(page.get_by_role("spinbutton", name="Number of the image")).to_have_value("4")
    assert "sample=4" in page.url


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("?arch=resnet5O", "There is no preset called"),
        ("?spec=1.AAAA", "This link does not describe a network."),
        ("?spec=99.AAAA", "This link was made by a newer version"),
        ("?spec=" + "1." + "A" * 3000, "too long"),
    ],
)
def test_a_bad_link_is_one_sentence_and_the_app_goes_on(
    open_page: Open, link: str, sentence: str
) -> None:
    page = open_page(link)
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("heading", name="ResNet-20")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["", "unravel", "train", "cam", "about"])
def test_every_page_in_both_themes_wide_and_narrow(
    browser: Browser, server, path: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    with watched(context) as page:
        page.goto(f"{server.url}{path}?arch=resnet20")
        settled(page)
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"the page is {overflow} px wider than the window"
