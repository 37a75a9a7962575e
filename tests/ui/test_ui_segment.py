"""Networks that segment on the pages."""

from __future__ import annotations

from explorer import weights
from explorer.builder import build
from explorer.data.shapes.config import CLASSES
from explorer.jobs import client
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.store.paths import home
from explorer.store.records import State
from tests.ui.ui_tools import Open, button, choice, shown

NAME = "wider_or_deeper_seg_small"


def finished_run(title: str) -> str:
    """Write an untrained network that segments shapes as if a job had trained it."""
    spec = preset(NAME)
    payload = {"spec": spec.model_dump(mode="json"), "data": "shapes", "recipe": {"epochs": 1}}
    job = client.submit("train", payload, title=title, user="u")
    claim = client.ledger().claim("test")
    assert claim
    data = runs.DataRecord(
        name="shapes",
        classes=("background", *CLASSES),
        image_size=64,
        mean=(0.5,) * 3,
        std=(0.2,) * 3,
    )
    result = runs.Result(
        accuracy=0.9,
        loss=0.3,
        num_images=1200,
        seconds=1.0,
        epochs=1,
        mean_iou=0.456,
        class_iou=(0.9, *(0.4,) * 7, None),
    )
    record = runs.RunRecord(
        title=title, spec=spec, data=data, recipe={}, seed=0, device="cpu", result=result
    )
    runs.write(home().run(job), record)
    weights.save(build(spec), home().run(job) / runs.WEIGHTS)
    client.ledger().report(claim, [(1, {"loss": 0.3})])
    client.ledger().finish(claim, State.DONE, "", {})
    return job


def test_only_data_with_masks_is_offered(open_page: Open) -> None:
    app = open_page("train", arch=NAME)
    box = choice(app, "Data")
    assert list(box.options) == ["Shapes", "Shapes, Clever Hans", "Shapes, texture bias"]
    assert "only data with masks is offered" in shown(app)
    button(app, "Train this network").click().run()
    assert not app.error
    (job,) = client.jobs()
    assert job.payload["data"] == "shapes"
    assert "Digits" in choice(open_page("train", arch="resnet20"), "Data").options


def test_a_finished_run_shows_its_masks_and_mean_iou(open_page: Open) -> None:
    finished_run("Seg net")
    app = open_page("train", arch=NAME)
    assert not app.exception
    assert not app.error, app.error
    text = shown(app)
    assert "Seg net: masks of held-out images" in text
    assert "45.6" in text
    for name in ("background", *CLASSES):
        assert name in text
    assert len(app.get("image")) == 4
    button(app, "Other images").click().run()
    assert not app.error
    assert len(app.get("image")) == 4


def test_runs_that_segment_are_not_offered_for_maps(open_page: Open) -> None:
    finished_run("Seg net")
    app = open_page("cam")
    assert not app.exception
    assert "Networks that segment are left out" in shown(app)


def test_the_head_form_shows_what_belongs_to_its_kind(open_page: Open) -> None:
    def labels(name: str) -> set[str]:
        app = open_page("build", arch=name, sel="head")
        return {w.label for w in (*app.number_input, *app.toggle)}

    own = {"Width of the head", "Dilation of the head", "Scores for every pixel"}
    assert own <= labels(NAME)
    assert not own & labels("resnet20")
