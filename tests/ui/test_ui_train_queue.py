"""The list of the Train page: what the browser is sent, what each deed does, a teacher's part."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest
from ui_tools import Open, button, shown

from explorer.jobs import client
from explorer.jobs.people import Person
from explorer.spec.presets import preset
from explorer.store.paths import home
from explorer.store.records import State
from explorer.store.runs import Result
from explorer.training.recipes import recipes
from explorer.ui import train_details
from tests.run_lab import finished_run

if TYPE_CHECKING:
    import pytest

WORD = "a word that is long enough"
BATCH = "b" * 32


def payload(**more: Any) -> dict[str, Any]:
    recipe = recipes()["quick"].recipe.changed(epochs=7).model_dump(mode="json")
    spec = preset("plain20").model_dump(mode="json")
    return {"spec": spec, "data": "shapes", "recipe": recipe, "seed": 5, **more}


def queued(title: str = "A", user: str = "me", batch: str | None = None) -> str:
    more = {"group_title": "The sweep", "variant": {"recipe.lr": 0.1}} if batch else {}
    (job,) = client.submit_all("train", [(title, payload(**more))], user=user, batch=batch)
    return job


def running(title: str = "A", user: str = "me") -> str:
    job = queued(title, user)
    assert client.ledger().claim("worker")
    return job


def failed(title: str = "A", user: str = "me") -> str:
    job = queued(title, user)
    claim = client.ledger().claim("worker")
    assert claim
    client.ledger().finish(claim, State.FAILED, "The loss is not a number any more.", {})
    return job


def sent(app: AppTest, name: str) -> dict[str, Any]:
    for element in app.get("bidi_component"):
        text = element.proto.json or element.proto.mixed.json
        if text and f'"{name}"' in text:
            return json.loads(text)
    raise AssertionError(f"no component with {name}")


def script(deeds):
    from explorer.ui.train_deeds import act

    for deed, target in deeds:
        act(deed, target)


def do(*deeds: tuple[str, str], user: str = "me") -> AppTest:
    """Do something with jobs as somebody, in a session of theirs."""
    app = AppTest.from_function(script, args=(deeds,))
    app.session_state["explorer:user"] = user
    app.run()
    assert not app.exception
    return app


def state_of(job: str) -> tuple[State, str | None]:
    found = client.job(job)
    return found.state, found.want


def test_every_deed_does_what_it_says() -> None:
    job = running()
    do(("pause", job))
    assert state_of(job) == (State.RUNNING, "pause")
    do(("resume", job))
    assert state_of(job) == (State.RUNNING, None)
    do(("stop", job))
    assert state_of(job) == (State.RUNNING, "cancel")
    other = failed("B")
    do(("retry", other))
    assert state_of(other)[0] is State.QUEUED
    do(("stop", other))
    assert state_of(other)[0] is State.CANCELLED
    do(("anew", other), ("first", other))
    assert (client.job(other).state, client.job(other).priority) == (State.QUEUED, 1)
    do(("usual", other))
    assert client.job(other).priority == 0


def test_a_waiting_job_moves_up_among_ones_own() -> None:
    first, second, third = (queued(name) for name in "ABC")
    do(("up", third))
    places = {job.id: job.position for job in client.jobs()}
    assert sorted(places, key=places.__getitem__) == [first, third, second]
    app = do(("up", first))
    assert "It is the first" in app.toast[0].value


def test_a_whole_sweep_is_stopped() -> None:
    ids = [queued(str(i), batch=BATCH) for i in range(3)]
    do(("stop_all", BATCH))
    assert {state_of(job)[0] for job in ids} == {State.CANCELLED}


def test_with_a_teacher_others_jobs_are_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_TEACHER", WORD)
    job = queued(user="somebody")
    for deed in ("stop", "pause", "up"):
        assert "belongs to somebody else" in do((deed, job)).error[0].value
    assert "Only the teacher" in do(("first", job)).error[0].value
    assert state_of(job) == (State.QUEUED, None)
    app = do(("clone", job))
    assert app.session_state["explorer:train-beginning"].of == job


def test_a_job_that_is_gone_is_one_sentence() -> None:
    assert "does not exist any more" in do(("stop", "nowhere")).error[0].value
    assert do(("resume", queued())).error[0].value


def test_deleting_can_be_undone(open_page: Open) -> None:
    job = finished_run(title="Mine")
    app = do(("delete", job))
    assert not client.jobs()
    page = open_page("train")
    page.session_state["explorer:train-aside"] = app.session_state["explorer:train-aside"]
    page.run()
    button(page, "Undo: bring back Mine").click().run()
    assert [one.id for one in client.jobs()] == [job]


def test_a_clone_fills_the_form_and_knows_its_parent(open_page: Open) -> None:
    job = failed()
    page = open_page("train", arch="resnet20")
    page.session_state["explorer:train-beginning"] = do(("clone", job)).session_state[
        "explorer:train-beginning"
    ]
    page.session_state["explorer"].start(preset("plain20"), None)
    page.run()
    assert "A clone of A" in shown(page)
    assert next(n for n in page.number_input if n.label == "Epochs").value == 7
    assert next(n for n in page.number_input if n.label == "Seed").value == 5
    assert next(s for s in page.selectbox if s.label == "Data").value == "shapes"
    next(n for n in page.number_input if n.label == "Epochs").set_value(9).run()
    button(page, "Train this network").click().run()
    (made,) = [one for one in client.jobs() if one.id != job]
    assert made.parent == job
    assert made.payload["recipe"] == {**payload()["recipe"], "epochs": 9}
    assert "A clone of" not in shown(page.run())


def test_the_browser_is_told_who_looks_and_what_is_known(open_page: Open) -> None:
    a, b = queued("A"), queued("B", user="somebody")
    data = sent(open_page("train"), "known")
    assert data["known"] == ",".join(sorted((f"{a}:true", f"{b}:true")))
    assert set(data["shown"]) == {a, b}
    assert (data["kind"], data["batch"], data["isClass"]) == ("train", "", False)


def test_a_sweep_has_a_view_of_its_own(open_page: Open) -> None:
    jobs = [queued(str(i), batch=BATCH) for i in range(5)]
    app = open_page("train", sweep=BATCH)
    data = sent(app, "known")
    assert (data["batch"], data["ticks"], len(data["shown"])) == (BATCH, True, 4)
    assert data["fields"]["recipe.lr"] == "Learning rate"
    assert "The sweep" in shown(app)
    assert {job["title"] for job in sent(app, "gradients")["jobs"]} == {"Learning rate 0.1"}
    button(app, "Stop all").click().run()
    assert {state_of(job)[0] for job in jobs} == {State.CANCELLED}
    button(app, "All trainings").click().run()
    assert "sweep" not in app.query_params
    # In the list of all it is one row, whose curves are seen when it is opened.
    assert sent(app, "known")["shown"] == []


def test_what_runs_is_drawn_then_what_has_a_curve_then_what_comes_next(open_page: Open) -> None:
    tasks = [(str(n), payload(group_title="The sweep", variant={"seed": n})) for n in range(6)]
    jobs = client.submit_all("train", tasks, user="me", batch=BATCH)
    assert sent(open_page("train", sweep=BATCH), "known")["shown"] == jobs[:4]
    ledger = client.ledger()
    for job_id in jobs[:5]:
        claim = ledger.claim("worker")
        assert claim is not None
        assert claim.job_id == job_id
        ledger.report(claim, [(1, {"loss": 1.0})])
        if job_id != jobs[4]:
            ledger.finish(claim, State.DONE, "", {})
    assert jobs[4] in sent(open_page("train", sweep=BATCH), "known")["shown"]


def test_a_list_is_brought_into_sight_once_when_something_was_added(open_page: Open) -> None:
    page = open_page("train", arch="plain20")
    assert sent(page, "known")["bring"] is False
    button(page, "Train this network").click().run()
    assert sent(page, "known")["bring"] is True
    assert sent(page.run(), "known")["bring"] is False


def test_a_sweep_that_is_not_there_is_one_sentence(open_page: Open) -> None:
    app = open_page("train", sweep="nothing")
    assert "There is no such sweep" in app.error[0].value
    assert not app.exception


def test_live_curves_have_tools_and_further_charts(open_page: Open) -> None:
    running()
    data = sent(open_page("train"), "gradients")
    assert [chart["metric"] for chart in data["more"]] == ["lr", "images_per_second"]
    assert data["rows"] is False
    assert {"smooth", "log", "more"} <= data["tools"].keys()


def test_details_say_both_times_and_how_to_make_it_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finished_run(title="Mine")
    from explorer.store import runs

    record = runs.read(home().run(job))
    times = {"training_seconds": 12.0, "result_seconds": 75.0, "first_seconds": 2.0, "steps": 1234}
    result = Result(**{**record.result.model_dump(), **times})
    command = "python -m explorer train resnet20 --data digits --out RUN"
    runs.write(home().run(job), record.model_copy(update={"result": result, "command": command}))
    app = open_page("train", job=job)
    text = shown(app)
    for words in ("Mine", "90.0 %", "Click to result", "1 min 15 s", "12 s", "1,234"):
        assert words in text, words
    assert app.code[0].value == command
    content = train_details._packed(home().run(job))
    assert "run.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    button(app, "Close").click().run()
    assert "job" not in app.query_params


def test_details_of_what_has_not_begun_or_failed_or_gone(open_page: Open) -> None:
    job = failed()
    app = open_page("train", job=job)
    assert "The loss is not a number any more." in shown(app)
    assert "has not begun" in shown(app)
    assert not app.code
    folder = home().run(job)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").write_text("x" * 9000 + "\nValueError: no")
    (log,) = open_page("train", job=job).code
    assert log.value.endswith("ValueError: no")
    assert len(log.value) <= 4096
    app = open_page("train", job="nowhere")
    assert len(app.error) == 1
    assert "job" not in app.query_params


def test_without_a_teacher_the_queue_is_quiet_until_something_waits(open_page: Open) -> None:
    app = open_page("train")
    assert not [b for b in app.button if b.label == "Cancel all that wait"]
    assert not [t for t in app.text_input if t.label == "Teacher's word"]
    queued()
    app = open_page("train")
    next(t for t in app.toggle if t.label == "Pause the queue").set_value(True).run()
    assert client.rules().paused
    next(t for t in app.toggle if t.label == "Pause the queue").set_value(False).run()
    assert not client.rules().paused
    button(app, "Cancel all that wait").click().run()
    assert {job.state for job in client.jobs()} == {State.CANCELLED}
    assert "1 training cancelled." in app.toast[0].value


def test_a_teacher_enters_the_word_and_sets_limits(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_TEACHER", WORD)
    monkeypatch.setattr("explorer.jobs.people._PAUSE", 0.0)
    app = open_page("train")
    assert not [t for t in app.toggle if t.label == "Pause the queue"]
    field = next(t for t in app.text_input if t.label == "Teacher's word")
    field.set_value("wrong").run()
    assert "not the teacher's word" in app.error[0].value
    next(t for t in app.text_input if t.label == "Teacher's word").set_value(WORD).run()
    assert not app.error
    limits = {"Running at once, of one person": 2, "GPU minutes of one person in a day": 30}
    for label, value in limits.items():
        next(n for n in app.number_input if n.label == label).set_value(value)
    next(n for n in app.number_input if n.label == "Waiting, of one person").set_value(0)
    button(app, "Set these limits").click().run()
    rules = client.rules()
    assert (rules.user_running, rules.user_queued, rules.gpu_minutes) == (2, None, 30)
    running()
    app.run()
    next(c for c in app.checkbox if c.label == "Cancel those that run, too").check().run()
    button(app, "Cancel all that wait").click().run()
    assert client.jobs()[0].want == "cancel"
    assert sent(app, "known")["isTeacher"]


def test_a_limit_refuses_with_its_sentence(open_page: Open) -> None:
    client.set_rules(by=Person("t", is_teacher=True), user_queued=1)
    app = open_page("train")
    button(app, "Train this network").click().run()
    button(app, "Train this network").click().run()
    assert "You already have 1 jobs waiting" in app.error[0].value
