from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from explorer.errors import JobError
from explorer.store import workers
from explorer.store.desk import Desk
from explorer.store.engine import write
from explorer.store.ledger import Ledger
from explorer.store.queue import MAX_CRASHES
from explorer.store.records import Claim, Saved, State
from explorer.store.rules import Rules
from explorer.store.tables import account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}", lease=30)
    yield ledger
    ledger.close()


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger)


def submit(ledger: Ledger, user: str = "me", **payload: object) -> str:
    job_id = ledger.submit("train", payload, title="A run", user=user)
    time.sleep(0.002)  # the clock of SQLite counts milliseconds
    return job_id


def claim(ledger: Ledger, **options: object) -> Claim:
    claim = ledger.claim("worker", **options)  # type: ignore[arg-type]
    assert claim is not None
    return claim


def test_a_waiting_job_pauses_at_once_and_resumes_in_its_old_place(
    ledger: Ledger, desk: Desk
) -> None:
    first, second = submit(ledger), submit(ledger)
    assert ledger.request(first, "pause")
    assert ledger.job(first).state is State.PAUSED
    assert not State.PAUSED.is_final
    assert not ledger.request(first, "pause")
    desk.resume(first)
    assert claim(ledger).job_id == first
    with pytest.raises(JobError, match="not paused") as wrong:
        desk.resume(second)
    assert wrong.value.hint.startswith("Reload")


def test_a_running_job_pauses_when_it_leaves_and_that_is_no_crash(
    ledger: Ledger, desk: Desk
) -> None:
    job_id = submit(ledger)
    for attempt in range(1, MAX_CRASHES + 4):
        right = claim(ledger)
        assert ledger.request(job_id, "pause")
        assert ledger.wish(right) == "pause"
        assert ledger.give_back(right) is State.PAUSED
        job = ledger.job(job_id)
        assert (job.attempt, job.crashes, job.losses) == (attempt, 0, 0)
        desk.resume(job_id)


def test_what_is_resumed_before_it_has_left_waits_for_the_next_turn(
    ledger: Ledger, desk: Desk
) -> None:
    job_id = submit(ledger)
    right = claim(ledger)
    ledger.request(job_id, "pause")
    desk.resume(job_id)
    assert ledger.give_back(right) is State.QUEUED


def test_a_job_that_is_told_to_pause_can_still_be_cancelled(ledger: Ledger) -> None:
    job_id = submit(ledger)
    right = claim(ledger)
    ledger.request(job_id, "pause")
    ledger.request(job_id, "cancel")
    ledger.request(job_id, "pause")
    assert ledger.wish(right) == "cancel"
    assert ledger.give_back(right) is State.CANCELLED


def test_a_paused_job_can_be_cancelled(ledger: Ledger) -> None:
    job_id = submit(ledger)
    ledger.request(job_id, "pause")
    assert ledger.request(job_id, "cancel")
    assert ledger.job(job_id).state is State.CANCELLED


def test_a_retry_goes_on_from_the_checkpoint_with_all_tries_again(
    ledger: Ledger, desk: Desk
) -> None:
    job_id = submit(ledger)
    right = claim(ledger)
    ledger.report(right, [(0, {"loss": 2.0})])
    ledger.save(right, Saved(1, 1, "file:///a", "d"))
    ledger.finish(right, State.FAILED, "It died.", failure="crash")
    assert (ledger.job(job_id).failure, ledger.job(job_id).reason) == ("crash", "It died.")
    assert desk.retry(job_id) == []
    job = ledger.job(job_id)
    assert (job.state, job.crashes, job.reason, job.failure) == (State.QUEUED, 0, "", "")
    assert job.finished is None
    again = claim(ledger)
    ledger.report(again, [(1, {"loss": 1.0})])
    assert [p.step for p in ledger.metrics(job_id)] == [0, 1]
    assert [one.url for one in ledger.checkpoints(job_id)] == ["file:///a"]


