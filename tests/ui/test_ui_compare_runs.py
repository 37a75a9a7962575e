"""Training runs on the page Compare: list, curves, seeds, labels, delete and undo."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from ui_tools import Open, button, choice, shown

from explorer.jobs import client
from explorer.jobs.people import Person
from explorer.store import labels
from explorer.store.labels import Labels
from explorer.store.paths import home
from explorer.ui import run_list, state
from explorer.ui.compare_choice import Choice
from explorer.ui.finished import finished_runs
from explorer.ui.group_table import curves_csv, runs_csv
from explorer.ui.trained import trained_of
from tests.run_lab import digits_spec, finished_run

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def sent(app: AppTest, name: str) -> dict:
    """Return the data of a component by one of its fields."""
    for element in app.get("bidi_component"):
        text = element.proto.json or element.proto.mixed.json
        if text and f'"{name}"' in text:
            return json.loads(text)
    raise AssertionError(f"no component with {name}")


def rows(app: AppTest) -> list[dict]:
    return sent(app, "rows")["rows"]


def charts(app: AppTest) -> dict[str, dict]:
    return {chart["id"]: chart for chart in sent(app, "charts")["charts"]}


@pytest.fixture
def seeds() -> list[str]:
    return [finished_run(seed=seed, top=0.9 + seed / 100) for seed in (0, 1, 2)]


def test_without_own_runs_the_bundled_ones_are_listed(open_page: Open) -> None:
    app = open_page("compare", view="runs")
    assert not app.exception
    assert not app.error
    assert all(not row["canDelete"] for row in rows(app))
    assert "Without a curve, since only the result was kept" in shown(app)


def test_seeds_are_one_band_with_best_and_last(open_page: Open, seeds: list[str]) -> None:
    app = open_page("compare", view="runs", **{"with": seeds[1]})
    assert not app.exception
    (series,) = charts(app)["test-accuracy"]["series"]
    assert len(series["lines"]) == 3
    assert series["slot"] == 0
    assert series["label"] == "ResNet-20 · 3 seeds"
    assert series["band"]["mean"][-1] == pytest.approx(0.91)
    assert series["band"]["high"][-1] == pytest.approx(0.92)
    assert "91.0 ± 1.0 %" in shown(app)
    assert "0, 1, 2" in shown(app)
    ticked = {row["id"] for row in rows(app) if row["ticked"]}
    assert ticked == set(seeds)
    assert {row["key"] for row in rows(app) if row["ticked"]} == {"a"}


def test_groups_by_a_field_and_axes(open_page: Open, seeds: list[str]) -> None:
    fast = finished_run(lr=0.3, seed=0, top=0.8)
    deep = finished_run(digits_spec("resnet32"), title="ResNet-32", lr=0.3, top=0.95)
    link = ",".join([*seeds, fast, deep])
    app = open_page("compare", view="runs", runs=link, group="recipe.lr", axis="macs")
    assert not app.exception
    names = [one["label"] for one in charts(app)["test-accuracy"]["series"]]
    assert names == ["Learning rate 0.3 · 2 runs", "Learning rate 0.1 · 3 runs"]
    assert charts(app)["loss"]["x"]["unit"] == "MAC"
    choice(app, "Group by").set_value("layer1.depth").run()
    assert app.query_params["group"] == "layer1.depth"
    names = [one["label"] for one in charts(app)["test-accuracy"]["series"]]
    assert sorted(names) == ["Blocks 3 · 4 runs", "Blocks 5 · 1 run"]
    assert "One training seed each" not in shown(app)


def test_single_seeds_are_no_finding(open_page: Open) -> None:
    ids = [finished_run(), finished_run(digits_spec("plain20"), title="Plain-20")]
    app = open_page("compare", view="runs", **{"with": ",".join(ids)})
    assert "One training seed each: do not conclude yet." in shown(app)
    assert [one["slot"] for one in charts(app)["loss"]["series"]] == [1, 0]


def test_the_list_is_filtered_and_sorted(open_page: Open) -> None:
    low, high = finished_run(title="Low", top=0.5), finished_run(title="High", top=0.9)
    labels.write(home().run(low), Labels(tags=("keep me",), notes="a strange one"))
    app = open_page("compare", view="runs", sort="last")
    own = [row["id"] for row in rows(app) if row["id"] in {low, high}]
    assert own == [low, high]
    app = open_page("compare", view="runs", sort="-last")
    own = [row["id"] for row in rows(app) if row["id"] in {low, high}]
    assert own == [high, low]
    for words in ("keep", "STRANGE one", "low digits", "basic keep"):
        app.text_input(key="compare-find").set_value(words).run()
        assert [row["id"] for row in rows(app)] == [low]
    assert rows(app)[0]["tags"] == ["keep me"]
    app.text_input(key="compare-find").set_value("nothing like it").run()
    assert rows(app) == []
    assert app.query_params["find"] == "nothing like it"


def test_tags_and_notes_are_saved_with_the_run(open_page: Open, monkeypatch) -> None:
    run_id = finished_run()
    app = open_page("compare", view="runs")
    app.session_state["explorer:compare-edited"] = run_id
    app.run()
    app.text_input(key=f"tags-{run_id}").set_value("baseline, lesson 1")
    app.text_area(key=f"notes-{run_id}").set_value("Trained on a train.\nTwice.")
    app.run()
    button(app, "Save tags and notes").click().run()
    assert not app.exception
    assert labels.read(home().run(run_id)) == Labels(
        tags=("baseline", "lesson 1"), notes="Trained on a train.\nTwice."
    )
    row = next(row for row in rows(app) if row["id"] == run_id)
    assert (row["tags"], row["notes"]) == (["baseline", "lesson 1"], "Trained on a train.")
    app.session_state["explorer:compare-edited"] = run_id
    app.run()
    app.text_input(key=f"tags-{run_id}").set_value("x" * 50)
    button(app, "Save tags and notes").click().run()
    assert "more than 32 letters" in app.error[0].value


def test_deleted_and_brought_back(open_page: Open, monkeypatch) -> None:
    """The browser's click is told to the same function as here."""
    kept, gone = finished_run(title="Kept"), finished_run(title="Gone")
    memory: dict[str, object] = {}
    monkeypatch.setattr(state, "recall", lambda name, default=None: memory.get(name, default))
    monkeypatch.setattr(state, "keep", memory.__setitem__)
    now = Choice(ids=(kept, gone), ticked=(kept, gone))
    run_list._take(now, (kept, gone), "delete", gone)
    assert now.ids == (kept,)
    assert now.ticked == (kept,)
    assert gone not in finished_runs()
    assert [job.id for job in client.jobs()] == [kept]
    run_list._bring_back()
    assert gone in finished_runs()
    run_list._bring_back()
    for junk in ("../..", "", "zoo-digits-resnet32", 3, None, {"id": gone}):
        shown_: list[str] = []
        monkeypatch.setattr(run_list, "show", lambda error, to=shown_: to.append(error.message))
        run_list._take(now, (), "delete", junk)
        assert all("does not exist" in words for words in shown_)
    assert {kept, gone} <= set(finished_runs())


