"""Seeds and grids as one submission."""

from __future__ import annotations

import subprocess
import sys

import pytest

from explorer.analysis.cost import cost
from explorer.errors import ExplorerError, JobError
from explorer.spec.codec import from_data as spec_from
from explorer.spec.presets import preset
from explorer.training.budget import training_macs
from explorer.training.recipe import from_data as recipe_from
from explorer.training.recipes import resolve
from explorer.training.sweep import DataFacts, from_data, pace, payloads, preview, seeds_upto
from explorer.training.sweep_fields import with_value

DATA = DataFacts(num_images=45_000, image_size=32, num_classes=10)
BASE = {
    "spec": preset("resnet20").model_dump(mode="json"),
    "data": "cifar10",
    "recipe": "sgd",
    "seed": 5,
    "device": "auto",
}


def sweep_of(axes=(), **more):
    given = [{"field": field, "values": values} for field, values in axes]
    return from_data({"title": "Which rate?", "base": BASE, "axes": given, **more})


def kinds_of(payload):
    return {stage["block"]["kind"] for stage in payload["spec"]["stages"]}


def test_a_grid_and_seeds():
    sweep = sweep_of([("recipe.lr", [0.05, 0.1]), ("spec.stages.*.depth", [1, 3])], seeds=[1, 2])
    assert sweep.num_runs == 8
    found = payloads(sweep, DATA, group="g1")
    assert len(found) == 8
    rows = [
        (p["recipe"]["lr"], p["spec"]["stages"][2]["depth"], p["seed"], p["title"]) for p in found
    ]
    assert rows[0] == (0.05, 1, 1, "Which rate? · lr 0.05, depth 1, seed 1")
    assert rows[-1] == (0.1, 3, 2, "Which rate? · lr 0.1, depth 3, seed 2")
    assert len(set(rows)) == 8
    for payload in found:
        assert (payload["group"], payload["group_title"]) == ("g1", "Which rate?")
        assert set(payload["variant"]) == {"recipe.lr", "spec.stages.*.depth", "seed"}
        assert payload["data"] == "cifar10"
        spec_from(payload["spec"])
        recipe_from(payload["recipe"])


def test_seeds_alone():
    found = payloads(sweep_of(seeds=seeds_upto(3)), DATA, group="g")
    assert [payload["seed"] for payload in found] == [1, 2, 3]
    assert len({str(payload["recipe"]) + str(payload["spec"]) for payload in found}) == 1


def test_no_axis_is_the_base_itself():
    (only,) = payloads(sweep_of(), DATA, group="g")
    assert (only["seed"], only["title"]) == (5, "Which rate?")
    assert only["recipe"] == resolve("sgd").model_dump(mode="json")


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("spec", "wrn_16_2", lambda p: spec_from(p["spec"]) == preset("wrn_16_2")),
        ("spec.width_multiplier", 2, lambda p: p["spec"]["width_multiplier"] == 2),
        ("spec.stem.width", 32, lambda p: p["spec"]["stem"]["width"] == 32),
        ("spec.stages.1.width", 40, lambda p: p["spec"]["stages"][1]["width"] == 40),
        ("spec.stages.*.block.kind", "preact", lambda p: kinds_of(p) == {"preact"}),
        ("spec.stages.0.block.dropout", 0.3, None),
        ("recipe", "wrn", lambda p: p["recipe"]["name"] == "wrn"),
        ("recipe.stop.patience", 3, lambda p: p["recipe"]["stop"]["patience"] == 3),
        ("recipe.epochs", 9, lambda p: p["recipe"]["epochs"] == 9),
        ("data", "digits", lambda p: p["data"] == "digits"),
    ],
)  # fmt: skip
def test_fields(field, value, check):
    payload = {**BASE, "recipe": resolve("sgd").model_dump(mode="json")}
    if check is None:
        with pytest.raises(JobError, match="No block of this network has a 'dropout'"):
            with_value(payload, field, value)
        return
    found = with_value(payload, field, value)
    assert check(found)
    assert payload["spec"] == BASE["spec"]  # the base is left as it is


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("colour", 1, "no field 'colour' to vary"),
        ("spec.colour", 1, "no field 'spec.colour' to vary"),
        ("spec.stages.*.colour", 1, "no field 'spec.stages"),
        ("spec.stages.9.depth", 1, "no stage 10"),
        ("spec.stages.0.depth", 0, "depth"),
        ("spec", "nothing", "nothing"),
        ("recipe.lr", 99, "lr: "),
        ("recipe.colour", 1, "colour: "),
        ("recipe.lr.more", 1, "no field 'recipe.lr.more'"),
        ("recipe", "nothing", "no recipe called"),
    ],
)
def test_fields_that_cannot_be_varied(field, value, words):
    payload = {**BASE, "recipe": resolve("sgd").model_dump(mode="json")}
    with pytest.raises(ExplorerError, match=words):
        with_value(payload, field, value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"axes": [{"field": "seed", "values": []}]}, "axes.0.values: "),
        ({"axes": [{"field": "seed", "values": [1, 1]}]}, "each value may come once"),
        ({"seeds": [-1]}, "seeds.0: "),
        ({"budget": "luck"}, "budget: "),
        ({"title": ""}, "title: "),
        ({"more": 1}, "more: "),
        ({"axes": [{"field": "recipe.lr", "values": [0.1, 0.2, 0.3]}], "seeds": list(range(7))},
         "This sweep has 21 trainings; the limit is 20"),
    ],
)  # fmt: skip
def test_sweeps_that_cannot_be_meant(data, words):
    with pytest.raises(JobError, match=words) as caught:
        from_data({"title": "T", "base": BASE, **data})
    assert "\n" not in str(caught.value)


