"""A newcomer's hour in two minutes: a Res2NeXt with SE from nothing to a file that runs."""

from __future__ import annotations

import re
import runpy
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import torch
from e2e_tools import settled
from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]

MINUTES = 2


def cell(page: Page, field: str, address: str) -> Locator:
    return page.locator(".rx-stages").get_by_label(f"{field} of {address}", exact=True)


def fill(page: Page, field: str, address: str, value: str) -> None:
    box = cell(page, field, address)
    if box.evaluate("element => element.localName") == "select":
        box.select_option(value)
    else:
        box.fill(value)
        box.press("Enter")
    expect(box).to_have_value(value)
    settled(page)


def figure(page: Page, name: str) -> Locator:
    return page.locator(".rx-strip > div", has_text=name).first.locator(".rx-v")


def number(figure: Locator) -> float:
    return float(re.sub(r"[^\d.]", "", figure.inner_text()))


def begin_with_nothing(page: Page) -> None:
    page.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name="Start from nothing").click()
    expect(page.get_by_text("Untitled network")).to_be_visible()
    settled(page)


def assemble(page: Page) -> None:
    """Make one stage of Res2NeXt blocks with SE, and two more after its likeness."""
    table = page.locator(".rx-stages")
    table.get_by_role("button", name="More columns", exact=True).click()
    cell(page, "Block", "layer1").select_option("res2net")
    expect(cell(page, "Scale", "layer1")).to_have_value("4")
    settled(page)
    fields = ("Width", "Cardinality", "Base width", "SE", "Blocks")
    for field, value in zip(fields, ("64", "4", "16", "16", "2"), strict=True):
        fill(page, field, "layer1", value)
    for stage in ("layer2", "layer3"):
        table.get_by_role("button", name="Add a stage", exact=True).click()
        expect(cell(page, "Cardinality", stage)).to_have_value("4")
        settled(page)


def hold_the_macs(page: Page) -> float:
    """Lock the multiply-adds, let the base width give way, and return what they are [M]."""
    page.get_by_text("Hold the budget").click()
    page.locator(".st-key-budget").get_by_role("radio", name="MACs").click()
    settled(page)
    expect(page.locator(".st-key-budget")).to_contain_text("Held at")
    return number(figure(page, "MACs at"))


def downloaded(page: Page, folder: Path) -> Path:
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("button", name="PyTorch").click()
    path = folder / "network.py"
    found.value.save_as(path)
    page.keyboard.press("Escape")
    return path


def test_res2next_with_se_from_nothing_to_a_file_that_runs(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    started = time.monotonic()
    begin_with_nothing(page)
    assemble(page)
    grown = figure(page, "Parameters").inner_text()

    table = page.locator(".rx-stages")
    grip = table.get_by_role("button", name="Move layer3", exact=True)
    grip.drag_to(table.locator("tr.stage").nth(0), target_position={"x": 30, "y": 4})
    expect(figure(page, "Parameters")).not_to_have_text(grown)
    page.get_by_role("button", name="Undo").click()
    expect(figure(page, "Parameters")).to_have_text(grown)
    settled(page)

    held = hold_the_macs(page)
    for stage in ("layer1", "layer2", "layer3"):
        fill(page, "Blocks", stage, "4")
    assert number(figure(page, "MACs at")) == pytest.approx(held, rel=0.05)
    assert int(cell(page, "Base width", "layer3").input_value()) < 16

    path = downloaded(page, tmp_path)
    assert time.monotonic() - started < 60 * MINUTES
    network = runpy.run_path(str(path))["Network"]().eval()
    shown = figure(page, "Parameters").inner_text().replace(",", "")
    assert sum(p.numel() for p in network.parameters()) == int(shown)
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert sum(name.endswith("se.fc1.weight") for name in network.state_dict()) == 12
