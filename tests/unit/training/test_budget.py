"""Budgets of fair duels: the number of steps follows exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.cost import cost
from explorer.errors import JobError
from explorer.spec.presets import preset
from explorer.training.budget import Contestant, allot, training_macs
from explorer.training.length import length
from explorer.training.recipe import Recipe

RESNET, RES2NET, WIDE = (preset(name) for name in ("resnet20", "res2net29_23w_4s", "wrn_16_2"))
BASE = Recipe(epochs=10, batch_size=128)


def duel(kind, *contestants, num_images=45_000, **more):
    return allot(contestants, kind, num_images=num_images, image_size=32, **more)


def test_equal_samples_are_equal_steps_of_equal_batches():
    one, two = duel("samples", Contestant(RESNET, BASE), Contestant(WIDE, BASE))
    assert one.recipe.steps == two.recipe.steps == 10 * (45_000 // 128) == 3510
    assert one.samples == two.samples == 3510 * 128
    assert one.macs == 3 * cost(RESNET, 32).macs * one.samples
    other = Contestant(WIDE, BASE.changed(batch_size=64))
    assert duel("samples", Contestant(RESNET, BASE), other)[1].recipe.steps == 7020


def test_equal_macs():
    first, second = Contestant(RESNET, BASE), Contestant(WIDE, BASE)
    one, two = duel("macs", first, second)
    assert one.recipe.steps == 3510
    assert two.recipe.steps == round(3510 * cost(RESNET, 32).macs / cost(WIDE, 32).macs)
    assert two.recipe.steps == 1408
    assert abs(two.macs - one.macs) <= training_macs(WIDE, 128, 32) / 2


@given(
    st.integers(2, 100_000),
    st.integers(2, 512),
    st.integers(2, 512),
    st.integers(1, 300),
    st.sampled_from(["samples", "macs"]),
)
def test_no_other_number_of_steps_comes_nearer(num_images, first_batch, batch, epochs, kind):
    first = Contestant(RESNET, BASE.changed(batch_size=first_batch, epochs=epochs))
    other = Contestant(RES2NET, BASE.changed(batch_size=batch))
    one, two = duel(kind, first, other, num_images=num_images)
    assert one.recipe.steps == length(first.recipe, num_images).num_steps
    steps = two.recipe.steps
    assert steps is not None
    part = two.samples // steps if kind == "samples" else two.macs // steps
    wanted = one.samples if kind == "samples" else one.macs
    assert steps == max(1, steps)
    assert steps == 1 or abs(steps * part - wanted) * 2 <= part
    found = length(two.recipe, num_images)
    assert (found.num_steps, found.samples) == (steps, two.samples)


def test_equal_time():
    one, two = duel("time", Contestant(RESNET, BASE), Contestant(WIDE, BASE), seconds=90)
    assert (one.recipe.seconds, two.recipe.seconds) == (90, 90)
    with pytest.raises(JobError, match="A duel by time needs a time"):
        duel("time", Contestant(RESNET, BASE))
    timed = Contestant(RESNET, BASE.changed(seconds=5))
    with pytest.raises(JobError, match="cannot be counted ahead"):
        duel("macs", timed, Contestant(WIDE, BASE))


@pytest.mark.parametrize(
    ("recipe", "images", "steps", "per_epoch", "epochs", "last"),
    [
        (BASE, 45_000, 3510, 351, 10, 351),
        (BASE.changed(steps=352), 45_000, 352, 351, 2, 1),
        (BASE.changed(steps=351), 45_000, 351, 351, 1, 351),
        (BASE.changed(steps=3), 45_000, 3, 351, 1, 3),
        (BASE.changed(epochs=2), 100, 2, 1, 2, 1),  # fewer images than a batch
    ],
)
def test_lengths(recipe, images, steps, per_epoch, epochs, last):
    found = length(recipe, images)
    assert (found.num_steps, found.steps_per_epoch, found.num_epochs) == (steps, per_epoch, epochs)
    assert found.steps_of(epochs - 1) == last
    assert sum(found.steps_of(epoch) for epoch in range(epochs)) == steps
    assert length(recipe, images, steps=7).num_steps == 7
