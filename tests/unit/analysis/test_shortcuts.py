"""What stands on shortcuts, told from the graph."""

from __future__ import annotations

import pytest

from explorer.analysis.shortcuts import shortcuts, sums_up
from explorer.graph import lower
from explorer.spec.presets import preset


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet20", (9, 0, 0, 0)),  # v1: a ReLU after each addition
        ("preact_resnet20", (0, 6, 3, 0)),  # v2: three units change channels or start the trunk
        ("plain20", (0, 0, 0, 9)),
        ("highway19", (0, 0, 15, 2)),  # two units that change channels are plain
    ],
)
def test_kinds(name, expected):
    found = shortcuts(lower(preset(name)))
    assert found.num_units == sum(expected)
    assert tuple(found) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("preact_resnet20", True),
        ("wrn_16_2", True),
        ("resnet110_relu_before_add", True),  # nothing stands after the addition
        ("resnet20", False),
        ("resnet110_bn_after_add", False),
        ("iresnet50", False),  # BN and ReLU where a stage ends
        ("highway19", False),  # a gate weights both ways
        ("densenet_40_12", False),  # nothing is added
        ("plain20", False),
    ],
)
def test_where_the_signal_is_a_sum(name: str, expected: bool) -> None:
    assert sums_up(lower(preset(name))) is expected