def test_a_fresh_retry_forgets_points_and_checkpoints(ledger: Ledger, desk: Desk) -> None:
    job_id = submit(ledger)
    right = claim(ledger)
    ledger.report(right, [(0, {"loss": 2.0})], fraction=0.5)
    ledger.save(right, Saved(1, 1, "file:///a", "d"))
    ledger.finish(right, State.FAILED, "It diverged.", failure="diverged")
    assert desk.retry(job_id, fresh=True) == ["file:///a"]
    assert ledger.metrics(job_id) == []
    assert ledger.checkpoints(job_id) == []
    assert ledger.job(job_id).fraction is None


def test_what_is_done_is_not_tried_again(ledger: Ledger, desk: Desk) -> None:
    job_id = submit(ledger)
    ledger.finish(claim(ledger), State.DONE)
    with pytest.raises(JobError, match="Only a job that failed or was cancelled") as wrong:
        desk.retry(job_id)
    assert wrong.value.hint == "Clone it to run it once more."


def test_a_clone_names_what_it_was_made_from_and_keeps_nothing_of_it(
    ledger: Ledger, desk: Desk
) -> None:
    job_id = submit(ledger, recipe={"lr": 0.1, "epochs": 3}, seed=0, experiment="depth/first")
    payload = {"recipe": {"lr": 0.2, "epochs": 3}, "seed": 1}
    cloned = desk.clone(job_id, payload, user="anna", title="Again")
    job = ledger.job(cloned)
    assert job.payload == payload
    assert (job.user, job.title, job.parent, job.priority) == ("anna", "Again", job_id, 0)
    assert ledger.job(job_id).payload["seed"] == 0


def test_own_waiting_jobs_change_places_and_nobody_elses(ledger: Ledger, desk: Desk) -> None:
    a, b, c = (submit(ledger) for _ in range(3))
    other = submit(ledger, "anna")
    before = {job.id: job.position for job in ledger.jobs()}
    desk.move(c, a)
    mine = sorted((a, b, c), key=lambda job_id: ledger.job(job_id).position)
    assert mine == [c, a, b]
    assert {ledger.job(job_id).position for job_id in (a, b, c)} == {before[i] for i in (a, b, c)}
    assert ledger.job(other).position == before[other]
    desk.move(c, None)
    assert sorted((a, b, c), key=lambda job_id: ledger.job(job_id).position) == [a, b, c]
    for wrong in (other, "no-such-job"):
        with pytest.raises(JobError, match="Only your own waiting jobs"):
            desk.move(a, wrong)


def test_a_running_job_has_no_place_to_change(ledger: Ledger, desk: Desk) -> None:
    job_id = submit(ledger)
    claim(ledger)
    with pytest.raises(JobError, match="Only your own waiting"):
        desk.move(job_id, None)
    with pytest.raises(JobError, match="does not wait any more"):
        desk.prioritise(job_id, 5)


def test_priority_comes_first(ledger: Ledger, desk: Desk) -> None:
    submit(ledger)
    urgent = submit(ledger)
    desk.prioritise(urgent, 1)
    assert claim(ledger).job_id == urgent


