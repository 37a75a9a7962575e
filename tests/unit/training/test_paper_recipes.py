"""The papers' recipes against the numbers in their texts, and what is said about departures."""

from __future__ import annotations

import pytest

from explorer.training.length import length
from explorer.training.recipes import DEFAULT, departures, recipes, resolve
from explorer.training.schedule import learning_rate

CIFAR = 50_000
IMAGENET = 1_281_167


def rates(name: str, num_images: int, every: int = 1) -> list[tuple[int, float]]:
    """Return the steps at which the rate changes, with the rate from there on."""
    recipe = resolve(name)
    found = length(recipe, num_images)
    seen, changes = None, []
    for step in range(0, found.num_steps, every):
        rate = round(learning_rate(recipe, step, found.num_steps), 9)
        if rate != seen:
            changes.append((step, rate))
            seen = rate
    return changes


@pytest.mark.parametrize(
    ("name", "images", "epochs", "starts", "values"),
    [
        ("he2015_cifar", CIFAR, 164, (0, 82, 123), (0.1, 0.01, 0.001)),
        ("he2016_cifar", CIFAR, 200, (0, 80, 121), (0.1, 0.01, 0.001)),
        ("wrn", CIFAR, 200, (0, 60, 120, 160), (0.1, 0.02, 0.004, 0.0008)),
        ("wrn_svhn", 604_388, 160, (0, 80, 120), (0.01, 0.001, 0.0001)),
        ("resnext", CIFAR, 300, (0, 150, 225), (0.1, 0.01, 0.001)),
        ("resnext_imagenet", IMAGENET, 90, (0, 30, 60), (0.1, 0.01, 0.001)),
        ("res2net", IMAGENET, 100, (0, 30, 60, 90), (0.1, 0.01, 0.001, 0.0001)),
        ("iresnet", IMAGENET, 90, (0, 30, 60, 80), (0.1, 0.01, 0.001, 0.0001)),
        ("densenet", CIFAR, 300, (0, 150, 225), (0.1, 0.01, 0.001)),
        ("stochastic_depth", CIFAR, 500, (0, 250, 375), (0.1, 0.01, 0.001)),
    ],
)
def test_the_rate_falls_at_the_papers_epochs(name, images, epochs, starts, values):
    per_epoch = length(resolve(name), images).steps_per_epoch
    found = rates(name, images, every=per_epoch // 8)
    assert resolve(name).epochs == epochs
    assert [rate for _, rate in found] == pytest.approx(values)
    assert [step / per_epoch for step, _ in found] == pytest.approx(starts, abs=0.13)


def test_steps_that_papers_count():
    he = rates("he2015_cifar", CIFAR)
    assert [step for step, _ in he] == pytest.approx([0, 32_000, 48_000], rel=0.002)
    assert length(resolve("he2015_cifar"), CIFAR).num_steps == pytest.approx(64_000, rel=0.002)
    deep = rates("he2015_cifar_110", CIFAR)
    assert deep[0] == (0, 0.01)
    assert deep[1][0] == pytest.approx(400, abs=1)
    assert deep[1][1] == 0.1
    highway = rates("highway", CIFAR)
    assert highway == [(0, 0.025), (100_000, 0.0025), (150_000, 0.00025), (175_000, 0.000025)]


def test_wider_or_deeper_falls_in_a_straight_line():
    recipe = resolve("wider_or_deeper")
    rates_ = [learning_rate(recipe, step, 100) for step in (0, 25, 50, 99)]
    assert rates_ == pytest.approx([0.1, 0.075, 0.05, 0.001])


@pytest.mark.parametrize(
    ("name", "batch", "decay", "nesterov"),
    [
        ("he2015_cifar", 128, 1e-4, False),
        ("he2016_cifar", 64, 1e-4, True),
        ("wrn", 128, 5e-4, True),
        ("resnext", 128, 5e-4, True),
        ("resnext_imagenet", 256, 1e-4, True),
        ("res2net", 256, 1e-4, False),
        ("iresnet", 256, 1e-4, False),
        ("densenet", 64, 1e-4, True),
        ("highway", 100, 1e-3, True),
        ("stochastic_depth", 128, 1e-4, True),
    ],
)
def test_the_rest_of_the_papers_values(name, batch, decay, nesterov):
    recipe = resolve(name)
    assert (recipe.batch_size, recipe.weight_decay, recipe.nesterov) == (batch, decay, nesterov)
    assert recipe.momentum == 0.9
    assert recipe.optimiser == "sgd"


def test_every_recipe_carries_its_name_and_its_source():
    assert next(iter(recipes())) == DEFAULT
    for name, found in recipes().items():
        assert found.name == found.recipe.name == name
        assert found.title
        assert found.line.endswith(".")
        assert found.source


def test_a_name_of_an_earlier_version():
    assert resolve("paper") == resolve("he2015_cifar")


def test_a_shorter_training_is_said():
    recipe = resolve("wrn").changed(epochs=20)
    (found,) = departures(recipe)
    assert found == (
        "Wide ResNet, CIFAR is stated for 200 epochs; this trains for 20 epochs, "
        "with the learning rate falling after 6, 12 and 16 of them."
    )
    assert departures(resolve("wrn")) == ()
    (steps,) = departures(resolve("wrn").changed(steps=1000))
    assert steps.endswith("this trains for 1,000 steps.")
    (seconds,) = departures(resolve("wider_or_deeper").changed(seconds=90))
    assert seconds.endswith("this trains for 90 s.")


def test_other_values_are_said():
    recipe = resolve("he2015_cifar").changed(batch_size=64, nesterov=True, milestones=(0.3, 0.9))
    (found,) = departures(recipe)
    assert found == (
        "Unlike ResNet, CIFAR: batch size 64 for 128, nesterov momentum yes for no, "
        "milestones 0.3 and 0.9 for 0.5 and 0.75."
    )


def test_what_the_machine_decides_is_no_departure():
    recipe = resolve("wrn").changed(precision="float32", layout="contiguous", engine="eager")
    assert departures(recipe) == ()


def test_our_own_recipes_are_meant_to_be_changed():
    assert departures(resolve("sgd").changed(epochs=30, lr=0.2)) == ()
    assert departures(resolve({"lr": 0.2})) == ()