def test_a_preview_says_what_it_costs():
    sweep = sweep_of([("spec", ["resnet20", "wrn_16_2"]), ("recipe.batch_size", [64, 128])])
    found = preview(sweep, DATA)
    assert [variant.label for variant in found][:2] == [
        "spec resnet20, batch_size 64",
        "spec resnet20, batch_size 128",
    ]
    for variant, name in zip(found, ("resnet20", "resnet20", "wrn_16_2", "wrn_16_2"), strict=True):
        assert variant.problem == ""
        assert variant.cost == cost(preset(name), 32)
        assert variant.macs == training_macs(preset(name), variant.samples, 32)
    assert found[0].samples == 5 * (45_000 // 64) * 64


def test_a_preview_names_what_cannot_be_done(monkeypatch):
    sweep = sweep_of([("spec.stages.*.width", [16, 0]), ("recipe.lr", [0.1, 99])])
    found = preview(sweep, DATA)
    assert [bool(variant.problem) for variant in found] == [False, True, True, True]
    with pytest.raises(
        JobError, match=r"with width 16, lr 99 cannot be done \(and 2 more\): "
    ) as e:
        payloads(sweep, DATA, group="g")
    assert e.value.hint == "Leave that value out."
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "300000")
    big = preview(sweep_of([("spec", ["resnet20", "resnet110"])]), DATA)
    assert [bool(variant.problem) for variant in big] == [False, True]
    assert "the limit here is 300.0 k" in big[1].problem or "300 k" in big[1].problem


def test_a_network_is_counted_with_the_classes_of_the_data():
    (only,) = preview(sweep_of(), DataFacts(1000, 64, 100))
    assert only.spec is not None
    assert (only.spec.head.num_classes, only.spec.image_size) == (100, 64)
    assert only.cost is not None
    assert only.cost.image_size == 64


def test_a_sweep_under_one_budget():
    sweep = sweep_of([("spec", ["resnet20", "wrn_16_2"])], budget="macs", seeds=[1, 2])
    found = preview(sweep, DATA)
    per_seed = [variant.payload["recipe"]["steps"] for variant in found]
    assert per_seed[0] == per_seed[1] == 3515
    assert per_seed[2] == per_seed[3] < 1500
    assert found[2].macs == pytest.approx(found[0].macs, rel=1e-3)
    timed = preview(sweep_of([("spec", ["resnet20", "wrn_16_2"])], budget="time", seconds=60), DATA)
    assert [variant.payload["recipe"]["seconds"] for variant in timed] == [60, 60]
    assert [variant.macs for variant in timed] == [0, 0]


def test_pace_is_the_median_of_what_was_measured(spec, data, recipe, tmp_path):
    from explorer.training.run import train_run

    assert pace([]) is None
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path)
    assert record.result is not None
    macs = training_macs(record.spec, 18 * 8, 10)
    assert pace([record]) == pytest.approx(macs / record.result.training_seconds)


def test_sweeps_and_budgets_import_no_torch():
    code = (
        "from explorer.training import budget, sweep; import sys; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
