"""The Grad-CAM page: methods in words, measured localisation, a logit in parts."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from test_ui_pages import DIGITS, finished_run, segments
from ui_tools import Open, button, choice, shown

from explorer import weights
from explorer.builder import build
from explorer.cam.job import run as localise
from explorer.cam.maps_job import run as make_maps
from explorer.cam.measure.report import Finding, Row
from explorer.cam.measure.statistics import Interval
from explorer.cam.methods import METHODS
from explorer.data.shapes.config import CLASSES
from explorer.figures.measured_chart import measured
from explorer.jobs import client
from explorer.spec.edit import change_part, change_stages
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.store.paths import home
from explorer.store.records import State
from explorer.ui import cam_results

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explorer.store.records import Job


def test_a_method_says_its_definition_its_paper_and_its_limit(open_page: Open) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b)
    method = choice(app, "Method")
    assert method.value == "gradcam"
    assert "before the last stage" not in shown(app)
    for name in ("gradcam", "layercam", "eigencam"):
        choice(app, "Method").select(name).run()
        assert not app.exception
        text = shown(app).replace("&gt;", ">")
        assert METHODS[name].definition in text
        assert METHODS[name].paper in text
        assert METHODS[name].limits in text


def test_before_the_last_stage_hirescam_is_the_default_and_the_reason_is_shown(
    open_page: Open,
) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b)
    segments(app, "Layer").set_value("layer2").run()
    assert choice(app, "Method").value == "hirescam"
    assert "method" not in app.query_params
    assert "HiResCAM is the choice before the last stage" in shown(app)
    choice(app, "Method").select("gradcam").run()
    assert app.query_params["method"] == "gradcam"
    assert "Grad-CAM is not sound at this layer" in shown(app)
    assert not app.error


def shapes_run(title: str, name: str, seed: int = 0, depth: int | None = None) -> str:
    """Write an untrained network, always the same, as if it had been trained on shapes."""
    torch.manual_seed(seed)
    spec = change_part(preset(name), "head", num_classes=len(CLASSES))
    if depth is not None:
        spec = change_stages(spec, None, depth=depth)
    job = client.submit("train", {"data": "shapes"}, title=title, user="u")
    claim = client.ledger().claim("test")
    assert claim
    data = runs.DataRecord(
        name="shapes", classes=CLASSES, image_size=32, mean=(0.5,) * 3, std=(0.2,) * 3
    )
    result = runs.Result(accuracy=0.5, loss=1.0, num_images=1200, seconds=1.0, epochs=1)
    record = runs.RunRecord(
        title=title, spec=spec, data=data, recipe={}, seed=seed, device="cpu", result=result
    )
    runs.write(home().run(job), record)
    weights.save(build(spec), home().run(job) / runs.WEIGHTS)
    client.ledger().finish(claim, State.DONE, "", {})
    return job


NUM_MEASURED = 24


@pytest.fixture
def _one_thread() -> Iterator[None]:
    """Compute as a worker does: threads that wait for each other stall on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Worker:
    """What a job sees; of fewer images than the form asks for."""

    def __init__(self, job: Job) -> None:
        self.payload: dict[str, Any] = {**job.payload, "images": NUM_MEASURED}
        self.directory: Path = home().run(job.id)

    def progress(self, fraction: float, text: str) -> None:
        """Take how far the job is."""


def last_measurement() -> Job:
    return next(job for job in client.jobs() if job.kind == "localise")


def test_a_measurement_is_queued_with_what_the_form_says_and_all_seeds(open_page: Open) -> None:
    a = shapes_run("A net", "resnet20")
    b = shapes_run("B net", "res2net20_31w_4s")
    other = shapes_run("B net", "res2net20_31w_4s", seed=1)
    app = open_page("cam", a=a, b=b, view="measured")
    assert not app.exception
    assert "Not measured yet" in shown(app)
    assert "A net: 1 seed; B net: 2 seeds" in shown(app)
    assert choice(app, "Images of").value == "shapes"
    segments(app, "Layer").set_value("layer2").run()
    assert app.multiselect[0].value == ["hirescam"]
    app.multiselect[0].set_value(["hirescam", "gradcam"]).run()
    assert "Grad-CAM is not sound before the last stage" in shown(app)
    button(app, "Measure").click().run()
    assert not app.exception
    assert not app.error
    payload = last_measurement().payload
    assert payload == {
        "runs": [str(home().run(i)) for i in (a, b, other)],
        "data": "shapes",
        "methods": ["hirescam", "gradcam"],
        "images": 200,
        "layer": "layer2",
    }
    assert button(app, "Measure").disabled
    button(app, "Stop").click().run()
    assert last_measurement().state is State.CANCELLED
    assert "was stopped" in shown(open_page("cam", a=a, b=b, view="measured"))


