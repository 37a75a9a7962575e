"""The public surface: changing it is a decision, so it is written down here."""

import dataclasses
import inspect
import json
from pathlib import Path

import pytest

import explorer
from explorer.analysis.cost import Cost
from explorer.analysis.measures import MEASURES
from explorer.blocks import FAMILIES
from explorer.cli.commands import COMMANDS
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.codec import VERSION, decode
from explorer.spec.presets import preset

ON_ANY_BRANCH = {"se": 0, "se_multiple": 1, "survival": 1.0}
FIELDS = {
    NetworkSpec: {
        "image_size": 224,
        "in_channels": 3,
        "stem": StemSpec(),
        "stages": None,
        "head": HeadSpec(),
        "width_multiplier": 1.0,
        "init": "fan_out",
    },
    StemSpec: {
        "width": 64,
        "kernel_size": 7,
        "stride": 2,
        "pool": True,
        "activation": True,
        "deep": False,
        "ceil_pool": False,
    },
    HeadSpec: {"kind": "classify", "num_classes": 1000},
    FAMILIES["plain"]: {"kind": "plain"},
    FAMILIES["basic"]: ON_ANY_BRANCH
    | {"kind": "basic", "shortcut": "B", "dilation": 1, "relu_before_gate": False},
    FAMILIES["bottleneck"]: ON_ANY_BRANCH
    | {
        "kind": "bottleneck",
        "shortcut": "B",
        "stride_on": "3x3",
        "groups": 1,
        "base_width": 64,
        "dilation": 1,
        "form": "c",
    },
    FAMILIES["preact"]: ON_ANY_BRANCH
    | {
        "kind": "preact",
        "layout": "basic",
        "shortcut": "B",
        "stride_on": "3x3",
        "dilation": 1,
        "dropout": 0.0,
        "first_unit": "own",
    },
    FAMILIES["senet"]: ON_ANY_BRANCH | {"kind": "senet", "groups": 1},
    FAMILIES["res2net"]: ON_ANY_BRANCH
    | {
        "kind": "res2net",
        "scale": 4,
        "base_width": 26,
        "groups": 1,
        "dilation": 1,
        "shortcut": "B",
        "passes": "last",
        "convolves_all": False,
    },
    FAMILIES["iresnet"]: ON_ANY_BRANCH
    | {
        "kind": "iresnet",
        "layout": "bottleneck",
        "groups": 1,
        "res_stage": True,
        "improved_projection": True,
    },
    FAMILIES["wider"]: ON_ANY_BRANCH
    | {
        "kind": "wider",
        "layout": "basic",
        "downsample": "conv",
        "dilation": 1,
        "dropout": 0.0,
    },
    FAMILIES["densenet"]: {
        "kind": "densenet",
        "bottleneck": 4,
        "compression": 0.5,
        "dropout": 0.0,
    },
    FAMILIES["dpn"]: {
        "kind": "dpn",
        "growth": 16,
        "expansion": 4,
        "groups": 1,
        "base_width": 96,
        "ending": "sliced",
    },
    FAMILIES["v2unit"]: ON_ANY_BRANCH
    | {
        "kind": "v2unit",
        "layout": "basic",
        "ordering": "full_preact",
        "shortcut": "B",
        "stride_on": "3x3",
        "gate": "none",
        "gate_bias": -6.0,
        "shortcut_scale": 1.0,
        "branch_scale": 1.0,
        "shortcut_dropout": 0.0,
    },
    FAMILIES["wide"]: ON_ANY_BRANCH
    | {"kind": "wide", "kernels": "3,3", "shortcut": "B", "dropout": 0.0},
    FAMILIES["highway"]: {"kind": "highway", "gate_bias": -2.0},
}


@pytest.mark.parametrize("part", FIELDS, ids=lambda part: part.__name__)
def test_fields_and_defaults_of_links_stay(part):
    # A default that changes gives old links another meaning: raise the version and migrate.
    found = {
        name: None if field.is_required() else field.default
        for name, field in part.model_fields.items()
    }
    assert VERSION == 1
    assert found == FIELDS[part]


def test_fields_of_a_stage_stay():
    stage = StageSpec().model_dump()
    assert stage == {
        "depth": 2,
        "width": 64,
        "stride": 1,
        "block": ON_ANY_BRANCH
        | {"kind": "basic", "shortcut": "B", "dilation": 1, "relu_before_gate": False},
        "overrides": (),
    }


def test_old_links_are_read():
    links = json.loads(Path("tests/snapshots/links.json").read_bytes())
    for name, token in links.items():
        assert decode(token) == preset(name)


def test_commands_stay():
    assert set(COMMANDS) >= {"presets", "cost", "paths", "train", "evaluate", "cam", "worker"}


def test_measures_stay():
    assert set(MEASURES) >= {"macs", "params", "activations", "receptive"}


def test_python_names_stay():
    assert sorted(explorer.__all__) == ["build", "cost", "lower", "paths", "preset"]
    assert all(callable(getattr(explorer, name)) for name in explorer.__all__)
    assert list(inspect.signature(explorer.cost).parameters) == ["spec", "image"]
    assert list(inspect.signature(explorer.paths).parameters) == ["spec", "unit"]
    assert [f.name for f in dataclasses.fields(Cost)] == [
        "params",
        "macs",
        "activation_bytes",
        "receptive_field",
        "depth",
        "image_size",
    ]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = explorer.nothing
