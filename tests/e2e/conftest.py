"""The app as a person runs it, and a real browser in front of it."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PROBES = ("_stcore/health", "_stcore/host-config")


@dataclass
class Server:
    """A running app.

    Attributes:
        process: The web process.
        port: Where it listens.
        home: Its data folder.
    """

    process: subprocess.Popen[bytes]
    port: int
    home: Path

    @property
    def url(self) -> str:
        """Return the address of the first page."""
        return f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        """End the web process, not its background worker."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}_stcore/health", timeout=2) as answer:  # noqa: S310
            return answer.read() == b"ok"
    except OSError:
        return False


def start(home: Path) -> Server:
    """Start the app with its data in ``home`` and wait until it answers."""
    port = _free_port()
    environment = {
        **os.environ,
        "EXPLORER_HOME": str(home),
        "EXPLORER_DATA": str(home / "cache"),
        "OMP_NUM_THREADS": "1",
    }
    log = (home / "web.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    server = Server(process, port, home)
    deadline = time.monotonic() + 90
    while not _answers(server.url):
        assert process.poll() is None, (home / "web.log").read_text()
        assert time.monotonic() < deadline, "the app does not answer"
        time.sleep(0.1)
    return server


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


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """Open a page that may not fail: no script error, no missing file of ours."""
    page = context.new_page()
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on(
        "response",
        lambda answer: (
            problems.append(f"{answer.status} {answer.url}")
            if answer.status >= 400 and not answer.url.endswith(PROBES)
            else None
        ),
    )
    yield page
    assert not problems, problems
    context.close()


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


def settled(page: Page) -> None:
    """Wait until the app has nothing left to do for this page."""
    page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]").wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")


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
