"""The pictures answer to mouse and keyboard without a rerun, and tell the page what is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e_tools import settled
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]


def at(page: Page, address: str) -> Locator:
    return page.locator(f'.rx-network [data-address="{address}"]').first


def test_a_click_selects_and_the_link_and_the_card_follow(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    at(page, "layer2.0").click()
    expect(page).to_have_url(re.compile(r"sel=layer2\.0"))
    card = page.locator(".st-key-node-card")
    expect(card).to_contain_text("layer2.0")
    expect(card).to_contain_text("16 × 32² → 32 × 16²")


def test_zoom_levels_show_stages_blocks_and_ops(open_page: Open) -> None:
    page = open_page("?arch=res2net50_26w_4s")
    page.get_by_role("radio", name="Ops", exact=True).click()
    expect(at(page, "layer1.0.convs.0")).to_be_attached()
    page.get_by_role("radio", name="Stages", exact=True).click()
    expect(at(page, "layer1")).to_be_visible()
    expect(at(page, "layer1.0.convs.0")).to_have_count(0)
    page.get_by_role("radio", name="Blocks", exact=True).click()
    expect(at(page, "layer1.0")).to_be_visible()


def test_a_selected_op_in_the_link_is_unfolded_and_outlined(open_page: Open) -> None:
    page = open_page("?arch=res2net50_26w_4s&sel=layer2.1.convs.1")
    expect(at(page, "layer2.1.convs.1")).to_be_visible()
    expect(page.locator(".st-key-node-card")).to_contain_text("24,336")


def test_the_keyboard_moves_along_the_line_and_escape_goes_up(open_page: Open) -> None:
    page = open_page("?arch=resnet20&sel=layer1.0")
    at(page, "layer1.0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.keyboard.press("Escape")


def test_the_table_says_in_words_what_the_picture_shows(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    page.get_by_role("radio", name="Ops", exact=True).click()
    table = page.locator(".rx-network").get_by_role("button", name="Table", exact=True)
    table.click()
    row = page.locator(".rx-network").get_by_role("row").filter(has_text="layer1.0.conv1").first
    expect(row).to_contain_text("2,304")
    table.click()
    expect(at(page, "layer1.0.conv1")).to_be_visible()


def test_the_picture_is_saved_as_a_file_that_stands_alone(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save picture").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert text.startswith(("<svg", "<?xml"))
    assert "var(--" not in text.split("</style>")[-1]
    assert "layer4" in text


def test_the_picture_keeps_its_height_and_its_place_through_an_edit(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    before = page.locator(".rx-network").bounding_box()
    box = page.get_by_role("combobox", name="Block", exact=True)
    box.click()
    box.press_sequentially("Res2Net")
    page.get_by_role("option", name="Res2Net", exact=True).click()
    settled(page)
    assert page.locator(".rx-network").bounding_box() == before


def test_a_block_that_does_not_fit_is_dashed_in_the_picture(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    box = page.get_by_role("combobox", name="Shortcut", exact=True)
    box.click()
    box.press_sequentially("Identity")
    page.get_by_role("option", name="Identity only").click()
    settled(page)
    expect(page.locator(".rx-network .broken").first).to_be_attached()


def test_the_paths_open_and_one_can_be_followed(open_page: Open) -> None:
    page = open_page("unravel?arch=preact_resnet20")
    view = page.locator(".rx-unravel")
    expect(view).to_contain_text("length 9")
    view.get_by_role("button", name="1.1", exact=True).click()
    expect(view).to_contain_text("Length 1: through 1.1")
    view.get_by_role("button", name="Table", exact=True).click()
    expect(view.get_by_role("row").filter(has_text="126").first).to_be_visible()


def test_paths_and_blocks_light_each_other_and_the_link_keeps_it(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet110&blocks=2.0-2.7")
    view = page.locator(".rx-unravel")
    expect(view.get_by_test_id("unit")).to_have_count(8)
    # A path lights its blocks: the first of length 2, then, by the keyboard, the one beside it.
    bundle = view.get_by_test_id("bundle").nth(2)
    bundle.focus()
    page.keyboard.press("Enter")
    expect(view.locator(".item.on")).to_have_count(2)
    expect(view).to_contain_text("Length 2: through 2.0, 2.1; past the other 6.")
    bundle.focus()
    page.keyboard.press("ArrowRight")
    expect(view).to_contain_text("Length 2: through 2.0, 2.2; past the other 6.")
    expect(page).to_have_url(re.compile(r"path=2\.0(%2C|,)2\.2"))
    settled(page)
    expect(view.get_by_test_id("unit")).to_have_count(8)
    # A block lights its paths.
    view.get_by_test_id("unit").nth(3).click()
    expect(view).to_contain_text("the 128 of 256 paths that go through 2.3")
    expect(view).to_contain_text("35 of 70")
    expect(page).to_have_url(re.compile(r"sel=layer2\.3"))
    # The slider moves in the browser; the link follows when it is let go.
    slider = view.get_by_test_id("unravel-slider")
    slider.evaluate("s => { s.value = 30; s.dispatchEvent(new Event('input')); }")
    expect(view).not_to_contain_text("35 of 70")
    expect(page).not_to_have_url(re.compile("open="))
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    expect(page).to_have_url(re.compile("open=30"))
    page.reload()
    settled(page)
    expect(view.get_by_test_id("unravel-slider")).to_have_value("30")
    expect(view.locator(".item.on")).to_have_count(2)
    expect(view.locator(".item.selected")).to_have_count(1)
    view.get_by_role("button", name="Clear", exact=True).click()
    expect(page).not_to_have_url(re.compile("path="))
    expect(view.locator(".item.on")).to_have_count(0)


def test_a_ribbon_of_many_paths_is_lit_with_the_share_of_every_block(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet110")
    view = page.locator(".rx-unravel")
    view.get_by_test_id("bundle").nth(4).click()
    expect(view).to_contain_text("Any one block is on 42 % of them")
    expect(view.locator(".bundle.dim")).to_have_count(10)


def test_many_blocks_are_bundled_and_the_page_stays_quick(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet1202")
    expect(page.locator(".rx-unravel svg")).to_be_visible()
    expect(page.locator(".rx-strip").first).to_contain_text("4.1 × 10¹⁸⁰")


def test_a_dense_layer_is_unfolded_with_its_transition_and_its_bar(open_page: Open) -> None:
    page = open_page("?arch=densenet121&sel=layer2.0.transition.conv")
    expect(at(page, "layer2.0.transition.conv")).to_be_visible()
    expect(at(page, "layer2.0.concat")).to_be_visible()
    expect(page.locator(".st-key-node-card")).to_contain_text("256 × 56² → 128 × 56²")
