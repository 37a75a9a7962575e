"""Runs along every axis, in groups, as bands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.cost import cost
from explorer.compare.groups import band, grouped, spread
from explorer.compare.runs import (
    TRAINING_PASSES,
    Trained,
    curve,
    fields_that_differ,
    recipe_rows,
    twins_but_for_seed,
)
from explorer.store import curves, runs
from tests.run_lab import STEPS, accuracy_at, digits_spec, write_run


@pytest.fixture
def make(tmp_path):
    made = []

    def run(name="resnet20", seed=0, top=0.9, with_curves=True, title="ResNet-20", **recipe):
        folder = tmp_path / str(len(made))
        made.append(folder)
        spec = digits_spec(name)
        values = {"epochs": 4, "batch_size": 32, **recipe}
        write_run(folder, spec, values, title=title, seed=seed, top=top, with_curves=with_curves)
        found = curves.read(folder)
        return Trained(folder.name, title, runs.read(folder), found, cost(spec).macs)

    return run


def test_a_curve_along_every_axis(make) -> None:
    run = make()
    points = {axis: curve(run, "test_accuracy", axis) for axis in ("epoch", "samples", "seconds")}
    assert [x for x, _ in points["epoch"]] == [1, 2, 3, 4]
    assert [x for x, _ in points["samples"]] == [STEPS * 32 * e for e in (1, 2, 3, 4)]
    assert [x for x, _ in points["seconds"]] == [3, 6, 9, 12]
    assert points["epoch"][2][1] == pytest.approx(accuracy_at(3, 0.9))
    macs = curve(run, "test_accuracy", "macs")
    assert macs[-1][0] == TRAINING_PASSES * run.macs * STEPS * 32 * 4


def test_time_passes_evenly_between_the_ends_of_epochs(make) -> None:
    points = curve(make(), "loss", "seconds")
    assert [x for x, _ in points] == pytest.approx([0.75 * i for i in range(1, 17)])


def test_best_and_last(make) -> None:
    run = make(top=0.9)
    assert run.last == 0.9
    assert run.best == pytest.approx(0.9)
    falling = make(top=0.5)
    peak = [*falling.curves.epochs]
    peak[1] = curves.Moment(40, 2, 6.0, {"test_accuracy": 0.8})
    changed = Trained("x", "x", falling.record, curves.Curves(tuple(peak), ()), falling.macs)
    assert (changed.last, changed.best) == (0.5, 0.8)
    assert make(with_curves=False, top=0.7).best == 0.7
    assert curve(make(with_curves=False), "test_accuracy", "epoch") == []


def test_seeds_are_one_group_and_other_recipes_are_not(make) -> None:
    seeds = [make(seed=seed) for seed in (2, 0, 1)]
    other = make(lr=0.3)
    deeper = make("resnet32")
    found = grouped([seeds[0], other, *seeds[1:], deeper])
    assert [[run.id for run in group.runs] for group in found] == [
        [run.id for run in seeds],
        [other.id],
        [deeper.id],
    ]
    assert found[0].seeds == (0, 1, 2)
    assert twins_but_for_seed(seeds[0]) == twins_but_for_seed(seeds[2])


def test_fields_that_differ_and_groups_by_one(make) -> None:
    a, b, c = make(lr=0.1), make(lr=0.3, seed=1), make("resnet32", lr=0.3)
    fields = {field.name: field for field in fields_that_differ([a, b, c])}
    assert set(fields) == {"recipe.lr", "layer1.depth", "layer2.depth", "layer3.depth"}
    assert fields["recipe.lr"].values == (0.1, 0.3, 0.3)
    assert (fields["layer1.depth"].part, fields["layer1.depth"].title) == ("layer1", "Blocks")
    by_rate = grouped([a, b, c], "recipe.lr")
    assert [(group.value, len(group.runs)) for group in by_rate] == [(0.1, 1), (0.3, 2)]
    by_depth = grouped([a, b, c], "layer1.depth")
    assert [(group.value, len(group.runs)) for group in by_depth] == [(3, 2), (5, 1)]
    assert len(grouped([a, b, c], "no such field")) == 3
    assert fields_that_differ([a]) == ()


def test_recipes_side_by_side(make) -> None:
    a, b = make(lr=0.1), make(lr=0.3, seed=4)
    rows = dict(recipe_rows([a.record, None, b.record]))
    assert rows["lr"] == (0.1, None, 0.3)
    assert rows["seed"] == (0, None, 4)
    assert rows["data"] == ("digits", None, "digits")
    assert rows["milestones"] == ((0.5, 0.75), None, (0.5, 0.75))


def test_spread_of_known_values() -> None:
    found = spread([0.9, None, 0.8, 1.0])
    assert found is not None
    assert (found.low, found.high, found.num) == (0.8, 1.0, 3)
    assert found.mean == pytest.approx(0.9)
    assert found.deviation == pytest.approx(0.1)
    single = spread([0.5])
    assert single is not None
    assert single.deviation is None
    assert spread([None]) is None


def test_a_band_of_equal_places_is_the_mean_of_each() -> None:
    found = band([[(1, 0.0), (2, 2.0)], [(1, 1.0), (2, 4.0)]])
    assert found is not None
    assert found.x == (1, 2)
    assert found.mean == (0.5, 3.0)
    assert found.low == (0.0, 2.0)
    assert found.high == (1.0, 4.0)


def test_a_band_reaches_as_far_as_all_curves_do() -> None:
    found = band([[(0, 0.0), (10, 10.0)], [(4, 0.0), (6, 0.0), (20, 0.0)]])
    assert found is not None
    assert (found.x[0], found.x[-1]) == (4, 10)
    assert found.high == tuple(found.x)
    assert band([[(0, 1.0)], [(5, 1.0)]]) is None
    assert band([[(0, 1.0), (1, 1.0)]]) is None
    assert band([[], [(0, 1.0)]]) is None


lines = st.lists(
    st.tuples(st.integers(0, 50), st.floats(0, 1)),
    min_size=1,
    max_size=30,
    unique_by=lambda p: p[0],
).map(sorted)


@given(st.lists(lines, min_size=2, max_size=4))
def test_the_mean_lies_in_the_band_and_every_curve_too(found) -> None:
    result = band(found)
    start, end = max(p[0][0] for p in found), min(p[-1][0] for p in found)
    if result is None:
        assert start > end
        return
    assert (result.x[0], result.x[-1]) == (start, end)
    assert list(result.x) == sorted(set(result.x))
    assert len(result.x) <= 202
    for x, low, mean, high in zip(*(result.x, result.low, result.mean, result.high), strict=True):
        assert low - 1e-12 <= mean <= high + 1e-12
        for points in found:
            at = dict(points).get(x)
            assert at is None or low - 1e-12 <= at <= high + 1e-12
