"""Every sentence that a person can cause in the core, in one place to be read and reviewed.

Run ``python -m tests.unit.test_errors`` to write the sentences anew after a change.
"""

import json
from pathlib import Path

import pytest

from explorer import cost, lower, preset
from explorer.analysis.budget import admit
from explorer.analysis.measures import measure
from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.preact import PreAct
from explorer.blocks.res2net import Res2Net
from explorer.cli.commands import read_spec
from explorer.errors import ExplorerError
from explorer.ir import ops
from explorer.ir.graph import GraphBuilder, Value
from explorer.spec import NetworkSpec, StageSpec, arrange, edit
from explorer.spec.codec import decode, encode, from_data, from_json
from explorer.spec.limits import Limits

SNAPSHOT = Path("tests/snapshots/errors.json")
WIDE = Value("input", (8, 4, 4))


def network(*stages, **values):
    return NetworkSpec(stages=stages, **values)


def add(op, *inputs):
    return GraphBuilder("layer2.0.").add("node", op, *inputs)


SHORT = network(StageSpec(), StageSpec())


def limited(**limits):
    return lambda: admit(preset("resnet50"), limits=Limits(**limits))


def block(**values):
    return lambda: from_data({"stages": [{}, {}, {"block": values}]})


CASES = {
    "identity where the channels change": lambda: lower(
        network(StageSpec(width=32, block=Basic(shortcut="identity")))
    ),
    "identity where the size changes": lambda: lower(
        network(StageSpec(stride=2, block=PreAct(shortcut="identity")))
    ),
    "padding to fewer channels": lambda: lower(
        network(StageSpec(width=32, block=Basic(shortcut="A")))
    ),
    "no channel left in a bottleneck": lambda: lower(
        network(StageSpec(width=8, block=Bottleneck(base_width=1)))
    ),
    "no channel left in a split": lambda: lower(
        network(StageSpec(width=8, block=Res2Net(base_width=1)))
    ),
    "groups that do not divide": lambda: add(ops.Conv2d(8, 12, groups=8), WIDE),
    "wrong channels for a convolution": lambda: add(ops.Conv2d(4, 8), WIDE),
    "wrong features for the classifier": lambda: add(ops.Linear(4, 8), Value("x", (9,))),
    "a window that does not fit": lambda: add(ops.MaxPool2d(5, 2), WIDE),
    "joining different sizes": lambda: add(ops.Concat(), WIDE, Value("x", (8, 2, 2))),
    "an image of no size": lambda: cost(preset("resnet18"), 0),
    "an image too large": lambda: cost(preset("resnet18"), 5000),
    "too many parameters": limited(params=1_000_000),
    "too many macs": limited(macs=1_000_000_000),
    "too many activations": limited(activation_bytes=10_000_000),
    "too many ops": limited(nodes=100),
    "far too many blocks": lambda: admit(network(*[StageSpec(depth=1000)] * 8)),
    "a preset with near names": lambda: preset("resnet-50"),
    "a preset with no near name": lambda: preset("zzzz"),
    "a measure": lambda: measure("beauty"),
    "a link cut off": lambda: decode(encode(preset("wrn_28_10"))[:-7]),
    "a link of another site": lambda: decode("dQw4w9WgXcQ"),
    "a link too long": lambda: decode("1." + "A" * 3000),
    "a link of a newer version": lambda: decode("2.AAAA"),
    "a link of a version that never was": lambda: decode("0.AAAA"),
    "no json": lambda: from_json("{stages"),
    "a huge file": lambda: from_json(" " * 2_000_000),
    "json of another kind": lambda: from_json("[1, 2]"),
    "no stages": lambda: from_data({}),
    "too many stages": lambda: from_data({"stages": [{}] * 9}),
    "an unknown field": lambda: from_data({"stages": [{}], "colour": "red"}),
    "two unknown fields": lambda: from_data({"stages": [{}], "colour": 1, "{x}": 2}),
    "an unknown field of a block": block(kind="basic", scale=4),
    "a field out of range": block(kind="res2net", scale=0),
    "a choice that is none": block(kind="bottleneck", shortcut="Z"),
    "a fraction for a whole number": lambda: from_data({"stages": [{"depth": 1.5}]}),
    "a number for a list": lambda: from_data({"stages": 3}),
    "a step that is none": block(kind="preact", dropout=0.333),
    "neither true nor false": lambda: from_data({"stages": [{}], "stem": {"pool": "perhaps"}}),
    "a stem that is none": lambda: from_data({"stages": [{}], "stem": []}),
    "zero": lambda: from_data({"stages": [{}], "width_multiplier": 0}),
    "a block without kind": block(scale=4),
    "a block of unknown kind": block(kind="inception"),
    "a word for a number": lambda: from_data({"stages": [{"depth": "many"}]}),
    "not a number": lambda: from_data({"stages": [{}], "width_multiplier": float("nan")}),
    "several at once": lambda: from_data({"stages": [{"depth": 0, "width": 0, "stride": 3}]}),
    "a ninth stage": lambda: arrange.add_stage(network(*[StageSpec()] * 8)),
    "the only stage goes": lambda: arrange.remove(edit.blank(), "layer1"),
    "the only block goes": lambda: arrange.remove(edit.blank(), "layer1.0"),
    "too many blocks": lambda: arrange.duplicate(network(StageSpec(depth=1000)), "layer1.0"),
    "a stage inside a stage": lambda: arrange.move(SHORT, "layer1", "layer2.0"),
    "a block before a stage": lambda: arrange.move(SHORT, "layer1.0", "layer2"),
    "an address of nothing": lambda: arrange.remove(SHORT, "conv1"),
    "a stage that is not there": lambda: arrange.remove(SHORT, "layer7"),
    "a block that is not there": lambda: arrange.remove(SHORT, "layer1.7"),
    "a stage of that number": lambda: edit.change_blocks(SHORT, 6, se=16),
    "a family that is not there": lambda: edit.change_block_family(SHORT, "layer1.0", "vgg"),
    "a field of a single block": lambda: edit.change_block(SHORT, "layer1.0", se=-1),
    "an infinite depth": lambda: edit.change_stages(SHORT, 0, depth=float("inf")),
    "streams that cannot be divided": lambda: add(ops.Slice(8, 12), WIDE),
    "a file that is not there": lambda: read_spec("nowhere.json"),
    "a word that is no network": lambda: read_spec("resnet5"),
    "a token that is no network": lambda: read_spec("1.AAAA"),
}


def said(name):
    with pytest.raises(ExplorerError) as raised:
        CASES[name]()
    error = raised.value
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "location": getattr(error, "location", ""),
    }


def test_every_sentence_is_pinned():
    assert set(json.loads(SNAPSHOT.read_bytes())) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_sentence(name):
    found = said(name)
    assert found == json.loads(SNAPSHOT.read_bytes())[name]
    for sentence in filter(None, (found["message"], found["hint"])):
        assert sentence.endswith((".", "?"))
        assert "\n" not in sentence


if __name__ == "__main__":
    text = json.dumps({name: said(name) for name in CASES}, indent=1, ensure_ascii=False)
    SNAPSHOT.write_text(text + "\n")
