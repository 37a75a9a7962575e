"""Lesions of a pair that is trained here, from nothing; minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from explorer.lesion.task import lab_of_run
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
