from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from explorer.analysis.measures import measure
from explorer.figures.architecture import scene
from explorer.graph import lower
from explorer.spec.presets import preset


@cache
def scene_of(name: str, measure_name: str = "macs") -> dict[str, Any]:
    graph = lower(preset(name))
    chosen = measure(measure_name)
    return scene(graph, chosen.values(graph), chosen)


@pytest.fixture
def make_scene():
    return scene_of
