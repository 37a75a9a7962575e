"""Commands of the stage table: one undo step each, and nothing a browser sends can break them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.spec import edit
from explorer.spec.presets import preset
from explorer.ui import commands
from explorer.ui.state import Hand


def hand(name: str = "resnet20") -> Hand:
    return Hand(preset(name), preset(name), base=preset(name))


def put(now: Hand, address: str, field: str, value: object) -> bool:
    return commands.apply(now, {"do": "set", "address": address, "field": field, "value": value})


def widths(now: Hand) -> list[int]:
    return [stage.width for stage in now.spec.stages]


def test_a_cell_of_a_stage_is_set_and_undone() -> None:
    now = hand()
    assert put(now, "layer2", "depth", 5)
    assert now.spec == edit.change_stages(preset("resnet20"), 1, depth=5)
    assert put(now, "layer2", "se", 16)
    assert put(now, "layer2", "kind", "bottleneck")
    assert now.spec.stages[1].block.kind == "bottleneck"
    for _ in range(3):
        assert commands.apply(now, {"do": "undo"})
    assert now.spec == preset("resnet20")
    assert not commands.apply(now, {"do": "undo"})
    assert commands.apply(now, {"do": "redo"})
    assert now.spec.stages[1].depth == 5


def test_a_single_block_is_overridden_and_reset() -> None:
    now = hand()
    assert put(now, "layer1.1", "kind", "plain")
    assert put(now, "layer1.2", "width", 24)
    assert [o.at for o in now.spec.stages[0].overrides] == [1, 2]
    assert commands.apply(now, {"do": "reset", "address": "layer1.1"})
    assert commands.apply(now, {"do": "reset", "address": "layer1.2"})
    assert now.spec == preset("resnet20")


@pytest.mark.parametrize(
    ("command", "expected", "selected"),
    [
        ({"do": "move", "address": "layer3", "before": "layer1"}, [64, 16, 32], "layer1"),
        ({"do": "move", "address": "layer1", "before": ""}, [32, 64, 16], "layer3"),
        ({"do": "duplicate", "address": "layer1"}, [16, 16, 32, 64], "layer2"),
        ({"do": "remove", "address": "layer2"}, [16, 64], "layer2"),
        ({"do": "add_stage", "before": ""}, [16, 32, 64, 128], "layer4"),
        ({"do": "add_stage", "before": "layer2"}, [16, 16, 32, 64], "layer2"),
    ],
)
def test_stages_are_arranged_and_what_was_touched_is_selected(
    command: dict[str, str], expected: list[int], selected: str
) -> None:
    now = hand()
    assert commands.apply(now, command)
    assert widths(now) == expected
    assert now.selected == selected
    assert len(now.undone) == 1


@pytest.mark.parametrize(
    ("command", "depths", "selected"),
    [
        ({"do": "move", "address": "layer1.0", "before": "layer2.3"}, (2, 4, 3), "layer2.3"),
        ({"do": "duplicate", "address": "layer1.0"}, (4, 3, 3), "layer1.1"),
        ({"do": "remove", "address": "layer3.2"}, (3, 3, 2), "layer3.1"),
        ({"do": "add_block", "before": "layer2.3"}, (3, 4, 3), "layer2.3"),
    ],
)
def test_blocks_are_arranged(
    command: dict[str, str], depths: tuple[int, ...], selected: str
) -> None:
    now = hand()
    put(now, "layer1.0", "se", 4)
    commands.apply(now, command)
    assert tuple(stage.depth for stage in now.spec.stages) == depths
    assert now.selected == selected


def test_a_block_that_leaves_an_empty_stage_is_found_in_the_next() -> None:
    now = hand()
    put(now, "layer1", "depth", 1)
    commands.apply(now, {"do": "move", "address": "layer1.0", "before": "layer2.1"})
    assert len(now.spec.stages) == 2
    assert now.selected == "layer1.1"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ({"do": "set", "address": "layer2", "field": "depth", "value": 5000}, "1000"),
        ({"do": "set", "address": "layer2", "field": "width", "value": 0.5}, "whole number"),
        ({"do": "set", "address": "layer7", "field": "depth", "value": 3}, "no stage 7"),
        ({"do": "set", "address": "layer2", "field": "kind", "value": "x"}, "no block called"),
        ({"do": "remove", "address": "layer2.9"}, "no block 9"),
    ],
)
def test_what_is_not_possible_is_refused_with_a_sentence(
    command: dict[str, object], sentence: str
) -> None:
    now = hand()
    assert not commands.apply(now, command)
    assert now.refused is not None
    assert sentence in now.refused.message
    assert now.spec == preset("resnet20")
    assert not now.undone
    assert now.turn == 1


@pytest.mark.parametrize(
    "command",
    [
        None,
        "undo",
        [],
        {},
        {"do": "explode"},
        {"do": ["set"]},
        {"do": "set", "address": "stem", "field": "width", "value": 3},
        {"do": "set", "address": "layer1", "field": "overrides", "value": 3},
        {"do": "set", "address": "layer1.0", "field": "address", "value": 3},
        {"do": "set", "address": "layer1", "field": "width", "value": None},
        {"do": "set", "address": "layer1", "field": "width", "value": float("nan")},
        {"do": "set", "address": "layer1", "field": "kind", "value": "x" * 100},
        {"do": "remove", "address": "layer1; drop"},
        {"do": "remove", "address": ""},
        {"do": "reset", "address": "layer1"},
        {"do": "add_block", "before": "layer1"},
        {"do": "add_stage", "before": "layer1.0"},
        {"do": "move", "address": "layer1"},
        {"do": "move", "address": "layer1", "before": "layer2.0"},
    ],
)
def test_what_is_malformed_is_ignored(command: object) -> None:
    now = hand()
    assert not commands.apply(now, command)
    assert now.refused is None
    assert now.spec == preset("resnet20")


@pytest.mark.parametrize(
    ("command", "selected"),
    [
        ({"do": "duplicate", "address": "layer1.0", "before": "layer1"}, "layer1.1"),
        ({"do": "remove", "address": "layer1", "before": "layer2.0"}, "layer1"),
        ({"do": "add_stage", "address": "layer1.0", "before": ""}, "layer4"),
    ],
)
def test_a_place_that_a_deed_does_not_need_says_nothing(
    command: dict[str, str], selected: str
) -> None:
    now = hand()
    assert commands.apply(now, command)
    assert now.selected == selected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
places = st.sampled_from(["", "layer1", "layer2", "layer3", "layer1.0", "layer1.3", "layer9"])
deeds = ["set", "move", "duplicate", "remove", "reset", "add_block", "add_stage", "undo", "redo"]
sent = st.fixed_dictionaries(
    {"do": st.sampled_from(deeds)},
    optional={
        "address": places | anything,
        "before": places | anything,
        "field": st.sampled_from(["depth", "width", "stride", "kind", "se", "groups"]) | anything,
        "value": st.sampled_from([1, 2, 16, 0.5, "basic", "res2net", "densenet"]) | anything,
    },
)


@settings(max_examples=40, deadline=None)
@given(st.lists(sent, max_size=6))
@example([{"do": "duplicate", "address": "layer1.0", "before": "layer1"}])
def test_no_series_of_commands_breaks_the_hand(series: list[dict[str, object]]) -> None:
    now = hand()
    for command in series:
        commands.apply(now, command)
    while now.undone:
        now.undo()
    assert now.spec == preset("resnet20")


def test_the_budget_is_held_for_commands_too() -> None:
    from explorer.analysis.cost import cost
    from explorer.analysis.lock import Lock

    now = hand("resnet20")
    target = cost(now.spec).params
    now.hold(Lock("params", target, 0.03, "all_widths"))
    put(now, "layer2", "depth", 6)
    assert now.spec.width_multiplier < 1
    assert abs(cost(now.working).params / target - 1) < 0.03
