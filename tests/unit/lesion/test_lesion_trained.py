"""Lesions of really trained pairs: one trained here, from nothing, one bundled; minutes.

The bundled pair is judged on real CIFAR-10 images, which cannot be bundled: the variable
``CIFAR10_TRAIN`` says where they lie as a folder or zip in the layout ``class/image``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from explorer.lesion.task import lab_of_run
from explorer.store.zoo import FOLDER
from explorer.training import recipes
from explorer.training.run import train_run
from explorer.training.zoo import ZOO

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory):
    """Return labs of the residual network and its plain twin, trained as the bundled ones."""
    place: Path = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_DATA", str(place / "cache"))
        found = {}
        for name in ("digits-resnet32", "digits-plain32"):
            recipe = ZOO[name]
            how = recipes.resolve("sgd").changed(epochs=recipe.epochs)
            train_run(recipe.spec, recipe.data, how, seed=0, folder=place / name)
            found[name] = lab_of_run(place / name, recipe.data)
        yield found["digits-resnet32"], found["digits-plain32"]


def test_most_units_matter_little_and_the_plain_twin_falls_to_chance(labs) -> None:
    residual, plain = (lab.sweep() for lab in labs)
    for found in (residual, plain):
        assert found.baseline.accuracy > 0.95
    left, control = (
        np.array([one.outcome.accuracy for one in found.deleted]) for found in (residual, plain)
    )
    assert np.median(left) > 0.85
    assert np.median(control) < 0.25
    # Within a stage its last unit matters less than its first, which sets its features.
    for first in (0, 5, 10):
        assert left[first] <= left[first + 4]


def test_accuracy_falls_smoothly_with_the_number_of_deleted_units(labs) -> None:
    residual, plain = labs
    means = [1 - residual.random_deletions(k, 20, seed=0).mean for k in (1, 3, 6)]
    assert means == sorted(means, reverse=True)
    assert means[0] > 0.7
    assert 1 - plain.random_deletions(1, 20, seed=0).mean < 0.3


def test_little_reordering_is_better_than_much(labs) -> None:
    residual, plain = labs
    few, many = (1 - residual.reorder(n, 20, seed=0).mean for n in (1, 32))
    assert few > many
    assert few > 1 - plain.reorder(1, 20, seed=0).mean


@pytest.fixture(scope="module")
def cifar_sweeps() -> dict[str, np.ndarray]:
    """Return the accuracy of the bundled CIFAR-10 pair, whole and without each unit in order."""
    data = os.environ.get("CIFAR10_TRAIN", "")
    assert data, "Set CIFAR10_TRAIN to the CIFAR-10 training images (class/image)."
    found = {}
    for name in ("resnet32", "plain32"):
        sweep = lab_of_run(FOLDER / f"cifar10-{name}", data).sweep()
        left = [one.outcome.accuracy for one in sweep.deleted]
        found[name] = np.array([sweep.baseline.accuracy, *left])
    return found


DOWNSAMPLING = [5, 10]
"""The units that halve the resolution: the first of the second and of the third stage."""


def test_on_cifar_downsampling_units_matter_more_than_those_between(
    cifar_sweeps: dict[str, np.ndarray],
) -> None:
    whole, left = cifar_sweeps["resnet32"][0], cifar_sweeps["resnet32"][1:]
    assert whole > 0.85
    between = np.delete(left, [0, *DOWNSAMPLING])  # the very first unit makes the features
    assert between.min() > whole - 0.1
    assert np.median(left) > whole - 0.05
    assert left[DOWNSAMPLING].max() < between.min()


def test_on_cifar_the_plain_twin_falls_to_chance(cifar_sweeps: dict[str, np.ndarray]) -> None:
    whole, left = cifar_sweeps["plain32"][0], cifar_sweeps["plain32"][1:]
    assert whole > 0.75
    assert np.median(left) < 0.15
    assert left.max() < 0.25
