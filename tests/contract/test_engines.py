"""What holds whatever brings jobs and workers together: the same tests for every engine."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from engine_sites import ENGINES, Site, busyness, is_gone, wait_until

from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postgres_server import Postgres

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module", params=ENGINES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """An installation with two workers; tests that kill one hire another."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite-embedded":
        url = f"sqlite:///{folder / 'ledger.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create()
    site = Site(request.param, folder, url)
    site.hire()
    if request.param != "submitit-local":  # its dispatcher has many machines
        site.hire()
    yield site
    site.close()


def test_a_job_runs_to_its_end_and_leaves_its_curve(site: Site) -> None:
    job_id = site.submit("count", steps=12)
    job = site.ended(job_id)
    assert (job.state, job.attempt, job.result) == (State.DONE, 1, {"first": 0})
    assert site.steps(job_id) == list(range(12))
    assert site.ledger.checkpoints(job_id) == []


def test_a_persons_mistake_and_an_unknown_kind_fail_and_the_next_job_runs(site: Site) -> None:
    wrong, unknown, right = (site.submit(kind, steps=2) for kind in ("refuse", "knit", "count"))
    assert site.ended(wrong).reason == "The folder is empty. Choose another."
    assert "cannot run jobs of the kind" in site.ended(unknown).reason
    assert site.ended(right).state is State.DONE


def test_cancelling_takes_two_seconds_or_seven_and_leaves_no_orphan(site: Site) -> None:
    good, stuck = site.submit("count", steps=10_000, pause=0.05), site.submit("spin")
    wait_until(lambda: site.steps(good) and len(site.pids(stuck)) == 2)
    asked = time.monotonic()
    assert site.ledger.request(good)
    assert site.ledger.request(stuck)
    assert site.ended(good).state is State.CANCELLED
    assert time.monotonic() - asked < 2 * busyness()
    assert site.ended(stuck).state is State.CANCELLED
    assert time.monotonic() - asked < 7 * busyness()
    assert wait_until(lambda: all(is_gone(pid) for j in (good, stuck) for pid in site.pids(j)))


def test_a_pause_is_no_crash_and_ends_where_it_began(site: Site) -> None:
    job_id = site.submit("count", steps=40, pause=0.1)
    for pauses in range(1, 3):
        seen = len(site.steps(job_id))
        wait_until(lambda seen=seen: len(site.steps(job_id)) > seen + 3)
        assert site.ledger.request(job_id, "pause")
        wait_until(lambda: site.ledger.job(job_id).state is State.PAUSED)
        assert wait_until(lambda: all(is_gone(pid) for pid in site.pids(job_id)))
        assert site.ledger.job(job_id).attempt == pauses
        site.desk.resume(job_id)
        site.ring()
    job = site.ended(job_id)
    assert (job.state, job.attempt, job.crashes, job.losses) == (State.DONE, 3, 0, 0)
    assert site.steps(job_id) == list(range(40))


def test_a_killed_job_resumes_from_its_checkpoint(site: Site) -> None:
    job_id = site.submit("count", steps=30, pause=0.03)
    wait_until(lambda: len(site.steps(job_id)) > 8)
    os.kill(site.pids(job_id)[0], signal.SIGKILL)
    job = site.ended(job_id)
    assert (job.state, job.attempt, job.crashes) == (State.DONE, 2, 1)
    assert (job.result or {})["first"] >= 5
    assert site.steps(job_id) == list(range(30))


def test_users_take_turns_and_a_flood_delays_nobody(site: Site) -> None:
    site.desk.set_rules(user_running=1)
    flood = [site.submit("count", user="flood", steps=2) for _ in range(6)]
    others = [site.submit("count", user=user, steps=2) for user in ("anna", "ben") for _ in "12"]
    for job_id in (*flood, *others):
        assert site.ended(job_id).state is State.DONE
    site.desk.set_rules(user_running=None)
    starts = sorted((site.ledger.job(j).started or 0.0, j) for j in (*flood, *others))
    order = [job_id for _, job_id in starts]
    # Two places: by the time of the last of the others the flood has had its own turns only.
    assert max(order.index(job_id) for job_id in others) <= 7


def test_the_queue_can_be_paused_and_cleared(site: Site) -> None:
    site.desk.set_rules(paused=True)
    ids = [site.submit("count", steps=2) for _ in range(3)]
    time.sleep(0.7)
    assert {site.ledger.job(job_id).state for job_id in ids} == {State.QUEUED}
    assert site.desk.clear() == 3
    site.desk.set_rules(paused=False)
    assert {site.ended(job_id).state for job_id in ids} == {State.CANCELLED}


def test_when_its_worker_is_killed_another_goes_on_within_lease_and_ten_seconds(
    site: Site,
) -> None:
    job_id = site.submit("count", steps=40, pause=0.03)
    wait_until(lambda: len(site.steps(job_id)) > 8)
    site.holder(job_id).kill()
    killed = time.monotonic()
    assert wait_until(lambda: is_gone(site.pids(job_id)[0]), 2.0 * busyness())
    wait_until(lambda: len(site.pids(job_id)) == 2)
    assert time.monotonic() - killed < site.lease + 10 * busyness()
    job = site.ended(job_id)
    assert (job.state, job.attempt, job.losses, job.crashes) == (State.DONE, 2, 1, 0)
    assert (job.result or {})["first"] >= 5
    assert site.steps(job_id) == list(range(40))
    assert not [line for line in site.account(job_id) if line[0] == "DOUBLE"]