@pytest.mark.usefixtures("_one_thread")
def test_a_measured_pair_is_found_again_with_its_table_and_verdict(open_page: Open) -> None:
    a = shapes_run("A net", "resnet20", depth=1)
    b = shapes_run("B net", "res2net20_31w_4s", depth=1)
    app = open_page("cam", a=a, b=b, view="measured")
    button(app, "Measure").click().run()
    claim = client.ledger().claim("test")
    assert claim
    result = localise(Worker(last_measurement()))
    client.ledger().finish(claim, State.DONE, "", result)
    app = open_page("cam", a=a, b=b, view="measured")
    assert not app.exception
    assert not app.error, app.error
    text = shown(app)
    assert "a description, not a finding" in text
    assert "With fewer than 3 training seeds" in text
    assert f"{NUM_MEASURED} held-out images of shapes" in text
    written = json.loads((home().run(last_measurement().id) / "localisation.json").read_text())
    rows = [r for r in written["rows"] if r["metric"] == "pointing"]
    assert {r["stratum"] for r in rows} >= {"all", "small"}
    for row in rows:
        ends = (f"{row[name]:.2f}" for name in ("value_a", "value_a_low", "value_a_high"))
        assert "{} ({} to {})".format(*ends) in text
        assert f"<td>{row['floor']:.2f}</td>" in text
    (plot,) = app.get("plotly_chart")
    figure = json.loads(plot.proto.spec)
    assert len(figure["data"]) == 2
    assert figure["layout"]["xaxis"]["ticktext"][-1] == "all"
    choice(app, "Measure").select("deletion").run()
    assert not app.exception
    assert "Less is better." in shown(app)
    file = (home().run(last_measurement().id) / "localisation.csv").read_text()
    assert len(list(csv.DictReader(io.StringIO(file)))) == len(written["rows"])
    text = shown(open_page("cam", a=b, b=a, view="measured"))
    assert f"{NUM_MEASURED} held-out images of shapes" in text, (
        "the pair the other way round is measured, too"
    )
    assert "no second seed: nothing to claim" in text
    assert "Adebayo et al. 2018" in text


def test_a_result_that_cannot_be_read_is_one_sentence(open_page: Open) -> None:
    a, b = shapes_run("A net", "resnet20"), shapes_run("B net", "resnet20", seed=1)
    app = open_page("cam", a=a, b=b, view="measured")
    assert "so they are measured as one" in shown(app)
    button(app, "Measure").click().run()
    claim = client.ledger().claim("test")
    assert claim
    home().run(claim.job_id).mkdir(parents=True)
    (home().run(claim.job_id) / "localisation.json").write_text("{")
    client.ledger().finish(claim, State.DONE, "", {})
    app = open_page("cam", a=a, b=b, view="measured")
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_a_failed_measurement_says_why(open_page: Open) -> None:
    a, b = shapes_run("A net", "resnet20"), shapes_run("B net", "preact_resnet20")
    button(open_page("cam", a=a, b=b, view="measured"), "Measure").click().run()
    claim = client.ledger().claim("test")
    assert claim
    client.ledger().finish(claim, State.FAILED, "The disk is full.", {})
    app = open_page("cam", a=a, b=b, view="measured")
    assert "The disk is full" in app.error[0].value
    assert not button(app, "Measure").disabled


def test_networks_on_data_without_masks_are_told_what_to_train_on(open_page: Open) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b, view="measured")
    assert not app.exception
    assert "No data with masks" in shown(app)
    assert button(app, "Train a network")


def figures(text: str) -> dict[str, float]:
    """Return the cells of the strips of a page by their label."""
    cells = re.findall(r'rx-k"><span[^>]*>([^<]*)</span></div><div class="rx-v">([^<]*)', text)
    return {label: float(value.replace("−", "-")) for label, value in cells}


