from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from job_lab import FAST, KINDS, Lab

from explorer.jobs.worker import Worker
from explorer.store.paths import home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.jobs.supervisor import Timing


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    lab = Lab(home())
    yield lab
    lab.ledger.close()


@pytest.fixture
def hire(lab: Lab) -> Iterator[Callable[..., Worker]]:
    """Start workers in threads of this process; they leave at the end of the test."""
    hired: list[tuple[Worker, threading.Thread]] = []

    def start(timing: Timing = FAST, **options: Any) -> Worker:
        worker = Worker(lab.home, timing=timing, **{"kinds": KINDS, "lease": 20, **options})
        thread = threading.Thread(target=worker.run)
        thread.start()
        hired.append((worker, thread))
        return worker

    yield start
    for worker, _ in hired:
        worker.leaving.set()
    for _, thread in hired:
        thread.join(timeout=20)
        assert not thread.is_alive()
