from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from pydantic import ValidationError

from explorer.errors import JobError
from explorer.training.recipe import Recipe, from_data
from explorer.training.recipes import DEFAULT, recipes, resolve
from explorer.training.schedule import learning_rate


def test_a_recipe_is_frozen_and_survives_json():
    recipe = Recipe(milestones=(0.3, 0.6))
    assert from_data(recipe.model_dump(mode="json")) == recipe
    with pytest.raises(ValidationError):
        recipe.lr = 1.0  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"epochs": 0}, "epochs: Input should be greater than or equal to 1"),
        ({"lr": float("nan")}, "lr: "),
        ({"batch_size": 1}, "batch_size: "),
        ({"optimiser": "lion"}, "optimiser: "),
        ({"milestones": [0.5, 1.5]}, "milestones.1: "),
        ({"colour": 1}, "colour: "),
        ({"momentum": 0}, "Nesterov momentum needs a momentum above 0"),
        ([], "recipe: "),
        ({"milestones": [0.8, 0.5]}, "the milestones must rise"),
        ({"stop": {}}, "stop: give a threshold, a patience, or both"),
        ({"stop": {"metric": "speed", "patience": 1}}, "stop.metric: "),
        ({"seconds": float("inf")}, "seconds: "),
    ],
)
def test_a_value_out_of_range_is_named(fields, words):
    with pytest.raises(JobError) as caught:
        from_data(fields)
    assert caught.value.message.startswith("The recipe cannot be used: ")
    assert words in caught.value.message
    assert "\n" not in str(caught.value)


def test_recipes_of_earlier_versions_are_read():
    earlier = {"lr": 0.2, "channels_last": True}
    assert from_data(earlier) == Recipe(lr=0.2, layout="channels_last")
    assert from_data({"channels_last": False}).layout == "contiguous"


def test_named_recipes():
    asked = {"quick", "sgd", "he2015_cifar", "he2016_cifar", "wrn", "resnext", "res2net"}
    assert asked | {"densenet", "highway", "stochastic_depth"} <= set(recipes())
    assert DEFAULT in recipes()
    assert resolve("paper").schedule == "step"
    assert resolve({"lr": 0.5}).lr == 0.5
    for name, found in recipes().items():
        assert found.name == name
        assert found.title
        assert found.line.endswith(".")
        assert found.source


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(JobError, match="no recipe called 'fast'") as caught:
        resolve("fast")
    assert "sgd, quick, he2015_cifar" in caught.value.hint


def test_changes_are_checked():
    assert Recipe().changed(epochs=7).epochs == 7
    with pytest.raises(JobError, match="epochs"):
        Recipe().changed(epochs=-1)


def test_cosine_with_warmup():
    recipe = Recipe(lr=0.2, warmup=0.1, schedule="cosine")
    rates = [learning_rate(recipe, step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.02)
    assert rates[9] == rates[10] == pytest.approx(0.2)
    assert rates[55] == pytest.approx(0.1)
    assert 0 < rates[99] < 1e-4
    assert all(a >= b for a, b in pairwise(rates[10:]))


def test_steps_at_milestones():
    recipe = Recipe(lr=1.0, schedule="step", milestones=(0.5, 0.75), gamma=0.1)
    rates = [learning_rate(recipe, step, 8) for step in range(8)]
    assert rates == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])


def test_a_straight_line_and_a_constant_warmup():
    recipe = Recipe(lr=1.0, schedule="linear", warmup=0.2, warmup_shape="constant")
    rates = [learning_rate(recipe, step, 10) for step in range(10)]
    assert rates == pytest.approx([0.1, 0.1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


@pytest.mark.parametrize("num_steps", [1, 2, 3])
@pytest.mark.parametrize("name", list(recipes()))
def test_shortest_trainings_have_a_rate(name, num_steps):
    recipe = resolve(name)
    for step in range(num_steps):
        assert 0 < learning_rate(recipe, step, num_steps) <= recipe.lr


def test_recipes_and_events_import_no_torch():
    names = "recipe, recipes, schedule, events, threads, length, named_recipe, paper_recipes"
    code = f"from explorer.training import {names}; import sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
