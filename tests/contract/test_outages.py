"""The database goes away, a worker freezes, a machine loses its network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from engine_sites import HERE, Site, is_gone, wait_until
from postgres_server import Postgres

from explorer.errors import JobError
from explorer.jobs import client
from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.alone


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of the test's own: it is stopped."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture
def away(server: Postgres, tmp_path: Path) -> Iterator[Site]:
    site = Site("postgresql-polling", tmp_path / "site", server.create(), lease=8.0)
    yield site
    site.close()


def test_a_database_that_is_away_for_less_than_a_lease_costs_nothing(
    server: Postgres, away: Site
) -> None:
    job_id = away.submit("count", steps=90, pause=0.06)
    away.hire()
    wait_until(lambda: len(away.steps(job_id)) > 5)
    server.stop()
    time.sleep(3)
    server.start()
    seen = time.monotonic()
    wait_until(lambda: len(away.steps(job_id)) > 40)
    assert time.monotonic() - seen < 5
    job = away.ended(job_id)
    assert (job.state, job.attempt, job.losses, job.crashes) == (State.DONE, 1, 0, 0)
    assert away.steps(job_id) == list(range(90))


@pytest.mark.slow
def test_a_database_that_is_away_for_longer_costs_what_came_after_the_checkpoint(
    server: Postgres, away: Site
) -> None:
    job_id = away.submit("count", steps=300, pause=0.06)
    away.hire()
    wait_until(lambda: len(away.steps(job_id)) > 12)
    server.stop()
    assert wait_until(lambda: is_gone(away.pids(job_id)[0]), away.lease + 1)
    time.sleep(30 - away.lease)
    server.start()
    back = time.monotonic()
    wait_until(lambda: len(away.pids(job_id)) == 2)
    assert time.monotonic() - back < 10
    job = away.ended(job_id, 60)
    assert (job.state, job.attempt) == (State.DONE, 2)
    assert (job.result or {})["first"] >= 10
    assert away.steps(job_id) == list(range(300))


def test_a_worker_that_starts_before_its_database_waits_for_it(
    server: Postgres, away: Site
) -> None:
    job_id = away.submit("count", steps=3)
    server.stop()
    worker = away.hire()
    log = away.folder / "worker0.log"
    wait_until(lambda: "cannot be reached; waiting for it" in log.read_text())
    assert worker.poll() is None
    server.start()
    assert away.ended(job_id).state is State.DONE


def test_people_are_told_in_a_sentence_that_the_database_is_away(
    server: Postgres, away: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXPLORER_LEDGER", away.url)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    assert client.jobs() == []
    server.stop()
    with pytest.raises(JobError, match="cannot be reached just now; running jobs go on") as told:
        client.submit("count", {}, title="", user="me")
    assert told.value.hint.startswith("Try again in a moment.")
    server.start()
    assert client.jobs() == []
    client.ledger().close()


def test_a_frozen_worker_never_runs_a_job_beside_another(
    postgres: Postgres, tmp_path: Path
) -> None:
    site = Site("postgresql-polling", tmp_path / "site", postgres.create())
    try:
        job_id = site.submit("count", steps=60, pause=0.05)
        frozen = site.hire()
        wait_until(lambda: len(site.steps(job_id)) > 8)
        os.kill(frozen.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        site.hire()
        wait_until(lambda: is_gone(site.pids(job_id)[0]), site.lease + 1)
        wait_until(lambda: len(site.pids(job_id)) == 2)
        assert time.monotonic() - stopped < site.lease + 10
        os.kill(frozen.pid, signal.SIGCONT)
        job = site.ended(job_id)
        assert (job.state, job.attempt, job.losses) == (State.DONE, 2, 1)
        assert site.steps(job_id) == list(range(60))
        assert not [line for line in site.account(job_id) if line[0] == "DOUBLE"]
        assert frozen.poll() is None
    finally:
        site.close()


@pytest.mark.skipif(
    shutil.which("ip") is None or os.getuid() != 0, reason="network namespaces need ip and root"
)
def test_machines_of_two_networks_share_the_work_and_one_takes_over(tmp_path: Path) -> None:
    """Two network namespaces stand for two machines; the second loses its cable."""
    lab = Machines(tmp_path)
    try:
        lab.run()
    finally:
        lab.close()


class Machines:
    """Three namespaces: one with the database, and two machines with a cable each to it.

    Nothing of it is in the network of this machine, where a cut cable would let packets out.
    """

    def __init__(self, folder: Path) -> None:
        self.hub, *self.names = [f"rx{os.getpid() % 10000}{end}" for end in "hab"]
        self.folder = folder
        self.server: Postgres | None = None
        self.site: Site | None = None
        for name in (self.hub, *self.names):
            self.do(f"ip netns add {name}")
        for number, name in enumerate(self.names):
            self.do(
                f"ip link add {name}0 netns {self.hub} type veth peer name {name}1 netns {name}"
            )
            for place, end in ((self.hub, 0), (name, 1)):
                address = f"192.0.2.{16 * number + end + 1}/28"
                self.do(f"ip -n {place} addr add {address} dev {name}{end}")
                self.do(f"ip -n {place} link set {name}{end} up")

    def do(self, line: str) -> None:
        subprocess.run(line.split(), check=True)

    def hire(self, number: int) -> None:
        assert self.site is not None
        assert self.server is not None
        database = self.site.url.partition("?")[0].rpartition("/")[2]
        address = f"192.0.2.{16 * number + 1}:{self.server.port}"
        environment = {
            **self.site.environment(number),
            "EXPLORER_LEDGER": f"postgresql://app@{address}/{database}",
        }
        inside = ["ip", "netns", "exec", self.names[number]]
        script = [sys.executable, str(HERE / "engine_worker.py"), str(self.site.lease), "1"]
        with (self.folder / f"machine{number}.log").open("wb") as log:
            worker = subprocess.Popen(
                [*inside, *script], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.site.workers.append(worker)

    def run(self) -> None:
        self.server = Postgres(namespace=self.hub, listen="192.0.2.1,192.0.2.17")
        url = self.server.create()
        self.site = site = Site("postgresql-polling", self.folder / "site", url, lease=3.0)
        jobs = [site.submit("count", user=user, steps=70, pause=0.05) for user in "ab"]
        for number in range(2):
            self.hire(number)
        wait_until(lambda: all(len(site.steps(job_id)) > 8 for job_id in jobs))
        holders = {site.holder(job_id).pid: job_id for job_id in jobs}
        lost = holders[site.workers[1].pid]
        kept = holders[site.workers[0].pid]
        self.do(f"ip -n {self.hub} link set {self.names[1]}0 down")
        assert wait_until(lambda: is_gone(site.pids(lost)[0]), site.lease + 2)
        for job_id, attempts in ((kept, 1), (lost, 2)):
            job = site.ended(job_id, 60)
            assert (job.state, job.attempt) == (State.DONE, attempts)
            assert site.steps(job_id) == list(range(70))
            assert not [line for line in site.account(job_id) if line[0] == "DOUBLE"]

    def close(self) -> None:
        if self.site is not None:
            self.site.close()
        if self.server is not None:
            self.server.remove()
        for name in (self.hub, *self.names):
            subprocess.run(["ip", "netns", "del", name], check=False)
