from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.api import live as live_module
from explorer.api import routes, sign, tokens
from explorer.api.live import Cursor, Known, Live, merged
from explorer.errors import UrlError
from explorer.jobs import client
from explorer.jobs.people import Person
from explorer.store.records import Claim, Point, State
from explorer.store.thinning import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(live_module, "FRESH", 0.0)


@pytest.fixture
def web() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as web:
        yield web


@pytest.fixture
def claim() -> Claim:
    client.submit("train", {}, title="A run", user="me")
    claim = client.ledger().claim("worker")
    assert claim is not None
    return claim


def read(web: TestClient, job_id: str, since: str = "0") -> dict[str, Any]:
    answer = web.get(f"/api/live/{job_id}", params={"since": since, "token": sign(job_id)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def status(web: TestClient, job_id: str, since: str = "0", token: str | None = None) -> int:
    token = sign(job_id) if token is None else token
    return web.get(f"/api/live/{job_id}", params={"since": since, "token": token}).status_code


def test_health(web: TestClient) -> None:
    assert web.get("/api/health").json() == {"status": "ok"}


def test_points_arrive_once_and_then_nothing_is_new(web: TestClient, claim: Claim) -> None:
    points = [(0, {"loss": 1.0}), (1, {"loss": None})]
    client.ledger().report(claim, points, fraction=0.25, text="Epoch 1")
    seen = read(web, claim.job_id)
    assert seen["points"] == [
        {"seq": 1, "step": 0, "attempt": 1, "data": {"loss": 1.0}},
        {"seq": 2, "step": 1, "attempt": 1, "data": {"loss": None}},
    ]
    assert (seen["state"], seen["progress"], seen["text"]) == ("running", 0.25, "Epoch 1")
    assert status(web, claim.job_id, seen["next"]) == 204
    client.ledger().report(claim, [(2, {"loss": 0.5})])
    assert [p["step"] for p in read(web, claim.job_id, seen["next"])["points"]] == [2]


def test_news_without_points_are_news(web: TestClient, claim: Claim) -> None:
    before = read(web, claim.job_id)
    client.ledger().report(claim, text="Reading images")
    after = read(web, claim.job_id, before["next"])
    assert (after["text"], after["points"]) == ("Reading images", [])
    client.cancel(claim.job_id, by=Person("me"))
    assert read(web, claim.job_id, after["next"])["stopping"]


def test_the_end_is_always_answered(web: TestClient, claim: Claim) -> None:
    client.ledger().finish(claim, State.FAILED, "Out of memory.")
    seen = read(web, claim.job_id)
    again = read(web, claim.job_id, seen["next"])
    assert (again["state"], again["reason"]) == ("failed", "Out of memory.")


def test_a_waiting_job_is_news_once(web: TestClient) -> None:
    job_id = client.submit("train", {}, title="", user="me")
    seen = read(web, job_id)
    assert seen["state"] == "queued"
    assert status(web, job_id, seen["next"]) == 204


def test_a_token_does_not_age_while_nothing_is_new(web: TestClient) -> None:
    job_id = client.submit("train", {}, title="", user="me")
    seen = read(web, job_id)
    query = {"since": seen["next"], "token": tokens.sign(job_id)}
    nothing = web.get(f"/api/live/{job_id}", params=query)
    assert nothing.status_code == 204
    assert tokens.check(job_id, nothing.headers["X-Token"], max_age=5)


def test_a_long_curve_comes_in_parts(
    web: TestClient, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "MAX_POINTS", 3)
    client.ledger().report(claim, [(step, {"loss": 0.0}) for step in range(7)])
    since, steps, more = "0", [], True
    while more:
        seen = read(web, claim.job_id, since)
        steps += [point["step"] for point in seen["points"]]
        since, more = seen["next"], seen["more"]
    assert steps == list(range(7))


def test_only_the_signed_job_can_be_read(web: TestClient, claim: Claim) -> None:
    other = client.submit("train", {}, title="", user="me")
    assert status(web, claim.job_id, token="") == 403
    assert status(web, claim.job_id, token=sign(other)) == 403
    assert status(web, claim.job_id, token=sign(claim.job_id)[:-1]) == 403
    answer = web.get(f"/api/live/{claim.job_id}")
    assert answer.json() == {"error": "This link is not valid any more. Reload the page."}


def test_an_answer_brings_a_token_that_works(web: TestClient, claim: Claim) -> None:
    assert status(web, claim.job_id, token=read(web, claim.job_id)["token"]) == 200


def test_tokens_grow_old() -> None:
    assert tokens.check("a", sign("a"))
    assert not tokens.check("a", sign("a"), max_age=-1)


def test_the_key_is_secret_and_stays(tmp_path: Path) -> None:
    sign("a")
    key = tmp_path / "home" / "token.key"
    assert key.stat().st_mode & 0o077 == 0
    script = "import sys; from explorer.api import sign; print(sign('a'))"
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert tokens.check("a", other.stdout.strip())


def test_a_deleted_job_is_not_found(web: TestClient, claim: Claim) -> None:
    assert status(web, claim.job_id) == 200
    client.ledger().finish(claim, State.DONE)
    client.delete(claim.job_id, by=Person("me"))
    answer = web.get(f"/api/live/{claim.job_id}", params={"token": sign(claim.job_id)})
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("This run does not exist any more.")


@pytest.mark.parametrize("since", ["", "x", "-1", "1.", "1.2.3", "9" * 30, "1e9", "٣"])
def test_a_bad_cursor_is_refused(web: TestClient, claim: Claim, since: str) -> None:
    assert status(web, claim.job_id, since) == 400
    with pytest.raises(UrlError, match="not a place in a curve"):
        Cursor.read(since)


def test_many_viewers_cost_one_look(claim: Claim) -> None:
    looks: list[float] = []
    now = 100.0

    def ledger() -> Any:
        looks.append(now)
        return client.ledger()

    view = Live(ledger, clock=lambda: now)
    live_module.FRESH = 0.5
    for _ in range(50):
        view.since(claim.job_id, Cursor())
    assert len(looks) == 1
    now = 100.6
    view.since(claim.job_id, Cursor())
    assert len(looks) == 2


def test_nobody_waits_while_somebody_looks_anew(claim: Claim) -> None:
    now = 100.0
    view = Live(client.ledger, clock=lambda: now)
    live_module.FRESH = 0.5
    assert view.known(claim.job_id, Cursor()) is None
    first = view.since(claim.job_id, Cursor())
    assert view.known(claim.job_id, Cursor()) == Known(first)
    assert first is not None
    assert view.known(claim.job_id, Cursor.read(first["next"])) == Known(None)
    now = 100.6
    assert view.known(claim.job_id, Cursor()) is None
    with view._view(claim.job_id).mutex:
        assert view.known(claim.job_id, Cursor()) == Known(first)
        now = 110.0
        assert view.known(claim.job_id, Cursor()) is None


def test_a_resumed_job_replaces_what_it_repeats(web: TestClient, claim: Claim) -> None:
    ledger = client.ledger()
    ledger.report(claim, [(step, {"loss": 1.0}) for step in range(8)])
    read(web, claim.job_id)
    ledger.give_back(claim, crash="It died.")
    second = ledger.claim("worker")
    assert second is not None
    ledger.report(second, [(step, {"loss": 2.0}) for step in range(5, 10)])
    points = read(web, claim.job_id)["points"]
    assert [(p["step"], p["attempt"]) for p in points] == [
        *((step, 1) for step in range(5)),
        *((step, 2) for step in range(5, 10)),
    ]


def test_merging_keeps_repeated_steps_of_one_attempt() -> None:
    first = [Point(1, 0, 1, {}), Point(2, 0, 1, {}), Point(3, 1, 1, {})]
    assert merged([], first) == first
    assert merged(first, [Point(4, 0, 2, {})]) == [Point(4, 0, 2, {})]


def test_the_web_side_never_imports_torch_or_streamlit() -> None:
    script = (
        "import sys, json, explorer.api, explorer.jobs.client, explorer.compute\n"
        "names = ['torch', 'torchvision', 'captum', 'streamlit']\n"
        "print(json.dumps([name for name in names if name in sys.modules]))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert json.loads(seen.stdout) == []


def test_a_view_holds_not_many_more_points_than_the_ledger() -> None:
    """Thinned points are read anew, and no viewer sees a point twice."""
    home = client.ledger()
    job_id = client.submit("train", {}, title="", user="me")
    claim = home.claim("worker")
    assert claim is not None
    clock = iter(range(1000))
    live = Live(client.ledger, clock=lambda: float(next(clock)))
    seen: list[int] = []
    cursor = Cursor()
    for start in range(0, 6000, 500):
        home.report(claim, [(step, {"loss": 1.0}) for step in range(start, start + 500)])
        news = live.since(job_id, cursor)
        assert news is not None
        seen += [point["seq"] for point in news["points"]]
        cursor = Cursor.read(news["next"])
    assert seen == sorted(set(seen))
    assert (seen[0], seen[-1]) == (1, 6000)
    assert len(live._views[job_id].points) <= 2 * LIMIT


def test_what_is_wrong_is_told_in_the_language_of_the_browser(
    web: TestClient, claim: Claim
) -> None:
    path = f"/api/live/{claim.job_id}"
    chinese = web.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert chinese.json() == {"error": "此链接已失效。请重新加载页面。"}
    other = web.get(path, headers={"Accept-Language": "de"})
    assert other.json() == {"error": "This link is not valid any more. Reload the page."}