def test_the_page_offers_to_undo_a_deletion(open_page: Open) -> None:
    run_id = finished_run(title="Gone")
    app = open_page("compare", view="runs")
    client.put_aside(run_id, by=Person("me"))
    app.session_state["explorer:compare-deleted"] = [run_id]
    app.run()
    assert run_id not in {row["id"] for row in rows(app)}
    button(app, "Undo: bring back Gone").click().run()
    assert not app.exception
    assert run_id in {row["id"] for row in rows(app)}


def test_ticks_sort_and_tags_are_told() -> None:
    now = Choice()
    run_list._take(now, ("a", "b"), "ticked", {"id": "c", "on": True})
    assert now.ticked == ("a", "b", "c")
    run_list._take(now, ("a", "b"), "ticked", {"id": "a", "on": False})
    assert now.ticked == ("b",)
    for junk in (None, 3, [], {}, {"id": None, "on": "yes"}):
        run_list._take(now, ("b",), "ticked", junk)
    assert now.ticked == ("b",)


def test_a_link_without_ticks_draws_nothing(open_page: Open, seeds: list[str]) -> None:
    app = open_page("compare", view="runs", runs="none")
    assert not app.exception
    assert "Tick a run to draw its curve." in shown(app)
    assert app.query_params["runs"] == "none"
    assert not any(row["ticked"] for row in rows(app))


