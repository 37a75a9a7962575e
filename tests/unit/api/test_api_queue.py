"""The list of jobs as browsers read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer import words
from explorer.api import queue as queue_module
from explorer.api import routes, sign, tokens
from explorer.api.queue import MAX_ENDED, Asked, listed, score_of
from explorer.api.routes import viewer_key
from explorer.jobs import client
from explorer.jobs.people import Person
from explorer.store.records import Point, State
from explorer.store.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ME = Person("me", is_teacher=True)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(queue_module, "FRESH", 0.0)


@pytest.fixture
def web() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as web:
        yield web


def submit(title: str = "A", user: str = "me", batch: str | None = None, **payload: Any) -> str:
    (job,) = client.submit_all("train", [(title, payload)], user=user, batch=batch)
    return job


def ask(web: TestClient, viewer: str = "me", **more: str) -> Any:
    token = sign(viewer_key(viewer))
    return web.get("/api/queue", params={"viewer": viewer, "token": token, "kind": "train", **more})


def row(web: TestClient, **more: str) -> dict[str, Any]:
    (found,) = ask(web, **more).json()["jobs"]
    return found


def test_a_waiting_job_says_where_it_stands(web: TestClient) -> None:
    submit(data="/some/where/pets.zip", seed=3, recipe={"epochs": 5})
    found = row(web)
    assert (found["state"], found["mine"], found["position"]) == ("queued", True, None)
    assert found["starts"] == "no worker is there"
    assert (found["data"], found["epochs"], found["seed"]) == ("pets.zip", 5, 3)
    assert row(web, lang="zh")["state"] == "queued"
    client.set_rules(by=ME, paused=True)
    answer = ask(web).json()
    assert answer["paused"]
    assert answer["jobs"][0]["starts"] == "the queue is paused"


@pytest.mark.parametrize(
    ("starts_in", "said"),
    [
        (0.2, "starts now"),
        (7.0, "starts in about 10 s"),
        (307.0, "starts in about 5 min"),
        (9000.0, "starts in about 2 h 30 min"),
    ],
)
def test_an_estimate_is_no_more_exact_than_it_is(
    web: TestClient, monkeypatch: pytest.MonkeyPatch, starts_in: float, said: str
) -> None:
    job = submit()
    monkeypatch.setattr(client, "queue", lambda: {job: Standing(1, starts_in)})
    assert row(web)["starts"] == said


def test_why_something_waits_is_said_in_the_language_of_the_page(web: TestClient) -> None:
    submit()
    claim = client.ledger().claim("worker")
    assert claim is not None
    reason = "The worker that ran this disappeared."
    client.ledger().give_back(claim, reason=reason)
    assert row(web)["reason"] == reason
    with words.speaking("zh"):
        assert row(web, lang="zh")["reason"] == words._(reason) != reason


def test_others_are_told_apart_and_not_named(web: TestClient) -> None:
    submit(user="somebody-secret")
    answer = ask(web)
    assert answer.json()["jobs"][0]["mine"] is False
    assert "somebody-secret" not in answer.text


def test_a_running_job_shows_its_last_and_best(web: TestClient) -> None:
    job = submit()
    claim = client.ledger().claim("w")
    assert claim
    for step, accuracy in ((1, 0.4), (2, 0.7), (3, 0.6)):
        client.ledger().report(claim, [(step, {"test_accuracy": accuracy})], fraction=step / 10)
    found = row(web)
    assert (found["state"], found["last"], found["best"]) == ("running", 0.6, 0.7)
    assert found["progress"] == pytest.approx(0.3)
    client.pause(job, by=ME)
    assert row(web)["want"] == "pause"


def test_what_is_known_already_is_not_sent_again(web: TestClient) -> None:
    submit()
    first = ask(web).json()
    nothing = ask(web, since=first["next"])
    assert nothing.status_code == 204
    assert tokens.check(viewer_key("me"), nothing.headers["X-Token"], max_age=5)
    submit("B")
    assert len(ask(web, since=first["next"]).json()["jobs"]) == 2


def test_who_owns_nothing_shares_an_answer_and_an_owner_has_their_own(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "FRESH", 60.0)
    looks: list[float] = []
    monkeypatch.setattr(queue_module, "listed", lambda asked: looks.append(0.0) or listed(asked))
    submit(user="anna")
    seen = [ask(web, viewer).json() for viewer in ("ben", "carl", "anna", "ben")]
    assert len(looks) == 1
    assert [answer["jobs"][0]["mine"] for answer in seen] == [False, False, True, False]
    names = [answer["next"] for answer in seen]
    assert names[0] == names[1] == names[3] != names[2]
    assert ask(web, "carl", since=names[0]).status_code == 204
    assert ask(web, "anna", since=names[0]).status_code == 200


def test_a_submission_is_listed_alone(web: TestClient) -> None:
    submit("alone")
    job = submit("part", batch="b" * 32, group_title="The sweep", variant={"recipe.lr": 0.1})
    found = row(web, batch="b" * 32)
    assert (found["id"], found["group"], found["variant"]) == (job, "The sweep", {"recipe.lr": 0.1})


def test_strangers_see_nothing(web: TestClient) -> None:
    assert ask(web, token=sign("viewer:you")).status_code == 403
    assert ask(web, token="junk").status_code == 403  # noqa: S106
    assert web.get("/api/queue").status_code == 403


def test_a_ledger_that_is_away_is_one_sentence(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(_asked: Asked) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(queue_module, "listed", away)
    answer = ask(web)
    assert (answer.status_code, "cannot be reached" in answer.json()["error"]) == (503, True)


def test_what_ended_long_ago_is_left_out_but_never_what_goes_on() -> None:
    client.set_rules(by=ME, user_queued=None)
    old = submit("waits")
    for number in range(MAX_ENDED + 5):
        client.cancel(submit(str(number)), by=ME)
    found = listed(Asked("train"))
    assert len(found) == MAX_ENDED + 1
    assert old in {job.id for job in found}


def test_the_first_figure_that_is_reported_counts() -> None:
    points = [
        Point(1, 1, 1, {"test_mean_iou": 0.3, "loss": 1.0}),
        Point(2, 2, 1, {"test_mean_iou": 0.2}),
    ]
    assert score_of(points) == (0.2, 0.3)
    assert score_of([Point(1, 1, 1, {"loss": 1.0})]) == (None, None)


def test_a_worker_is_lost_within_eight_seconds(web: TestClient) -> None:
    from sqlalchemy import update

    from explorer.store.clock import Now
    from explorer.store.engine import write
    from explorer.store.tables import job

    submit()
    assert client.ledger().claim("w")
    assert not row(web)["lost"]
    with write(client.ledger().engine) as db:
        # As eight seconds after the last renewal of a lease of twenty.
        db.execute(update(job).values(lease_until=Now() + 11.9))
    assert row(web)["lost"]
    assert client.job(row(web)["id"]).state is State.RUNNING
