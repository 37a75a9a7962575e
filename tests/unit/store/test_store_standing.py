from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.store import workers
from explorer.store.desk import Desk, Scene, Slots
from explorer.store.ledger import Ledger
from explorer.store.records import DEVICES, Job, State
from explorer.store.rules import Rules
from explorer.store.standing import remaining, standings, typical

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1000.0
ANY = Slots("here", (DEVICES,))


def job(job_id: str, user: str = "me", state: State = State.QUEUED, **more: object) -> Job:
    values: dict[str, object] = {
        "id": job_id, "kind": "train", "title": job_id, "user": user, "payload": {},
        "priority": 0, "state": state, "want": None, "attempt": 0, "crashes": 0, "losses": 0,
        "fraction": None, "text": "", "last_seq": 0, "revision": 1, "result": None, "reason": "",
        "created": NOW, "started": None, "finished": None, "is_lost": False,
        "position": float(len(job_id)),
    }  # fmt: skip
    return Job(**{**values, **more})  # type: ignore[arg-type]


def scene(*waiting: Job, **more: object) -> Scene:
    values: dict[str, object] = {
        "now": NOW, "rules": Rules(), "waiting": waiting, "running": (), "served": {},
        "spent": frozenset(), "workers": (ANY,), "durations": {"train": (60.0,) * 5},
    }  # fmt: skip
    return Scene(**{**values, **more})  # type: ignore[arg-type]


def running(job_id: str, user: str = "me", **more: object) -> Job:
    halfway = {"fraction": 0.5, "began": NOW - 50.0, "began_fraction": 0.0}
    return job(job_id, user, State.RUNNING, **{**halfway, **more})


def test_the_pace_of_the_running_attempt_says_when_it_ends() -> None:
    assert remaining(running("a"), NOW) == 50.0
    # Resumed at 40 %: only what this attempt has done counts.
    resumed = running("a", began_fraction=0.4)
    assert remaining(resumed, NOW) == pytest.approx(250.0)
    assert remaining(running("a", fraction=0.001), NOW) is None
    assert remaining(running("a", fraction=None), NOW) is None


def test_what_usually_takes_very_different_times_is_not_guessed() -> None:
    assert typical([60.0, 70.0, 50.0, 65.0]) == pytest.approx(62.5)
    assert typical([60.0, 70.0]) is None
    assert typical([1.0, 2.0, 60.0, 3600.0, 5.0]) is None


def test_the_next_starts_when_the_running_one_ends() -> None:
    found = standings(scene(job("a"), job("bb"), running=(running("r"),)))
    assert (found["a"].position, found["a"].starts_in) == (1, 50.0)
    assert (found["bb"].position, found["bb"].starts_in) == (2, 110.0)


def test_unknown_is_said_and_not_invented() -> None:
    slow = running("r", fraction=None)
    found = standings(scene(job("a"), running=(slow,)))["a"]
    assert (found.position, found.starts_in) == (1, None)
    assert found.why == "start not known yet"
    found = standings(scene(job("a"), job("bb"), durations={}, running=(running("r"),)))
    assert found["a"].starts_in == 50.0
    assert found["bb"].starts_in is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"rules": Rules(paused=True)}, "the queue is paused"),
        ({"workers": ()}, "no worker is there"),
        ({"workers": (Slots("here", (("cpu",),)),)}, "no worker takes jobs for {device}"),
        (
            {"workers": (Slots("here", (("auto", "cuda"),)),), "spent": frozenset({"me"})},
            "the GPU minutes of today are used up",
        ),
    ],
)
def test_what_cannot_start_says_why(more: dict[str, object], why: str) -> None:
    found = standings(scene(job("a", device="cuda"), **more))["a"]
    assert (found.position, found.starts_in, found.why) == (None, None, why)


def test_a_free_place_means_now() -> None:
    found = standings(scene(job("a"), workers=(Slots("here", (DEVICES, DEVICES)),)))
    assert found["a"].starts_in == 0.0


@settings(max_examples=10)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), min_size=1, max_size=10),
    st.sampled_from([None, 1, 2]),
)
def test_the_forecast_is_what_the_queue_then_does(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[tuple[str, int]], limit: int | None
) -> None:
    place: Path = tmp_path_factory.mktemp("forecast")
    ledger = Ledger(f"sqlite:///{place / 'ledger.db'}")
    desk = Desk(ledger)
    desk.set_rules(user_running=limit)
    workers.sign_in(ledger.engine, "w", "here", [DEVICES], 600.0)
    for user, priority in wanted:
        ledger.submit("train", {}, title="", user=user, priority=priority)
        time.sleep(0.0015)
    forecast = standings(desk.scene())
    expected = sorted(forecast, key=lambda job_id: forecast[job_id].position or 0)
    actual: list[str] = []
    while (claim := ledger.claim("w")) is not None:
        actual.append(claim.job_id)
        ledger.finish(claim, State.DONE)
        time.sleep(0.0015)
    ledger.close()
    assert actual == expected
