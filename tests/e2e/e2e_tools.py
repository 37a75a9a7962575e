"""The app as a person runs it, and a real browser in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError as TooLateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

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


# Of Streamlit's own marks none says that a deed has reached the server: the script still counts
# as not running for some frames. So nothing may run, be missing or move for a while.
_CALM = """({ frames, seconds }) => {
  const app = document.querySelector("[data-testid=stApp]");
  const isReady =
    app?.dataset.testConnectionState === "CONNECTED" &&
    app.dataset.testScriptState === "notRunning" &&
    !document.querySelector("[data-testid=stSkeleton]");
  const look = document.querySelector("[data-testid=stMainBlockContainer]")?.scrollHeight;
  const now = performance.now();
  if (!isReady || window.calm?.look !== look) window.calm = { look, since: now, frames: 0 };
  window.calm.frames += 1;
  return isReady && window.calm.frames > frames && now - window.calm.since > 1000 * seconds;
}"""


def settled(page: Page) -> None:
    """Wait until the app has nothing left to do for this page."""
    page.evaluate("window.calm = undefined")
    page.wait_for_function(_CALM, arg={"frames": 6, "seconds": 0.2})


def choose(page: Page, label: str, option: str) -> None:
    """Choose; a list that closes because the form still moves is opened again, as a person does."""
    box = page.get_by_role("combobox", name=label, exact=True)
    for is_last in (False, False, True):
        box.click()
        box.press_sequentially(option)
        try:
            wanted = page.get_by_role("option", name=option, exact=True)
            wanted.click(timeout=15_000 if is_last else 3_000)
            break
        except TooLateError:
            if is_last:
                raise
            box.press("Escape")
    settled(page)