def test_train_leads_here_with_what_has_ended(open_page: Open) -> None:
    ids = {finished_run(title="One"), finished_run(title="Two", lr=0.3)}
    app = open_page("train")
    button(app, "Compare side by side").click().run()
    assert not app.exception
    assert app.query_params["view"] == "runs"
    assert set(app.query_params["with"].split(",")) == ids
    assert {row["id"] for row in rows(app) if row["ticked"]} == ids


def test_ticked_runs_are_compared_as_networks(open_page: Open) -> None:
    ids = [finished_run(title="One"), finished_run(title="Two", lr=0.3)]
    app = open_page("compare", view="runs", runs=",".join(ids))
    button(app, "Compare these networks").click().run()
    assert not app.exception
    assert set(app.query_params["with"].split(",")) == set(ids)
    assert "view" not in app.query_params
    assert "Learning rate" in shown(app)


def test_files_have_every_run_and_every_point(seeds: list[str]) -> None:
    trained = [trained_of(finished_runs()[id_]) for id_ in seeds]
    table = list(csv.DictReader(io.StringIO(runs_csv(trained))))
    assert [row["seed"] for row in table] == ["0", "1", "2"]
    assert {row["lr"] for row in table} == {"0.1"}
    points = list(csv.DictReader(io.StringIO(curves_csv(trained))))
    accuracies = [row for row in points if row["metric"] == "test_accuracy"]
    assert len(accuracies) == 15
    assert float(accuracies[4]["value"]) == pytest.approx(0.9)
    assert float(accuracies[4]["seconds"]) == 15.0


def test_the_scatter_has_seeds_as_a_range_and_other_runs_in_grey(
    open_page: Open, seeds: list[str]
) -> None:
    other = [finished_run(title="Other", lr=0.3, seed=s, top=0.7 + s / 10) for s in (0, 1)]
    app = open_page("compare", view="time", **{"with": f"{seeds[0]},resnet50"})
    assert not app.exception
    chart = charts(app)["scatter"]
    assert chart["title"] == "Accuracy on digits against MACs"
    assert "the mean of the seeds and their range" in chart["note"]
    (own,) = [p for p in chart["points"] if p["slot"] is not None]
    assert own["y"] == pytest.approx(0.91)
    assert (own["low"], own["high"]) == (0.9, 0.92)
    grey = [p for p in chart["points"] if p["slot"] is None and p["key"] in other]
    assert len(grey) == 1
    assert grey[0]["y"] == pytest.approx(0.75)


def test_the_scatter_shows_what_papers_print_apart(open_page: Open) -> None:
    app = open_page("compare", view="time", **{"with": "resnet50,iresnet50,resnet20"})
    chart = charts(app)["scatter"]
    assert chart["title"].startswith("ImageNet top-1, as printed")
    named = {p["label"]: p for p in chart["points"] if p["slot"] is not None}
    assert set(named) == {"ResNet-50", "iResNet-50"}
    assert named["ResNet-50"]["hollow"]
    assert named["ResNet-50"]["y"] == 0.7599
    assert len(chart["points"]) > 30
    app = open_page("compare", view="time", across="latency", **{"with": "resnet50,iresnet50"})
    assert (
        charts(app)["scatter"]["points" if "points" in charts(app)["scatter"] else "series"] == []
    )
    assert charts(app)["scatter"]["empty"] == "Measure the latency first."
