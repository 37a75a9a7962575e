from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from explorer.errors import JobError
from explorer.jobs import client, people
from explorer.jobs.people import Person
from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from job_lab import Lab

pytestmark = pytest.mark.alone

WORD = "correct horse battery"
ANNA, BEN = Person("anna"), Person("ben")
TEACHER = Person("t", is_teacher=True)


def test_without_a_teacher_the_app_is_everyones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(people.VARIABLE, raising=False)
    assert people.person("anna") == Person("anna", is_teacher=True)
    assert not people.is_class()


def test_with_one_only_the_word_makes_a_teacher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(people.VARIABLE, WORD)
    assert people.is_class()
    assert people.person("anna") == ANNA
    assert people.person("anna", WORD).is_teacher
    started = time.monotonic()
    with pytest.raises(JobError, match="not the teacher's word") as wrong:
        people.person("anna", WORD[:-1])
    assert time.monotonic() - started >= 0.5
    assert wrong.value.hint == "Ask whoever runs this server."


def test_a_word_that_is_easily_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(people.VARIABLE, "teacher")
    with pytest.raises(JobError, match="EXPLORER_TEACHER is too short") as short:
        people.person("anna")
    assert short.value.hint == "Set it to at least 12 characters."


def test_users_touch_only_their_own_jobs(lab: Lab) -> None:
    job_id = lab.ledger.submit("count", {}, title="", user="anna")
    acts: list[Callable[[], object]] = [
        lambda: client.cancel(job_id, by=BEN),
        lambda: client.pause(job_id, by=BEN),
        lambda: client.resume(job_id, by=BEN),
        lambda: client.retry(job_id, by=BEN),
        lambda: client.move(job_id, None, by=BEN),
        lambda: client.delete(job_id, by=BEN),
    ]
    for act in acts:
        with pytest.raises(JobError, match="belongs to somebody else") as refused:
            act()
        assert refused.value.hint == "Clone it to work with your own."
    assert client.job(job_id).state is State.QUEUED
    assert client.pause(job_id, by=ANNA)
    client.resume(job_id, by=ANNA)
    assert client.cancel(job_id, by=TEACHER)
    client.retry(job_id, by=ANNA)
    copy = client.clone(job_id, {"seed": 1}, user="ben")
    assert client.job(copy).user == "ben"


def test_the_queue_is_the_teachers(lab: Lab) -> None:
    job_id = client.submit("count", {}, title="", user="anna")
    acts: list[Callable[[Person], object]] = [
        lambda by: client.prioritise(job_id, 1, by=by),
        lambda by: client.set_rules(by=by, paused=True),
        lambda by: client.clear(by=by),
    ]
    for act in acts:
        with pytest.raises(JobError, match="Only the teacher may do this") as refused:
            act(ANNA)
        assert refused.value.hint == "Enter the teacher's word first."
        act(TEACHER)
    assert client.rules().paused
    assert lab.ledger.job(job_id).priority == 1
    assert lab.ledger.job(job_id).state is State.CANCELLED
    with pytest.raises(TypeError):
        client.submit("count", {}, title="", user="anna", priority=9)  # type: ignore[call-arg]


def test_one_submission_of_several_jobs_is_found_again(lab: Lab) -> None:
    tasks = [(f"Seed {seed}", {"seed": seed}) for seed in range(3)]
    ids = client.submit_all("count", tasks, user="anna", batch="b1")
    assert {job.id for job in client.jobs(batch="b1")} == set(ids)
    standing = client.queue()[ids[0]]
    assert (standing.position, standing.why) == (None, "no worker is there")
    lab.home.run(ids[0]).mkdir()
    client.cancel(ids[0], by=ANNA)
    client.retry(ids[0], by=ANNA, fresh=True)
    assert not lab.home.run(ids[0]).exists()


def test_beginning_anew_never_removes_what_the_new_attempt_writes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = client.submit("count", {}, title="", user="anna")
    folder = lab.home.run(job_id)
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(JobError, match="Only a job that failed"):
        client.retry(job_id, by=ANNA, fresh=True)
    assert (folder / "old").exists(), "what is refused changes nothing"
    client.cancel(job_id, by=ANNA)

    retry = client.desk().retry

    def at_once(*args: Any, **options: Any) -> Any:
        found = retry(*args, **options)
        folder.mkdir()
        (folder / "new").touch()  # a worker was quick
        return found

    monkeypatch.setattr("explorer.store.desk.Desk.retry", lambda _desk, *a, **o: at_once(*a, **o))
    client.retry(job_id, by=ANNA, fresh=True)
    assert [one.name for one in folder.iterdir()] == ["new"]
    assert [one.name for one in lab.home.runs.iterdir()] == [job_id]


def test_jobs_of_one_state_are_asked_for(lab: Lab) -> None:
    del lab
    ids = client.submit_all("count", [("", {}), ("", {})], user="anna")
    client.cancel(ids[0], by=ANNA)
    assert [job.id for job in client.jobs(state=State.CANCELLED)] == [ids[0]]
