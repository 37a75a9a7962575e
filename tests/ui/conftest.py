"""Pages without a browser: Streamlit's AppTest on our frame, with a data folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import compute
from explorer.jobs import client

ROOT = Path(__file__).resolve().parents[2]
FRAME = ROOT / "explorer" / "ui" / "frame.py"
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep jobs and runs of one test to itself."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "cache"))
    yield tmp_path
    client.ledger().close()


@pytest.fixture(scope="session", autouse=True)
def compute_ends() -> Iterator[None]:
    yield
    compute.shutdown()


@pytest.fixture
def open_page() -> Open:
    """Open a page with query parameters."""

    def go(page: str = "build", **parameters: str) -> AppTest:
        app = AppTest.from_file(str(FRAME), default_timeout=60)
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        if page != "build":
            app.switch_page(f"../../pages/{page}.py").run()
        return app

    return go
