"""How fast the ledger is, and how soon a job answers; run by ``make bench``."""

from __future__ import annotations

import os
import statistics
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from explorer import preset
from explorer.jobs import client
from explorer.jobs.worker import Worker
from explorer.store.ledger import Ledger
from explorer.store.paths import home
from explorer.store.records import State
from explorer.training.recipes import DEFAULT, recipes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.bench


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 52, 0)], ids=["TRUNCATE", "WAL"])
def test_a_report_of_a_job_does_not_wait_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    took: list[float] = []

    def report(user: str) -> None:
        ledger.submit("train", {}, title="", user=user)
        claim = ledger.claim(user)
        assert claim is not None
        for step in range(0, 20, 2):
            began = time.perf_counter()
            points = [(step + n, {"loss": 1.0, "lr": 0.1}) for n in range(2)]
            ledger.report(claim, points, fraction=0.5, text="Epoch 1")
            ledger.wish(claim)
            took.append(time.perf_counter() - began)
            time.sleep(max(0.0, 0.5 - took[-1]))

    threads = [threading.Thread(target=report, args=(f"user{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()
    cuts = statistics.quantiles(took, n=100)
    print(f"\n8 jobs at 2 Hz: p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.0f} ms; {load()}")
    assert cuts[49] < 0.25


def test_a_warm_spare_answers_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))
    recipe = {**recipes()[DEFAULT].recipe.model_dump(mode="json"), "epochs": 1}
    spec = preset("resnet20").model_dump(mode="json")
    payload = {"spec": spec, "data": "digits", "recipe": recipe, "device": "cpu"}
    medians: dict[bool, float] = {}
    for spares in (False, True):
        worker = Worker(home(), spares=spares)
        thread = threading.Thread(target=worker.run)
        thread.start()
        took: list[float] = []
        for _ in range(4):
            for kept in worker._spares.values():
                time.sleep(15.0)
                rss = psutil.Process(kept.pid).memory_full_info()
                print(f"\nspare: {rss.rss / 1e6:.0f} MB resident, {rss.uss / 1e6:.0f} MB its own")
            began = time.perf_counter()
            job_id = client.submit("train", payload, title="", user="me")
            while not client.metrics(job_id):
                time.sleep(0.01)
            took.append(time.perf_counter() - began)
            client.ledger().request(job_id)
            while client.job(job_id).state is State.RUNNING:
                time.sleep(0.05)
        worker.leaving.set()
        thread.join()
        medians[spares] = statistics.median(took[1:])
        print(
            f"\nfirst metric of ResNet-20 after {medians[spares]:.2f} s, spare: {spares}; {load()}"
        )
    assert medians[True] < 0.7 * medians[False]
    assert medians[True] <= 3.0
