"""The stage table: edit cells, override one block, drag, undo, without losing the place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e_tools import settled
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]


def table(page: Page) -> Locator:
    return page.locator(".rx-stages")


def cell(page: Page, field: str, address: str) -> Locator:
    return table(page).get_by_label(f"{field} of {address}", exact=True)


def parameters(page: Page) -> Locator:
    return page.locator(".rx-strip > div", has_text="Parameters").first.locator(".rx-v")


def fill(page: Page, field: str, address: str, value: str) -> None:
    box = cell(page, field, address)
    box.fill(value)
    box.press("Enter")


def press(page: Page, name: str) -> None:
    table(page).get_by_role("button", name=name, exact=True).click()


def test_a_cell_changes_a_stage_and_undo_brings_it_back(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    fill(page, "Blocks", "layer2", "5")
    expect(parameters(page)).not_to_have_text("269,722")
    expect(page.get_by_role("button", name="1 change since ResNet-20")).to_be_visible()
    # The cell that was left keeps the keyboard, and there Ctrl+Z is ours.
    expect(cell(page, "Blocks", "layer2")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(parameters(page)).to_have_text("269,722")
    expect(cell(page, "Blocks", "layer2")).to_have_value("3")
    page.keyboard.press("Control+Shift+z")
    expect(cell(page, "Blocks", "layer2")).to_have_value("5")


def test_one_block_is_overridden_and_reset(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    press(page, "Single blocks of layer2")
    fill(page, "Width", "layer2.1", "192")
    expect(parameters(page)).not_to_have_text("25,557,032")
    expect(cell(page, "Width", "layer2")).to_have_value("128")
    press(page, "layer2.1")
    expect(page).to_have_url(re.compile(r"sel=layer2\.1"))
    expect(page.locator(".st-key-block-form")).to_contain_text("not like its stage")
    expect(page.get_by_role("spinbutton", name="Width", exact=True)).to_have_value("192")
    press(page, "Reset layer2.1")
    expect(parameters(page)).to_have_text("25,557,032")
    expect(cell(page, "Width", "layer2.1")).to_have_value("128")


def test_a_stage_and_a_block_are_dragged(open_page: Open) -> None:
    page = open_page("?arch=resnet50")
    settled(page)  # what is still being laid out moves away under the mouse
    rows = table(page).locator("tr.stage")
    grip = table(page).get_by_role("button", name="Move layer4", exact=True)
    grip.drag_to(rows.nth(0), target_position={"x": 30, "y": 4})
    expect(cell(page, "Width", "layer1")).to_have_value("512")
    expect(page).to_have_url(re.compile(r"sel=layer1"))
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "Width", "layer1")).to_have_value("64")
    settled(page)

    press(page, "Single blocks of layer1")
    grip = table(page).get_by_role("button", name="Move layer1.0", exact=True)
    grip.drag_to(rows.nth(2), target_position={"x": 30, "y": 16})
    expect(cell(page, "Blocks", "layer3")).to_have_value("7")
    expect(cell(page, "Blocks", "layer1")).to_have_value("2")


def test_rows_move_by_keyboard_and_the_keyboard_stays_with_them(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    table(page).get_by_role("button", name="Move layer1", exact=True).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(cell(page, "Width", "layer2")).to_have_value("16")
    grip = table(page).get_by_role("button", name="Move layer2", exact=True)
    expect(grip).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(cell(page, "Width", "layer1")).to_have_value("16")


def test_stages_are_added_duplicated_and_removed(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    stages = table(page).locator("tr.stage")
    press(page, "Add a stage")
    expect(stages).to_have_count(4)
    expect(cell(page, "Width", "layer4")).to_have_value("128")
    stages.nth(3).hover()
    press(page, "Duplicate layer4")
    expect(stages).to_have_count(5)
    for i in (5, 4):
        stages.last.hover()
        press(page, f"Remove layer{i}")
        expect(stages).to_have_count(i - 1)
    expect(parameters(page)).to_have_text("269,722")


def test_a_field_the_family_does_not_have_is_greyed_with_the_reason(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    press(page, "More columns")
    grey = table(page).locator('tr[data-address="layer1"] td.absent').first
    expect(grey).to_have_attribute("title", re.compile("no such field: Cardinality"))
    cell(page, "Block", "layer1").select_option("res2net")
    expect(cell(page, "Scale", "layer1")).to_have_value("4")


def test_a_value_out_of_range_is_one_sentence_and_nothing_is_lost(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    fill(page, "Width", "layer2", "99999")
    expect(page.get_by_test_id("stAlert")).to_contain_text("8192")
    expect(cell(page, "Width", "layer2")).to_have_value("32")
    expect(parameters(page)).to_have_text("269,722")


def test_what_is_unfolded_stays_so_when_a_block_does_not_fit(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    press(page, "Single blocks of layer2")
    fill(page, "Width", "layer2.1", "48")
    expect(page.get_by_test_id("stAlert")).to_contain_text("48")
    expect(table(page).locator("tr.wrong")).to_have_attribute("data-address", "layer2")
    expect(cell(page, "Width", "layer2.1")).to_have_value("48")
    page.keyboard.press("Control+z")
    expect(cell(page, "Width", "layer2.1")).to_have_value("32")


def test_beginning_with_nothing(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    box = page.get_by_role("combobox", name="Preset")
    box.click()
    box.press_sequentially("Start from")
    page.get_by_role("option", name="Start from nothing", exact=True).click()
    expect(page.get_by_role("heading", name="Untitled network")).to_be_visible()
    expect(table(page).locator("tr.stage")).to_have_count(1)


def test_a_half_written_number_survives_what_comes_back_meanwhile(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    cell(page, "Blocks", "layer1").fill("4")
    cell(page, "Blocks", "layer2").focus()  # commits the first one
    box = cell(page, "Blocks", "layer3")
    box.select_text()
    page.keyboard.press("7")
    expect(parameters(page)).not_to_have_text("269,722")
    settled(page)
    expect(box).to_have_value("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="2 changes since ResNet-20")).to_be_visible()
    expect(box).to_have_value("7")
    assert [cell(page, "Blocks", f"layer{i}").input_value() for i in (1, 2, 3)] == ["4", "3", "7"]


def test_edits_in_quick_succession_are_all_kept(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    for i in (1, 2, 3):
        fill(page, "Blocks", f"layer{i}", str(4 + i))
        fill(page, "Width", f"layer{i}", str(20 + 8 * i))
    expect(page.get_by_role("button", name="6 changes since ResNet-20")).to_be_visible()
    settled(page)
    for i in (1, 2, 3):
        expect(cell(page, "Blocks", f"layer{i}")).to_have_value(str(4 + i))
        expect(cell(page, "Width", f"layer{i}")).to_have_value(str(20 + 8 * i))
