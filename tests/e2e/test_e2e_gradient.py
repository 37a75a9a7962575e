"""The gradient, effective depth and responses on the Unravel page, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from e2e_tools import settled
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
Open = Callable[..., Page]
SLOW = 120_000
"""The first computation also starts a process with torch [ms]."""


def computed(page: Page, button: str, heading: str) -> None:
    """Ask for a computation where there is a button, and wait for what it gives."""
    asked, there = (
        page.get_by_role("button", name=button),
        page.get_by_role("heading", name=heading),
    )
    expect(asked.or_(there).first).to_be_visible(timeout=SLOW)
    if asked.count():
        asked.first.click()
    expect(there).to_be_visible(timeout=SLOW)
    settled(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_gradient_is_split_and_its_sum_is_checked(open_page: Open, width: int) -> None:
    page = open_page("unravel?arch=resnet20&view=gradient&seed=3")
    page.set_viewport_size({"width": width, "height": 900})
    computed(page, "Compute the gradient", "Share of the gradient by length")
    expect(page.get_by_text(re.compile("within 10⁻¹[³⁴⁵⁶⁷]"))).to_be_visible()
    expect(page.get_by_text("A ReLU follows the addition in 9 of 9 blocks")).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(4)
    expect(page).to_have_url(re.compile("view=gradient.*seed=3|seed=3.*view=gradient"))
    page.get_by_text("Table", exact=True).first.click()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save CSV").first.click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("length,count,exact_norm,share,norm_share,rms_path_norm")
    assert [line.split(",")[1] for line in lines[1:]] == [
        str(n) for n in (1, 9, 36, 84, 126, 126, 84, 36, 9, 1)
    ]
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


def test_moving_the_depth_shades_the_stack(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet20&view=depth&depth=4")
    computed(page, "Compute the gradient", "How deep each block learns")
    expect(page.locator(".rx-depth .rx-beyond")).to_have_count(5)
    expect(page.locator(".rx-depth .rx-row")).to_have_count(9)
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.locator(".rx-depth .rx-beyond")).to_have_count(6)
    expect(page).to_have_url(re.compile("depth=3"))
    # What is drawn must be seen: boxes that collapse would still count.
    box = page.locator(".rx-depth .rx-beyond").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 8


def test_leaving_gives_a_computation_up(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet110&view=gradient&longest=0&draws=10&images=1&seed=8")
    page.get_by_role("button", name="Compute the gradient").click()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=SLOW)
    page.get_by_text("Path lengths", exact=True).click()
    expect(page.get_by_role("heading", name="Lengths by unit")).to_be_visible(timeout=SLOW)
    settled(page)
    # The process that was given up makes room for the next one.
    page.goto(page.url.split("unravel")[0] + "unravel?arch=resnet20&view=gradient&seed=4")
    computed(page, "Compute the gradient", "Share of the gradient by length")


def test_responses_of_plain_and_residual_networks(open_page: Open) -> None:
    page = open_page("unravel?arch=resnet20&view=responses")
    page.get_by_role("button", name="Plain and residual, two depths").click()
    expect(page).to_have_url(re.compile("nets=plain20%2Cplain56%2Cresnet20%2Cresnet56"))
    settled(page)
    computed(page, "Measure the responses", "Sorted")
    for name in ("Plain-20", "ResNet-56"):
        entry = page.get_by_role("listitem").filter(has_text=f"{name}, untrained")
        expect(entry.first).to_be_visible()
