"""The form of the Train page: recipes by name, all their fields, seeds, sweeps, budgets, clones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ui_tools import Open, button, choice, shown

from explorer.errors import JobError
from explorer.jobs import client
from explorer.training.recipes import recipes
from explorer.ui import train_sweep
from explorer.ui.finished import TRAIN

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def number(app: AppTest, label: str) -> Any:
    return next(box for box in app.number_input if box.label == label)


def text(app: AppTest, label: str) -> Any:
    return next(box for box in app.text_input if box.label == label)


def submit(app: AppTest) -> list[Any]:
    button(app, "Train").click().run()
    assert not app.exception
    assert not app.error, app.error[0].value
    return client.jobs()


def only(app: AppTest) -> dict[str, Any]:
    (job,) = submit(app)
    return job.payload


def test_a_papers_recipe_is_chosen_by_its_name(open_page: Open) -> None:
    app = open_page("train")
    assert {"ResNet, CIFAR", "Wide ResNet, CIFAR", "Quick, AdamW"} <= set(
        choice(app, "Recipe").options
    )
    choice(app, "Recipe").select("he2015_cifar").run()
    assert "64,000 steps of 128 images" in shown(app)
    number(app, "Epochs").set_value(3).run()
    assert "is stated for 164 epochs; this trains for 3 epochs" in shown(app)
    recipe = only(app)["recipe"]
    wanted = recipes()["he2015_cifar"].recipe.changed(epochs=3).model_dump(mode="json")
    assert recipe == wanted


def test_every_field_of_a_recipe_can_be_changed(open_page: Open) -> None:
    app = open_page("train")
    numbers = {
        "Batch size": ("batch_size", 32), "Learning rate": ("lr", 0.05),
        "Momentum": ("momentum", 0.8), "Weight decay": ("weight_decay", 1e-4),
        "Warm-up": ("warmup", 0.1), "Crop padding [px]": ("crop_padding", 1),
        "Cutout [px]": ("cutout", 4), "Mixup": ("mixup", 0.2),
        "Label smoothing": ("label_smoothing", 0.1), "Average of weights": ("ema", 0.99),
    }  # fmt: skip
    choices = {
        "Schedule": ("schedule", "step"), "Kind of warm-up": ("warmup_shape", "constant"),
        "Flip": ("flip", "none"), "Beyond the border": ("border", "zero"),
        "Precision": ("precision", "float32"), "Memory layout": ("layout", "contiguous"),
        "Engine": ("engine", "eager"),
    }  # fmt: skip
    for label, (_field, value) in numbers.items():
        number(app, label).set_value(value)
    for label, (_field, value) in choices.items():
        choice(app, label).select(value)
    app.run()
    text(app, "Milestones").set_value("0.25; 0.75")
    number(app, "Factor at a milestone").set_value(0.2)
    for toggle in app.toggle:
        if toggle.label in {"Nesterov momentum", "Decay norms and biases too"}:
            toggle.set_value(toggle.label != "Nesterov momentum")
    app.run()
    recipe = only(app)["recipe"]
    for field, value in numbers.values():
        assert recipe[field] == pytest.approx(value), field
    for field, value in choices.values():
        assert recipe[field] == value
    assert recipe["milestones"] == [0.25, 0.75]
    assert recipe["gamma"] == pytest.approx(0.2)
    assert (recipe["nesterov"], recipe["decay_norm_and_bias"]) == (False, True)


def test_fields_that_mean_nothing_are_not_shown(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Optimiser").select("adamw").run()
    labels = {box.label for box in app.number_input}
    assert "Momentum" not in labels
    assert "Factor at a milestone" not in labels


def test_milestones_that_are_none_are_one_sentence(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Schedule").select("step").run()
    text(app, "Milestones").set_value("soon").run()
    button(app, "Train").click().run()
    assert "'soon' are no milestones" in app.error[0].value.replace("\\", "")
    text(app, "Milestones").set_value("0.9, 0.1").run()
    button(app, "Train").click().run()
    assert "the milestones must rise" in app.error[0].value
    assert not client.jobs()


@pytest.mark.parametrize(
    ("by", "label", "value", "field", "wanted"),
    [
        ("steps", "Steps", 77, "steps", 77),
        ("images", "Images, each time one is seen", 6400, "steps", 100),
        ("time", "Minutes", 2.0, "seconds", 120.0),
        ("macs", "Multiply-adds of the training [T MAC]", 0.77856, "steps", 100),
    ],
)
def test_a_length_may_be_stated_in_anything(
    open_page: Open, by: str, label: str, value: float, field: str, wanted: float
) -> None:
    app = open_page("train")
    choice(app, "Length in").select(by).run()
    assert number(app, "Epochs").disabled
    number(app, label).set_value(value).run()
    recipe = only(app)["recipe"]
    assert recipe[field] == pytest.approx(wanted, abs=1)


def test_it_may_end_early(open_page: Open) -> None:
    app = open_page("train")
    next(toggle for toggle in app.toggle if toggle.label == "End early").set_value(True).run()
    number(app, "Epochs without progress").set_value(4)
    number(app, "Good enough").set_value(0.9)
    app.run()
    stop = only(app)["recipe"]["stop"]
    assert (stop["metric"], stop["threshold"], stop["patience"]) == ("test_accuracy", 0.9, 4)


def test_an_end_that_never_comes_is_one_sentence(open_page: Open) -> None:
    app = open_page("train")
    next(toggle for toggle in app.toggle if toggle.label == "End early").set_value(True).run()
    number(app, "Epochs without progress").set_value(0).run()
    button(app, "Train").click().run()
    assert "give a threshold, a patience, or both" in app.error[0].value


def test_several_seeds_are_one_submission(open_page: Open) -> None:
    app = open_page("train")
    number(app, "Runs").set_value(3).run()
    assert number(app, "Seed").disabled
    assert "3 trainings, about" in shown(app)
    assert any(b.label == "Train these 3" for b in app.button)
    jobs = submit(app)
    assert sorted(job.payload["seed"] for job in jobs) == [1, 2, 3]
    assert len({job.batch for job in jobs}) == 1
    assert app.query_params["sweep"] == jobs[0].batch


def test_a_sweep_is_a_grid_as_one_submission(open_page: Open) -> None:
    app = open_page("train", arch="res2net20_31w_4s")
    choice(app, "Vary").select("recipe.lr").run()
    text(app, "Values of Learning rate").set_value("0.05, 0.1").run()
    choice(app, "And vary").select("spec.stages.*.block.scale").run()
    text(app, "Values of Scale of every stage").set_value("2,4").run()
    assert "4 trainings, about" in shown(app)
    jobs = submit(app)
    assert len(jobs) == 4
    found = {
        (job.payload["recipe"]["lr"], job.payload["spec"]["stages"][0]["block"]["scale"])
        for job in jobs
    }
    assert found == {(0.05, 2), (0.05, 4), (0.1, 2), (0.1, 4)}
    assert (
        jobs[0].payload["group_title"] == "Res2Net-20 31w × 4s: learning rate, scale of every stage"
    )
    assert all(job.kind == TRAIN for job in jobs)
    assert "scale of every stage" in shown(app)


def test_recipes_and_networks_are_swept_by_their_names(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Vary").select("spec").run()
    button(app, "Train").click().run()
    assert "Choose at least two values" in app.error[0].value
    app.multiselect[0].set_value(["resnet20", "plain20"]).run()
    choice(app, "Each is trained for").select("macs").run()
    jobs = submit(app)
    assert {job.payload["variant"]["spec"] for job in jobs} == {"resnet20", "plain20"}
    assert all(job.payload["recipe"]["steps"] for job in jobs)


def test_equal_time_asks_how_much(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Vary").select("recipe.mixup").run()
    choice(app, "Each is trained for").select("time").run()
    number(app, "Minutes each").set_value(2.0).run()
    assert {job.payload["recipe"]["seconds"] for job in submit(app)} == {120.0}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("0.1, ten", "'ten' is no number"),
        ("  ", "There are no values to vary"),
        ("0.1, 0.1", "each value may come once"),
        (", ".join(str(i) for i in range(1, 24)), "tuple should have at most 20"),
        ("0.1, 99", "cannot be done"),
    ],
)
def test_values_that_cannot_be_meant_are_one_sentence(
    open_page: Open, values: str, words: str
) -> None:
    app = open_page("train")
    choice(app, "Vary").select("recipe.lr").run()
    text(app, "Values of Learning rate").set_value(values).run()
    button(app, "Train").click().run()
    assert not app.exception
    assert words.lower() in app.error[0].value.replace("\\", "").lower()
    assert not client.jobs()


def test_what_of_a_sweep_cannot_be_trained_is_said_before(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Vary").select("recipe.lr").run()
    text(app, "Values of Learning rate").set_value("0.1, 99").run()
    assert "1 cannot be done. With lr 99:" in shown(app)


def test_a_sweep_larger_than_one_may_have_waiting_is_refused(open_page: Open) -> None:
    app = open_page("train")
    choice(app, "Vary").select("recipe.lr").run()
    text(app, "Values of Learning rate").set_value("0.1, 0.2, 0.3").run()
    number(app, "Runs").set_value(8).run()
    button(app, "Train").click().run()
    assert "This sweep has 24 trainings; the limit is 20" in app.error[0].value


def test_numbers_keep_their_kind() -> None:
    assert train_sweep.numbers("1, 2.0; 1e-3 ,") == [1, 2.0, 1e-3]
    assert isinstance(train_sweep.numbers("1, 2.0")[0], int)
    with pytest.raises(JobError, match="no number"):
        train_sweep.numbers("inf")
