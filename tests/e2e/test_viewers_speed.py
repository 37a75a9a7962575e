"""A class that watches: viewers who ask as the Train page does, while trainings run.

Two jobs train in a worker; the other live runs report as trainings do, twice a second. Every
viewer asks for the list once a second and, in the same second, for the curves that it draws.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import psutil
import pytest
from e2e_tools import ROOT, Server, start

from explorer import preset
from explorer.api import sign
from explorer.api.routes import viewer_key
from explorer.store.ledger import Ledger
from explorer.store.paths import home
from explorer.training.recipes import DEFAULT, recipes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explorer.store.records import Claim

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

VIEWERS, RUNS, TRAINING, DRAWN = 100, 8, 2, 4
SECONDS = 20.0
MOST_MS, MOST_CORES = 50.0, 0.3


class Seen(NamedTuple):
    """What the viewers have measured.

    Attributes:
        took: From a question to the end of its answer [s].
        ages: From a report of a job to its arrival [s].
        asked: How many questions were answered.
        cores: Processor time of the web process by time.
    """

    took: list[float]
    ages: list[float]
    asked: int
    cores: float


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The app without a worker of its own, with the home of this process."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("EXPLORER_EMBEDDED", "off")
    running = start(tmp_path)
    yield running
    running.stop()


def submit(ledger: Ledger, count: int, epochs: int) -> list[str]:
    recipe = recipes()[DEFAULT].recipe.changed(epochs=epochs).model_dump(mode="json")
    spec = preset("resnet20").model_dump(mode="json")
    payload = {"spec": spec, "data": "digits", "recipe": recipe, "device": "cpu"}
    return [ledger.submit("train", payload, title=f"Run {n}", user=f"u{n}") for n in range(count)]


@contextmanager
def reporting(ledger: Ledger, claims: list[Claim]) -> Iterator[None]:
    """Report for jobs that nobody trains: two batches a second, two points each."""
    done = threading.Event()

    def report() -> None:
        for turn in itertools.count():
            for claim in claims:
                steps = [2 * turn + 1, 2 * turn + 2]
                told = {"loss": 1.0, "lr": 0.1, "test_accuracy": 0.5, "epoch": turn / 100}
                points = [(step, {**told, "clock": time.time()}) for step in steps]
                ledger.report(claim, points, fraction=min(turn / 1000, 1.0), text=f"Epoch {turn}")
                ledger.renew(claim)
            if done.wait(0.5):
                break

    thread = threading.Thread(target=report)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def training(ledger: Ledger, jobs: list[str]) -> Iterator[None]:
    """Have a worker train jobs, two at once."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "explorer", "worker", "--slots", str(TRAINING), "--no-spare"],
        cwd=ROOT,
    )
    try:
        until = time.monotonic() + 120
        while not all(ledger.metrics(job_id) for job_id in jobs):
            assert time.monotonic() < until, "the trainings have not begun"
            time.sleep(0.2)
        yield
    finally:
        for job_id in jobs:
            ledger.request(job_id)
        time.sleep(3)
        worker.terminate()
        worker.wait(30)


class Viewer:
    """One page that is open: a connection that is kept, and what it knows already."""

    def __init__(self, port: int, name: str, jobs: list[str]) -> None:
        self._port = port
        self._name = name
        self._token, self._next = sign(viewer_key(name)), ""
        self._jobs = {job_id: (sign(job_id), "0") for job_id in jobs}
        self.took: list[float] = []
        self.ages: list[float] = []

    async def watch(self, delay: float, until: float) -> None:
        await asyncio.sleep(delay)
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        while time.monotonic() < until:
            began = time.monotonic()
            await self._look()
            await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
        self._writer.close()

    async def _look(self) -> None:
        query = {"viewer": self._name, "token": self._token, "kind": "train", "batch": ""}
        news = await self._get(f"/api/queue?{urlencode({**query, 'since': self._next})}")
        if news is not None:
            self._token, self._next = news["token"], news["next"]
            assert len(news["jobs"]) == RUNS
        for job_id, (token, since) in self._jobs.items():
            query = {"since": since, "token": token}
            news = await self._get(f"/api/live/{job_id}?{urlencode(query)}")
            if news is None:
                continue
            self._jobs[job_id] = (news["token"], news["next"])
            clocks = [point["data"].get("clock") for point in news["points"]]
            if since != "0" and clocks and clocks[-1]:
                self.ages.append(time.time() - clocks[-1])

    async def _get(self, path: str) -> dict | None:
        began = time.perf_counter()
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        found = head.partition("content-length:")[2].split()
        body = await self._reader.readexactly(int(found[0]) if found else 0)
        self.took.append(time.perf_counter() - began)
        status = int(head.split()[1])
        assert status in (200, 204), head
        return json.loads(body) if status == 200 else None


def watched_by(server: Server, jobs: list[str]) -> Seen:
    web = psutil.Process(server.process.pid)

    async def watch() -> list[Viewer]:
        viewers = [Viewer(server.port, f"viewer{n}", jobs[:DRAWN]) for n in range(VIEWERS)]
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(v.watch(n / VIEWERS, until) for n, v in enumerate(viewers)))
        return viewers

    before, began = web.cpu_times(), time.monotonic()
    viewers = asyncio.run(watch())
    after, ended = web.cpu_times(), time.monotonic()
    spent = after.user + after.system - before.user - before.system
    took = [each for viewer in viewers for each in viewer.took]
    ages = [each for viewer in viewers for each in viewer.ages]
    return Seen(took, ages, len(took), spent / (ended - began))


def test_a_class_may_watch(lab: Server) -> None:
    ledger = Ledger(home().ledger_url)
    told = submit(ledger, RUNS - TRAINING, 5)
    claims = [claim for _ in told if (claim := ledger.claim("reporter"))]
    assert len(claims) == len(told)
    real = submit(ledger, TRAINING, 200)
    with reporting(ledger, claims), training(ledger, real):
        seen = watched_by(lab, [*real, *told])
    ledger.close()
    cuts = [1000 * each for each in statistics.quantiles(seen.took, n=100)]
    print(
        f"\n{VIEWERS} viewers, {RUNS} live runs, {TRAINING} of them training, each viewer asks "
        f"for the list and {DRAWN} curves: {seen.asked / SECONDS:.0f} answers a second; p50 "
        f"{cuts[49]:.1f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms; web process "
        f"{seen.cores:.2f} core; a report is seen after {statistics.median(seen.ages):.2f} s "
        f"(median); load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    assert cuts[49] <= MOST_MS
    assert seen.cores <= MOST_CORES
