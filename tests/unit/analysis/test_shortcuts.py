"""What stands on shortcuts, told from the graph."""

from __future__ import annotations

import pytest

from explorer.analysis.shortcuts import shortcuts
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
