"""The story of the app: assemble two networks, see them, train both, compare where they look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_tools import Server, settled
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
Open = Callable[..., Page]


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.press_sequentially(option)
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def figure(page: Page, label: str) -> Locator:
    return page.locator(".rx-strip > div", has_text=label).first.locator(".rx-v")


def test_every_number_follows_an_edit(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    expect(figure(page, "Parameters")).to_have_text("269,722")
    expect(figure(page, "Paths")).to_have_text("512")

    choose(page, "Preset", "Res2Net-20 31w × 4s")
    expect(page).to_have_url(re.compile(r"arch=res2net20_31w_4s"))
    expect(figure(page, "Parameters")).to_have_text("259,688")
    expect(figure(page, "Paths")).to_have_text("64")

    scale = page.get_by_role("spinbutton", name="Scale", exact=True)
    scale.fill("8")
    scale.press("Enter")
    settled(page)
    expect(page.locator(".rx-badge")).to_have_text("edited")
    expect(page).to_have_url(re.compile(r"spec=1\."))
    edited = figure(page, "Parameters").inner_text()
    assert edited != "259,688"

    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(figure(page, "Parameters")).to_have_text("259,688")
    page.get_by_role("button", name="Redo").click()
    settled(page)
    expect(figure(page, "Parameters")).to_have_text(edited)


def test_a_shortcut_that_does_not_fit_is_explained_and_repaired(open_page: Open) -> None:
    page = open_page("?arch=resnet20")
    choose(page, "Shortcut", "Identity only")
    expect(
        page.get_by_text("The branch gives 32 × 16², the shortcut brings 16 × 32².")
    ).to_be_visible()
    expect(figure(page, "Parameters")).to_have_text("269,722")
    page.get_by_role("button", name="Use a projection").click()
    settled(page)
    expect(figure(page, "Parameters")).to_have_text("272,474")


def train(page: Page, data: str) -> None:
    choose(page, "Data", data)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1")
    epochs.press("Enter")
    settled(page)
    page.get_by_role("button", name="Train this network").click()
    settled(page)


def test_train_two_networks_and_compare_where_they_look(
    open_page: Open, server: Server, image_zip: Path
) -> None:
    page = open_page("train?arch=resnet20")
    expect(page.get_by_text("No trainings yet")).to_be_visible()
    train(page, image_zip.stem)
    jobs = page.get_by_test_id("job")
    expect(jobs).to_have_count(1)

    page = open_page("?arch=res2net20_31w_4s")
    page.get_by_role("button", name="Train this network").click()
    settled(page)
    train(page, image_zip.stem)
    expect(jobs).to_have_count(2)

    page.reload()
    settled(page)
    for i in range(2):
        expect(jobs.nth(i)).to_have_attribute("data-state", "done", timeout=240_000)
        expect(jobs.nth(i)).to_contain_text("%")
    expect(page.get_by_test_id("chart-loss").locator("path.line")).to_have_count(2, timeout=20_000)

    page.get_by_role("button", name="Compare where they look").click()
    settled(page)
    expect(page.get_by_role("heading", name="Difference")).to_be_visible(timeout=90_000)
    images = page.locator("[data-testid=stImage] img")
    expect(images).to_have_count(6)
    page.get_by_test_id("stButtonGroup").get_by_text("layer2", exact=True).click()
    settled(page)
    expect(page.get_by_text("layer2.2.relu2")).to_be_visible()
    link = page.url
    assert "layer=layer2" in link

    page.goto(link)
    settled(page)
    expect(page.get_by_role("heading", name="Difference")).to_be_visible(timeout=60_000)
    assert "torch" not in loaded_libraries(server)


def loaded_libraries(server: Server) -> str:
    """Return the libraries that the web process has mapped."""
    return Path(f"/proc/{server.process.pid}/maps").read_text()


def test_a_running_training_can_be_stopped(open_page: Open, image_zip: Path) -> None:
    page = open_page("train?arch=wrn_28_10")
    choose(page, "Data", image_zip.stem)
    page.get_by_role("button", name="Train this network").click()
    settled(page)
    job = page.get_by_test_id("job").filter(has_text="WRN-28-10")
    expect(job).to_have_attribute("data-state", "running", timeout=60_000)
    job.get_by_role("button", name="Stop").click()
    expect(job).to_have_attribute("data-state", "cancelled", timeout=15_000)
