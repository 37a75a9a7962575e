"""Kills at random moments, and an account of them kept outside of everything that is tested."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil
from engine_sites import HERE, busyness, wait_until
from sqlalchemy import select

from explorer.store.queue import MAX_CRASHES, MAX_LOSSES
from explorer.store.records import State
from explorer.store.tables import worker

if TYPE_CHECKING:
    from engine_sites import Site

PLACES = 2
MOST = 5
GRACE = 10.0
"""Seconds beyond a lease within which a job must go on, on a machine with nothing else to do."""


@dataclass
class Chaos:
    """Kills workers, jobs' processes and the app, and starts workers and app again."""

    site: Site
    seed: int
    kills: dict[str, int] = field(default_factory=lambda: {"worker": 0, "child": 0, "app": 0})
    hit: dict[str, int] = field(default_factory=dict)
    recoveries: list[float] = field(default_factory=list)
    orphaned: list[tuple[str, float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - no secret
        self._signed = self.site.folder / "signed.txt"
        self._app = self._start_app()
        self._crew = [self.site.hire(PLACES) for _ in range(2)]

    def _start_app(self) -> subprocess.Popen[bytes]:
        arguments = [str(self._signed), str(self.site.oracle), str(MOST)]
        with (self.site.folder / "app.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, HERE / "chaos_app.py", *arguments],
                env={**self.site.environment(99), "EXPLORER_EMBEDDED": "off"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def signed(self) -> list[str]:
        return self._signed.read_text().split() if self._signed.exists() else []

    def run(self, count: int) -> None:
        """Kill so many times, then let everything come to rest."""
        wait_until(self._running)
        while sum(self.kills.values()) < count:
            time.sleep(self._random.uniform(0.1, 0.9))
            self._kill_one()
        self._app.kill()
        self._app.wait()
        wait_until(lambda: not self.site.ledger.work_left(), 90)
        self._settle()

    def _running(self) -> list[str]:
        jobs = self.site.ledger.jobs(20)
        live = [job for job in jobs if job.state is State.RUNNING]
        return [job.id for job in live if len(self.site.pids(job.id)) == job.attempt]

    def _kill_one(self) -> None:
        what = self._random.choice(("worker", "child", "child", "app"))
        if what == "app":
            self._app.kill()
            self._app.wait()
            self._app = self._start_app()
        elif what == "worker":
            # One machine of two is lost at a time: with none there, nothing could go on.
            place = self._random.randrange(len(self._crew))
            wait_until(lambda: self._is_ready(self._crew[1 - place]), 60)
            self._crew[place].kill()
            self._crew[place].wait()
            self._note_orphans()
            self._crew[place] = self.site.hire(PLACES)
        else:
            running = self._running()
            if not running:
                return
            self._kill_child(self._random.choice(running))
        self.kills[what] += 1

    def _is_ready(self, one: subprocess.Popen[bytes]) -> bool:
        """Return whether a worker has started and signed in."""
        with self.site.ledger.engine.connect() as db:
            owners = db.scalars(select(worker.c.owner)).all()
        return any(owner.split(":")[1] == str(one.pid) for owner in owners)

    def _kill_child(self, job_id: str) -> None:
        pid = self.site.pids(job_id)[-1]
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()
        self.hit[job_id] = self.hit.get(job_id, 0) + 1
        self.orphaned.append((job_id, time.time(), len(self.site.pids(job_id))))

    def _note_orphans(self) -> None:
        now = time.time()
        for job_id in self._running():
            starts = self.site.pids(job_id)
            with contextlib.suppress(psutil.Error):
                parent = psutil.Process(starts[-1]).ppid()
                if parent in {each.pid for each in self._crew if each.poll() is None}:
                    continue
            self.hit[job_id] = self.hit.get(job_id, 0) + 1
            self.orphaned.append((job_id, now, len(starts)))

    def _settle(self) -> None:
        """Measure how long each interrupted job waited until it ran again."""
        for job_id, killed, before in self.orphaned:
            starts = [float(line[3]) for line in self.site.account(job_id) if line[0] == "start"]
            if len(starts) > before:
                self.recoveries.append(starts[before] - killed)


def judge(chaos: Chaos) -> None:
    """Hold the ledger against the account.

    Nothing acknowledged is lost, nothing ran twice at once, no point is missing or doubled, and
    whatever was interrupted went on in time.
    """
    site = chaos.site
    jobs = {job.id: job for job in site.ledger.jobs(100_000)}
    signed = chaos.signed()
    assert len(signed) == len(set(signed))
    for job_id in signed:
        job = jobs.get(job_id)
        assert job is not None, f"{job_id} was acknowledged and is lost"
        assert not [line for line in site.account(job_id) if line[0] == "DOUBLE"]
        # Only what was done to it, and only too often, makes a job fail.
        assert job.crashes <= chaos.hit.get(job_id, 0), job
        assert job.losses <= chaos.kills["worker"], job
        if job.state is State.FAILED:
            assert job.crashes > MAX_CRASHES or job.losses > MAX_LOSSES, job
            continue
        assert job.state is State.DONE, job
        assert site.steps(job_id) == list(range(15)), job
        assert [line for line in site.account(job_id) if line[0] == "end"], job
    assert max(chaos.recoveries, default=0.0) <= site.lease + GRACE * busyness()