def test_the_parts_of_a_logit_are_shown_and_add_up(open_page: Open) -> None:
    a, b = shapes_run("A net", "resnet20"), shapes_run("B net", "res2net20_31w_4s")
    app = open_page("cam", a=a, b=b, view="parts")
    assert not app.exception
    assert not app.error, app.error
    parts = figures(shown(app))
    assert {"Shortcut", "Branch", "Shift", "Bias", "Remainder", "Logit"} == set(parts)
    rest = sum(value for name, value in parts.items() if name != "Logit")
    assert abs(rest - parts["Logit"]) < 0.04
    segments(app, "Network").set_value("b").run()
    assert not app.error, app.error
    parts = figures(shown(app))
    assert {f"Scale {i}" for i in (1, 2, 3, 4)} < set(parts)
    assert (
        abs(sum(value for name, value in parts.items() if name != "Logit") - parts["Logit"]) < 0.05
    )
    assert len(app.get("image") or app.get("imgs")) >= 6
    next(t for t in app.toggle if t.label == "Each scale by itself").set_value(False).run()
    assert "Branch" in figures(shown(app))
    choice(app, "Block").select("layer1.0").run()
    assert not app.error
    assert "layer1.0" in shown(app)


def test_parts_open_on_a_network_that_has_some(open_page: Open) -> None:
    a, b = shapes_run("A net", "plain20"), shapes_run("B net", "resnet20")
    app = open_page("cam", a=a, b=b, view="parts")
    assert not app.exception
    assert segments(app, "Network").value == "b"
    assert "Shortcut" in figures(shown(app))
    segments(app, "Network").set_value("a").run()
    assert "has no block with a shortcut" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize(
    ("metric", "finding", "words"),
    [
        ("pointing", Finding.HIGHER, "wide is better"),
        ("pointing", Finding.LOWER, "narrow is better"),
        ("deletion", Finding.HIGHER, "narrow is better"),
        ("deletion", Finding.LOWER, "wide is better"),
        ("extent", Finding.HIGHER, "wide is higher"),
        ("extent", Finding.LOWER, "narrow is higher"),
        ("pointing", Finding.NOTHING, "no difference shown"),
        ("pointing", Finding.DESCRIPTION, "a description, not a finding"),
        ("pointing", Finding.ALONE, "one network, nothing to compare"),
    ],
)
def test_a_verdict_names_the_better_network_by_the_direction_of_the_measure(
    metric: str, finding: Finding, words: str
) -> None:
    row = Row("gradcam", "all", metric, 200, None, None, "narrow", "wide", Interval(0.5, 0.4, 0.6))
    assert cam_results.verdict(replace(row, finding=finding)) == words


def test_the_chart_shows_both_networks_with_their_intervals_and_chance() -> None:
    a, b = Interval(0.5, 0.4, 0.65), Interval(0.7, 0.6, 0.75)
    row = Row("gradcam", "small", "pointing", 40, 0.1, None, "narrow", "wide", a, b, b)
    chart = measured([row], {"small": "little"}, ("Pointing game", "size", "chance"))
    drawn = json.loads(chart.figure.to_json())
    bars = [trace["error_y"] for trace in drawn["data"]]
    assert [trace["y"] for trace in drawn["data"]] == [[0.5], [0.7]]
    assert bars[0]["array"] == pytest.approx([0.15])
    assert bars[0]["arrayminus"] == pytest.approx([0.1])
    assert drawn["layout"]["shapes"][0]["y0"] == 0.1
    assert chart.alt == "Pointing game of narrow and wide; little: 0.50 and 0.70."


def test_four_networks_stand_side_by_side_and_the_link_keeps_them(open_page: Open) -> None:
    names = ("resnet20", "res2net20_31w_4s", "plain20", "preact_resnet20")
    runs = [shapes_run(f"{name} net", name) for name in names]
    app = open_page("cam", a=runs[0], b=runs[1], c=runs[2])
    assert not app.exception
    assert not app.error, app.error
    text = shown(app)
    assert "Difference from A" in text
    assert "plain20 net: top 5" in text
    assert "not known" in text, "there is no second seed"
    app.multiselect[0].set_value([runs[2], runs[3]]).run()
    assert app.query_params["d"] == runs[3]
    assert "preact_resnet20 net: top 5" in shown(app)
    app.multiselect[0].set_value([]).run()
    assert "c" not in app.query_params
    assert "Difference from A" not in shown(app)


