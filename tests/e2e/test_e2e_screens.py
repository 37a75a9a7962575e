"""A telephone and a projector: no page scrolls sideways, and what one does first is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e_tools import settled, watched
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from e2e_tools import Server
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]
SCREENS = {"telephone": (390, 844, 1.0), "projector": (1024, 576, 1.25)}
"""Width and height as the page sees them, and the zoom: a projector of 1280 x 720 at 125 %."""
FIRST: dict[str, Callable[[Page], Locator]] = {
    "": lambda page: page.get_by_role("button", name="Train this network"),
    "unravel": lambda page: page.get_by_text("Path lengths", exact=True),
    "train": lambda page: page.get_by_role("combobox", name="Data"),
    "compare": lambda page: page.get_by_role("combobox", name="Networks and runs, 2 to 4"),
    "cam": lambda page: page.get_by_role("combobox").locator("visible=true"),
    "lessons": lambda page: page.get_by_role("button", name="Begin here"),
    "lessons?lesson=degradation.1": lambda page: page.get_by_role(
        "heading", name="Degradation", exact=False
    ),
    "unravel?tour=2": lambda page: page.get_by_role("button", name="Next: Train"),
    "about": lambda page: page.get_by_role("button", name="Tour of the app"),
}
"""Page -> what one does first there."""
FITS = """() => {
  const pane = document.querySelector("[data-testid=stMain]");
  return [document.documentElement, pane].map((part) => part.scrollWidth - part.clientWidth);
}"""
BAR = """() => {
  const bar = document.querySelector("[data-testid=stHeader]");
  const shown = (part) => part.offsetParent !== null || getComputedStyle(part).position === "fixed";
  const parts = [...bar.querySelectorAll("img, a, [data-testid=stExpandSidebarButton]"),
    document.querySelector(".st-key-language button")].filter(shown);
  return [bar, ...parts].map((part) => {
    const box = part.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  }).filter(([left, , right]) => right > left);
}"""
Box = tuple[float, float, float, float]


@pytest.fixture(scope="module", params=SCREENS)
def screen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height, zoom = SCREENS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=zoom
    )
    with watched(context) as page:
        yield page


def overlaps(boxes: list[Box]) -> list[tuple[Box, Box]]:
    """Return the pairs of boxes that cover each other by more than a pixel."""
    return [
        (one, other)
        for i, one in enumerate(boxes)
        for other in boxes[i + 1 :]
        if min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]


@pytest.mark.parametrize("path", FIRST)
def test_a_page_fits_the_screen(server: Server, screen: Page, path: str, tmp_path: Path) -> None:
    screen.goto(server.url + path)
    first = FIRST[path](screen).first
    expect(first).to_be_visible(timeout=60_000)
    settled(screen)
    screen.screenshot(path=tmp_path / "screen.png")
    assert max(screen.evaluate(FITS)) <= 0, "the page scrolls sideways"
    bar, *parts = screen.evaluate(BAR)
    assert len(parts) > 1
    assert not overlaps(parts)
    box, size = first.bounding_box(), screen.viewport_size
    assert box is not None
    assert size is not None
    assert box["y"] >= bar[3] - 1, "the title bar lies over it"
    assert box["y"] + box["height"] <= size["height"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
