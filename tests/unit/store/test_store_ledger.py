from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from explorer.errors import JobError
from explorer.store.desk import Desk
from explorer.store.ledger import MAX_QUEUED, Ledger
from explorer.store.queue import MAX_LOSSES
from explorer.store.records import Claim, LeaseLostError, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = Ledger(url, lease=30)
    yield ledger
    ledger.close()


def submit(ledger: Ledger, user: str = "me", priority: int = 0) -> str:
    job_id = ledger.submit("train", {"epochs": 3}, title="A run", user=user, priority=priority)
    time.sleep(0.002)  # the clock of SQLite counts milliseconds
    return job_id


def claim(ledger: Ledger, owner: str = "worker") -> Claim:
    claim = ledger.claim(owner)
    assert claim is not None
    return claim


def expire(url: str) -> None:
    """Let every lease be over, as if its worker had been silent for an hour."""
    with create_engine(url).begin() as db:
        db.execute(text("UPDATE job SET lease_until = lease_until - 3600"))


def test_a_job_from_its_submission_to_its_end(ledger: Ledger) -> None:
    job_id = submit(ledger)
    waiting = ledger.job(job_id)
    assert (waiting.state, waiting.attempt, waiting.payload) == (State.QUEUED, 0, {"epochs": 3})
    right = claim(ledger)
    assert (right.job_id, right.attempt, right.kind) == (job_id, 1, "train")
    ledger.report(right, [(0, {"loss": 2.0}), (1, {"loss": None})], fraction=0.5, text="Epoch 1")
    running = ledger.job(job_id)
    assert (running.state, running.fraction, running.text) == (State.RUNNING, 0.5, "Epoch 1")
    assert abs(time.time() - (running.started or 0)) < 60
    ledger.finish(right, State.DONE, result={"accuracy": 0.9})
    done = ledger.job(job_id)
    assert (done.state, done.result, done.fraction) == (State.DONE, {"accuracy": 0.9}, 1.0)
    assert [(p.seq, p.step, p.data) for p in ledger.metrics(job_id)] == [
        (1, 0, {"loss": 2.0}),
        (2, 1, {"loss": None}),
    ]
    assert [p.seq for p in ledger.metrics(job_id, since=1)] == [2]
    assert not ledger.work_left()


def test_everything_survives_reopening(url: str, ledger: Ledger) -> None:
    job_id = submit(ledger)
    ledger.report(claim(ledger), [(0, {"loss": 2.0})])
    before, points = ledger.job(job_id), ledger.metrics(job_id)
    ledger.close()
    again = Ledger(url)
    assert (again.job(job_id), again.metrics(job_id)) == (before, points)
    again.close()


def test_every_visible_change_raises_the_revision(ledger: Ledger) -> None:
    job_id = submit(ledger)
    seen = [ledger.job(job_id).revision]
    steps: list[Callable[[], object]] = []
    right = claim(ledger)
    seen.append(ledger.job(job_id).revision)
    steps = [
        lambda: ledger.report(right, text="x"),
        lambda: ledger.request(job_id),
        lambda: ledger.give_back(right),
    ]
    for step in steps:
        step()
        seen.append(ledger.job(job_id).revision)
    assert seen == sorted(set(seen))


def test_the_fence_refuses_whoever_lost_the_job(url: str, ledger: Ledger) -> None:
    submit(ledger)
    stale = claim(ledger, "frozen")
    expire(url)
    fresh = claim(ledger, "other")
    assert (fresh.job_id, fresh.attempt) == (stale.job_id, 2)
    forged = Claim(fresh.job_id, fresh.attempt, "frozen", "train", {})
    aged = Claim(fresh.job_id, stale.attempt, "other", "train", {})
    for wrong in (stale, forged, aged):
        writes: list[Callable[[Claim], object]] = [
            ledger.renew,
            ledger.wish,
            ledger.give_back,
            lambda c: ledger.report(c, [(0, {"loss": 1.0})]),
            lambda c: ledger.finish(c, State.DONE),
        ]
        for write in writes:
            with pytest.raises(LeaseLostError):
                write(wrong)
    assert ledger.metrics(fresh.job_id) == []
    ledger.finish(fresh, State.DONE)
    with pytest.raises(LeaseLostError):
        ledger.finish(fresh, State.FAILED, "twice")
    assert ledger.job(fresh.job_id).state is State.DONE


def test_a_renewed_lease_holds(url: str, ledger: Ledger) -> None:
    submit(ledger)
    right = claim(ledger)
    expire(url)
    assert ledger.job(right.job_id).is_lost
    ledger.renew(right)
    assert not ledger.job(right.job_id).is_lost
    assert ledger.claim("other") is None


def test_after_a_sleep_a_worker_keeps_what_it_holds(url: str, ledger: Ledger) -> None:
    submit(ledger)
    right = claim(ledger)
    expire(url)
    assert ledger.claim("worker", holding=[right.job_id]) is None
    ledger.renew(right)


def test_recovery_counts_losses_and_gives_up_at_last(url: str, ledger: Ledger) -> None:
    job_id = submit(ledger)
    for losses in range(1, MAX_LOSSES + 1):
        claim(ledger)
        expire(url)
        assert ledger.recover_expired() == 1
        job = ledger.job(job_id)
        assert (job.state, job.losses, job.crashes) == (State.QUEUED, losses, 0)
    claim(ledger)
    expire(url)
    ledger.recover_expired()
    job = ledger.job(job_id)
    assert (job.state, job.reason) == (State.FAILED, "The worker that ran this disappeared.")
    assert job.finished is not None


