"""Fixtures of the browser tests."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from e2e_tools import ARGUMENTS, BROWSERS, Server, settled, start, watched
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Two browsers share two cores with two servers.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[Server]:
    running = start(home)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, "There is no browser: run `make browser`."
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with watched(context) as opened:
        yield opened


@pytest.fixture
def open_page(server: Server, page: Page) -> Callable[[str], Page]:
    """Open an address of the app and wait until it has been drawn."""

    def go(path: str = "") -> Page:
        page.goto(server.url + path)
        settled(page)
        return page

    return go


@pytest.fixture(scope="session")
def image_zip(home: Path) -> Path:
    """A zip of small images of two classes that a network can tell apart at once."""
    path = home / "datasets" / "two-colours.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for colour, name in enumerate(("blue", "red")):
            for i in range(40):
                pixels = generator.integers(0, 90, (16, 16, 3), dtype=np.uint8)
                pixels[..., 2 if colour == 0 else 0] += 150
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG")
                archive.writestr(f"{name}/{i}.png", file.getvalue())
    return path
