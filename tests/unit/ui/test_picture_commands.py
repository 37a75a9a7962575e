"""Commands from the picture: what a browser may send, what they do, and where it lands."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.graph import lower
from explorer.spec import NetworkSpec
from explorer.spec.presets import preset
from explorer.ui import commands, pictures
from explorer.ui.components.command import Command, Deed, command_of
from explorer.ui.landing import landing
from explorer.ui.state import Hand


@pytest.mark.parametrize(
    ("sent", "command"),
    [
        (
            {"do": "move", "address": "layer2.1", "before": "layer3.0"},
            Command("move", "layer2.1", "layer3.0"),
        ),
        ({"do": "move", "address": "layer2", "before": ""}, Command("move", "layer2", "")),
        ({"do": "remove", "address": "layer2"}, Command("remove", "layer2")),
        ({"do": "add_stage"}, Command("add_stage")),
        (
            {"do": "add_block", "address": "layer1.2", "before": "layer1.3"},
            Command("add_block", before="layer1.3"),
        ),
    ],
)
def test_a_command_is_read(sent: object, command: Command) -> None:
    assert command_of(sent) == command


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "move",
        7,
        ["move", "layer1", ""],
        {},
        {"do": "explode", "address": "layer1"},
        {"do": ["move"], "address": "layer1", "before": ""},
        {"do": "move", "address": None, "before": "layer1"},
        {"do": "move", "address": "layer1; drop", "before": "layer2"},
        {"do": "move", "address": "layer1.0\n", "before": "layer2.0"},
        {"do": "move", "address": "layer1.0", "before": "layer2"},
        {"do": "move", "address": "layer1.0", "before": ""},
        {"do": "move", "address": "", "before": "layer1"},
        {"do": "move", "address": "layer1", "before": "layer1.0"},
        {"do": "remove", "address": ""},
        {"do": "duplicate", "before": "layer1"},
        {"do": "add_block", "before": "layer1"},
        {"do": "add_stage", "before": "layer1.0"},
        {"do": "remove", "address": "layer0"},
        {"do": "remove", "address": "layer1.00001"},
    ],
)
def test_what_is_no_command_is_ignored(sent: Any) -> None:
    assert command_of(sent) is None


def marked(name: str, stage: int, index: int) -> NetworkSpec:
    """Return a preset with one block, and every stage, unlike all others."""
    spec = preset(name).model_dump()
    for i, one in enumerate(spec["stages"]):
        one["width"] = 16 * (i + 1)
    block = spec["stages"][stage]["block"]
    spec["stages"][stage]["overrides"] = [{"at": index, "block": block, "width": 8}]
    return NetworkSpec.model_validate(spec)


def changed(spec: NetworkSpec, command: Command) -> NetworkSpec:
    now = Hand(spec, spec)
    commands.apply(now, command._asdict())
    return now.spec


def whereabouts(spec: NetworkSpec) -> str:
    """Return the address of the only block that is 8 wide."""
    found = [
        f"layer{number}.{i}"
        for number, stage in enumerate(spec.stages, 1)
        for i in range(stage.depth)
        if spec.width_of(stage, i) == 8
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("address", ["layer2.0", "layer2.1", "layer2.2"])
@pytest.mark.parametrize("before", [f"layer{stage}.{i}" for stage in (1, 2, 3) for i in range(4)])
def test_a_moved_block_is_found_where_it_is_said_to_land(address: str, before: str) -> None:
    spec = marked("resnet20", 1, int(address[-1]))
    command = Command("move", address, before)
    assert landing(spec, command) == whereabouts(changed(spec, command))


@pytest.mark.parametrize(
    ("before", "expected"), [("layer1.1", "layer1.1"), ("layer3.1", "layer2.1")]
)
def test_a_stage_that_loses_its_only_block_is_counted_out(before: str, expected: str) -> None:
    spec = marked("resnet20", 1, 0)
    first, second, third = spec.stages
    spec = spec.model_copy(
        update={"stages": (first, second.model_copy(update={"depth": 1}), third)}
    )
    command = Command("move", "layer2.0", before)
    assert landing(spec, command) == expected
    assert whereabouts(changed(spec, command)) == expected


@pytest.mark.parametrize("address", ["layer1", "layer2", "layer3"])
@pytest.mark.parametrize("before", ["layer1", "layer2", "layer3", ""])
def test_a_moved_stage_is_found_where_it_is_said_to_land(address: str, before: str) -> None:
    spec = marked("resnet20", 1, 0)
    command = Command("move", address, before)
    width = spec.stages[int(address[-1]) - 1].width
    place = landing(spec, command)
    assert changed(spec, command).stages[int(place[-1]) - 1].width == width


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Command("duplicate", "layer2"), "layer3"),
        (Command("duplicate", "layer2.1"), "layer2.2"),
        (Command("remove", "layer2"), "layer2"),
        (Command("remove", "layer3"), "layer2"),
        (Command("remove", "layer2.0"), "layer2.0"),
        (Command("remove", "layer2.2"), "layer2.1"),
        (Command("add_block", "layer2.2", "layer2.3"), "layer2.3"),
        (Command("add_stage", "layer1", "layer2"), "layer2"),
        (Command("add_stage"), "layer4"),
    ],
)
def test_after_a_command_something_that_exists_is_selected(command: Command, expected: str) -> None:
    spec = preset("resnet20")
    assert landing(spec, command) == expected
    graph = lower(changed(preset("resnet50"), command))
    assert any(a == expected or a.startswith(f"{expected}.") for a in graph.nodes)


@pytest.fixture
def now() -> Hand:
    spec = preset("resnet20")
    return Hand(spec, spec)


def test_a_command_of_the_picture_can_be_taken_back(now: Hand) -> None:
    spec = now.spec
    pictures.arrange(now, Command("duplicate", "layer1.0"))
    assert now.spec.stages[0].depth == 4
    assert now.selected == "layer1.1"
    now.undo()
    assert now.spec == spec


def test_a_block_that_moves_among_its_like_stays_selected(now: Hand) -> None:
    spec = now.spec
    pictures.arrange(now, Command("move", "layer1.1", "layer1.3"))
    assert now.spec == spec
    assert now.selected == "layer1.2"


def test_after_a_move_that_does_not_fit_the_picture_s_network_is_changed(now: Hand) -> None:
    spec = now.spec
    pictures.arrange(now, Command("move", "layer2.1", "layer3.1"))
    assert now.error is not None
    assert now.broken.startswith("layer3.1")
    assert now.working == spec
    pictures.arrange(now, Command("remove", "layer2.1"))
    assert now.error is None
    assert [stage.depth for stage in now.spec.stages] == [3, 2, 3]


@pytest.mark.parametrize("do", ["move", "duplicate", "remove"])
@pytest.mark.parametrize("address", ["layer9", "layer9.0", "layer1.999"])
def test_a_place_that_is_not_there_harms_nothing(now: Hand, do: Deed, address: str) -> None:
    spec = now.spec
    pictures.arrange(now, Command(do, address, "layer1.0" if "." in address else ""))
    assert now.spec == spec