def test_a_batch_is_submitted_whole_or_not_at_all(ledger: Ledger, desk: Desk) -> None:
    desk.set_rules(user_queued=3)
    tasks = [(f"Seed {seed}", {"seed": seed}) for seed in range(3)]
    ids = ledger.submit_all("train", tasks, user="me", batch="sweep")
    assert {job.id for job in ledger.jobs(batch="sweep")} == set(ids)
    assert [claim(ledger).payload["seed"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(
        JobError, match="These are 4 jobs and 0 of yours wait already; 3 may"
    ) as full:
        ledger.submit_all("train", [("", {})] * 4, user="me")
    assert full.value.hint.startswith("Submit fewer at once")
    assert not ledger.jobs(batch="other")


def test_one_user_runs_no_more_than_the_rules_allow(ledger: Ledger, desk: Desk) -> None:
    desk.set_rules(user_running=2)
    for _ in range(4):
        submit(ledger, "flood")
    late = submit(ledger, "anna")
    users = [ledger.job(claim(ledger).job_id).user for _ in range(3)]
    assert users == ["flood", "anna", "flood"]
    assert ledger.claim("worker") is None
    assert ledger.startable() == 0
    assert ledger.job(late).state is State.RUNNING


def test_whoever_deletes_jobs_keeps_the_turn_that_was_had(ledger: Ledger) -> None:
    first = submit(ledger, "sly")
    ledger.finish(claim(ledger), State.DONE)
    ledger.delete(first)
    submit(ledger, "sly")
    honest = submit(ledger, "anna")
    assert claim(ledger).job_id == honest


def test_a_paused_queue_starts_nothing_and_running_jobs_go_on(ledger: Ledger, desk: Desk) -> None:
    submit(ledger)
    right = claim(ledger)
    submit(ledger)
    desk.set_rules(paused=True)
    assert ledger.claim("worker") is None
    assert ledger.startable() == 0
    ledger.renew(right)
    desk.set_rules(paused=False)
    assert ledger.claim("worker") is not None


def test_clearing_spares_what_runs_unless_asked(ledger: Ledger, desk: Desk) -> None:
    running = submit(ledger)
    right = claim(ledger)
    waiting, paused = submit(ledger), submit(ledger)
    ledger.request(paused, "pause")
    assert desk.clear() == 2
    assert {ledger.job(i).state for i in (waiting, paused)} == {State.CANCELLED}
    assert ledger.job(running).want is None
    assert desk.clear(running=True) == 1
    assert ledger.wish(right) == "cancel"


def test_rules_that_stop_everyone_are_refused(desk: Desk) -> None:
    assert desk.rules() == Rules()
    with pytest.raises(JobError, match="The limit user_running cannot be 0") as wrong:
        desk.set_rules(user_running=0)
    assert "pause the queue" in wrong.value.hint
    assert desk.rules() == Rules()
    assert desk.set_rules(user_queued=None, gpu_minutes=2.5) == Rules(
        user_queued=None, gpu_minutes=2.5
    )


def test_gpu_minutes_are_counted_by_share_and_end_the_turn(ledger: Ledger, desk: Desk) -> None:
    desk.set_rules(gpu_minutes=1)
    submit(ledger, "anna", device="cuda")
    waiting = submit(ledger, "anna", device="cuda")
    right = claim(ledger, takes=("auto", "cuda"), gpu_share=0.5)
    ledger.renew(right, 90.0)
    assert ledger.wish(right) is None
    ledger.renew(right, 30.0)
    assert ledger.wish(right) == "yield"
    reason = "Your GPU minutes for today are used up."
    assert ledger.give_back(right, reason=reason) is State.QUEUED
    assert ledger.job(right.job_id).reason == reason
    assert ledger.claim("worker", takes=("auto", "cuda"), gpu_share=0.5) is None
    assert ledger.claim("worker", takes=("auto", "cuda")) is not None  # no GPU of ours
    other = submit(ledger, "ben", device="cuda")
    assert claim(ledger, takes=("auto", "cuda"), gpu_share=0.5).job_id == other
    with write(ledger.engine) as db:  # the next day
        db.execute(update(account).values(day=account.c.day - 1))
    assert claim(ledger, takes=("auto", "cuda"), gpu_share=0.5).job_id in {waiting, right.job_id}


def test_a_slot_takes_only_jobs_for_its_device(ledger: Ledger) -> None:
    gpu, cpu = submit(ledger, device="cuda"), submit(ledger, device="cpu")
    either, odd = submit(ledger, device="auto"), submit(ledger, device="abacus")
    assert ledger.job(odd).device == "auto"
    assert claim(ledger, takes=("cpu",)).job_id == cpu
    assert ledger.claim("worker", takes=("cpu",)) is None
    assert claim(ledger, takes=("auto", "cpu")).job_id == either
    assert claim(ledger, takes=("auto", "cuda")).job_id == gpu


def test_workers_are_known_as_long_as_they_sign(ledger: Ledger, desk: Desk) -> None:
    workers.sign_in(ledger.engine, "a:1:x", "a", [("auto", "cpu")], 30.0)
    workers.sign_in(ledger.engine, "a:1:x", "a", [("auto", "cpu")], 30.0)
    workers.sign_in(ledger.engine, "b:1:y", "b", [("cuda",)], -1.0)
    assert [(one.host, one.takes) for one in desk.scene().workers] == [("a", (("auto", "cpu"),))]
    workers.sign_out(ledger.engine, "a:1:x")
    assert desk.scene().workers == ()