def test_a_difference_within_the_noise_of_seeds_is_not_claimed(open_page: Open) -> None:
    runs = [shapes_run("One net", "resnet20", seed) for seed in range(2)]
    other = shapes_run("Other net", "preact_resnet20")
    app = open_page("cam", a=runs[0], b=other, sample="0")
    assert not app.error, app.error
    text = shown(app)
    seeds = float(re.search(r"Two seeds of one</span></div><div class=\"rx-v\">([\d.]+)", text)[1])
    gap = float(re.search(r"Disagreement</span></div><div class=\"rx-v\">([\d.]+)", text)[1])
    assert 0 < seeds <= 1
    assert ("nothing can be said" in text) == (gap <= seeds)
    app = open_page("cam", a=runs[0], b=shapes_run("Lone net", "plain20"))
    assert "One net" in shown(app)


@pytest.mark.usefixtures("_one_thread")
def test_a_method_of_many_passes_becomes_a_job_that_is_found_again(open_page: Open) -> None:
    a, b = shapes_run("A net", "resnet20"), shapes_run("B net", "preact_resnet20")
    app = open_page("cam", a=a, b=b, method="occlusion")
    assert not app.exception
    assert "takes many passes" in shown(app)
    button(app, "Compute it").click().run()
    job = next(job for job in client.jobs() if job.kind == "maps")
    assert job.payload["method"] == "occlusion"
    claim = client.ledger().claim("test")
    assert claim
    client.ledger().finish(claim, State.DONE, "", make_maps(Worker(job)))
    app = open_page("cam", a=a, b=b, method="occlusion")
    assert not app.error, app.error
    assert "Disagreement" in shown(app)
    app = open_page("cam", a=a, b=b, method="occlusion", sample="3")
    assert "takes many passes" in shown(app), "another image is another question"


def test_photographs_show_their_licence(open_page: Open) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b)
    pills = next(one for one in app.button_group if one.label == "Image")
    pills.set_value("photo").run()
    assert not app.exception
    assert not app.error, app.error
    assert "CC BY 2.0, danielbuechele" in app.caption[0].value


def test_the_cue_experiment_shows_both_networks_or_says_what_to_train(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b, view="cues")
    assert not app.exception
    assert not app.error, app.error
    text = shown(app)
    assert "Does the network look at the shape" in text
    assert "Clever Hans: what the cue does to both" in text
    assert re.search(r"A loses \d\d points and B [−\d]+\.", text)
    assert "ResNet-20, shapes-clever-hans" in text
    segments(app, "Experiment").set_value("texture").run()
    assert not app.error, app.error
    assert "ResNet-20, shapes-texture" in shown(app)
    monkeypatch.setattr("explorer.ui.finished.bundled", tuple)
    text = shown(open_page("cam", a=a, b=b, view="cues"))
    assert "Train one network on shapes-clever-hans" in text


def test_any_tensor_that_all_networks_have_is_read_by_its_address(open_page: Open) -> None:
    a, b = shapes_run("A net", "resnet20"), shapes_run("B net", "preact_resnet20")
    app = open_page("cam", a=a, b=b, layer="layer3.1.conv2")
    assert not app.error, app.error
    assert segments(app, "Layer").value == "tensor"
    assert choice(app, "Tensor").value == "layer3.1.conv2"
    assert "Read at layer3.1.conv2: 8 × 8 cells of 4 px" in shown(app)
    assert choice(app, "Method").value == "hirescam"
    assert "layer3.2.add · 8 × 8" in choice(app, "Tensor").options
    assert "norm_relu · 8 × 8" not in choice(app, "Tensor").options, "A has no such tensor"
    choice(app, "Tensor").select("layer2.0.conv1").run()
    assert not app.error, app.error
    assert app.query_params["layer"] == "layer2.0.conv1"
    assert "Read at layer2.0.conv1: 16 × 16 cells of 2 px" in shown(app)
    segments(app, "Layer").set_value("layer2").run()
    assert app.query_params["layer"] == "layer2"
    assert not [box for box in app.selectbox if box.label == "Tensor"]
    app = open_page("cam", a=a, b=b, layer="layer9.9.nothing")
    assert segments(app, "Layer").value == "layer3"