def test_a_crash_is_tried_once_more(ledger: Ledger) -> None:
    job_id = submit(ledger)
    assert ledger.give_back(claim(ledger), crash="It died.") is State.QUEUED
    assert ledger.give_back(claim(ledger)) is State.QUEUED  # a worker that leaves is no crash
    assert ledger.give_back(claim(ledger), crash="It died again.") is State.FAILED
    job = ledger.job(job_id)
    assert (job.attempt, job.crashes, job.reason) == (3, 2, "It died again.")


def test_a_resumed_attempt_leaves_no_step_twice(ledger: Ledger) -> None:
    job_id = submit(ledger)
    first = claim(ledger)
    ledger.report(first, [(step, {"loss": 1.0}) for step in range(6)])
    ledger.give_back(first, crash="It died.")
    second = claim(ledger)
    ledger.report(second, [(3, {"loss": 2.0}), (3, {"accuracy": 0.5})])
    ledger.report(second, [(4, {"loss": 2.0})])
    points = ledger.metrics(job_id)
    assert [(p.step, p.attempt) for p in points] == [(0, 1), (1, 1), (2, 1), (3, 2), (3, 2), (4, 2)]
    assert [p.seq for p in points] == [1, 2, 3, 7, 8, 9]


def test_cancelling(url: str, ledger: Ledger) -> None:
    running = submit(ledger)
    right = claim(ledger)
    waiting = submit(ledger)
    assert ledger.request(waiting, "cancel")
    assert ledger.job(waiting).state is State.CANCELLED
    assert not ledger.request(waiting, "cancel")
    assert ledger.wish(right) is None
    assert ledger.request(running, "cancel")
    assert ledger.wish(right) == "cancel"
    expire(url)  # its worker dies before it hears of it
    ledger.recover_expired()
    assert ledger.job(running).state is State.CANCELLED
    assert not ledger.request("no-such-job", "cancel")


def test_turns_go_to_priority_then_to_who_has_had_least(ledger: Ledger) -> None:
    flood = [submit(ledger, "flood") for _ in range(4)]
    first, second = submit(ledger, "anna"), submit(ledger, "anna")
    urgent = submit(ledger, "flood", priority=1)
    order = [claim(ledger).job_id for _ in range(4)]
    assert order == [urgent, first, flood[0], second]


def test_short_jobs_alternate_between_users(ledger: Ledger) -> None:
    for _ in range(4):
        submit(ledger, "flood")
    for _ in range(2):
        submit(ledger, "anna")
    users: list[str] = []
    for _ in range(5):
        right = claim(ledger)
        users.append(ledger.job(right.job_id).user)
        ledger.finish(right, State.DONE)
        time.sleep(0.002)
    assert users == ["flood", "anna", "flood", "anna", "flood"]


def test_forty_jobs_of_one_user_delay_nobody(ledger: Ledger) -> None:
    Desk(ledger).set_rules(user_queued=None)
    ledger.submit_all("train", [("", {})] * 40, user="flood")
    time.sleep(0.002)
    others = ("anna", "ben", "carl")
    for user in others:
        submit(ledger, user)
        submit(ledger, user)
    users: list[str] = []
    for _ in range(10):
        right = claim(ledger)
        users.append(right.user)
        ledger.finish(right, State.DONE)
        time.sleep(0.002)
    # Two jobs of each of three, and no more of the flood than turns have passed.
    assert users[:4] == ["flood", *others]
    assert users.count("flood") == 4
    assert all(users[:8].count(user) == 2 for user in others)


def test_the_queue_of_one_user_is_bounded(ledger: Ledger) -> None:
    for _ in range(MAX_QUEUED):
        ledger.submit("train", {}, title="", user="me")
    with pytest.raises(JobError, match=f"already have {MAX_QUEUED} jobs waiting") as full:
        ledger.submit("train", {}, title="", user="me")
    assert full.value.hint == "Cancel one, or wait until one has started."
    ledger.submit("train", {}, title="", user="someone else")


def test_deleting(ledger: Ledger) -> None:
    job_id = submit(ledger)
    right = claim(ledger)
    ledger.report(right, [(0, {"loss": 1.0})])
    with pytest.raises(JobError, match="still going on") as running:
        ledger.delete(job_id)
    assert running.value.hint == "Cancel it first."
    ledger.finish(right, State.DONE)
    ledger.delete(job_id)
    assert ledger.metrics(job_id) == []
    with pytest.raises(JobError, match="does not exist any more"):
        ledger.job(job_id)


def test_lists_are_newest_first_and_can_be_one_users(ledger: Ledger) -> None:
    first, second, third = submit(ledger), submit(ledger, "anna"), submit(ledger)
    assert [job.id for job in ledger.jobs()] == [third, second, first]
    assert [job.id for job in ledger.jobs(limit=1)] == [third]
    assert [job.id for job in ledger.jobs(kind="train")] == [third, second, first]
    assert not ledger.jobs(kind="other")
    assert [job.id for job in ledger.jobs(user="anna")] == [second]


def test_a_submission_is_listed_in_its_own_order(ledger: Ledger) -> None:
    tasks = [(str(n), {}) for n in range(6)]
    ids = ledger.submit_all("train", tasks, user="anna", batch="b")
    assert [job.id for job in ledger.jobs(batch="b")] == ids[::-1]


def test_threads_never_claim_the_same_job(url: str, ledger: Ledger) -> None:
    expected = {submit(ledger, f"user{n % 5}") for n in range(20)}
    others = [Ledger(url) for _ in range(4)]

    def drain(number: int) -> list[str]:
        taken: list[str] = []
        while (right := others[number].claim(f"worker{number}")) is not None:
            taken.append(right.job_id)
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [job_id for part in threads.map(drain, range(4)) for job_id in part]
    assert len(taken) == 20
    assert set(taken) == expected
