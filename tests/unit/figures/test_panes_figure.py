"""Pictures of networks side by side: one scale, runs split by status, what corresponds as JSON."""

from __future__ import annotations

import json

import pytest

from explorer.analysis.measures import measure
from explorer.compare.alignment import align_graphs
from explorer.figures.architecture import scene
from explorer.figures.panes import on_one_scale, split_by_status, statuses_of, written
from explorer.graph import lower
from explorer.spec.presets import preset

NAMES = ("resnet50", "resnet101", "res2net50_26w_4s")


@pytest.fixture(scope="module")
def networks():
    return [(preset(name), lower(preset(name))) for name in NAMES]


@pytest.fixture(scope="module")
def links(networks):
    return [None, *(align_graphs(networks[0], other) for other in networks[1:])]


def test_one_colour_is_one_value_in_every_picture(networks) -> None:
    macs = measure("macs")
    scenes = [scene(graph, macs.values(graph), macs) for _spec, graph in networks]
    shared = on_one_scale(scenes)
    assert len({json.dumps(one["measure"]) for one in shared}) == 1
    tops = [one["measure"]["domain"][1] for one in scenes]
    assert shared[0]["measure"]["domain"][1] == max(tops)
    assert len(set(tops)) > 1
    bare = [scene(graph) for _spec, graph in networks]
    assert on_one_scale(bare) == bare


def test_runs_end_where_another_status_begins(networks, links) -> None:
    deep = scene(networks[1][1])
    split = split_by_status(deep, statuses_of(links, 1))
    runs = [(run["first"], run["count"]) for run in split["stages"][2]["runs"]]
    assert runs == [(0, 1), (1, 5), (6, 17)]
    assert [(r["first"], r["count"]) for r in deep["stages"][2]["runs"]] == [(0, 1), (1, 22)]


def test_values_of_a_split_run_stay_with_their_blocks() -> None:
    run = {"template": 0, "first": 2, "count": 4, "values": [[1], [2], [3], [4]]}
    stage = {"address": "layer1", "runs": [run]}
    statuses = {"layer1.2": "same", "layer1.3": "same", "layer1.4": "added", "layer1.5": "added"}
    split = split_by_status({"stages": [stage]}, statuses)
    parts = [(r["first"], r["values"]) for r in split["stages"][0]["runs"]]
    assert parts == [(2, [[1], [2]]), (4, [[3], [4]])]


def test_the_baseline_has_a_status_for_each_of_the_others(links) -> None:
    found = statuses_of(links, 0)
    assert set(found) == {block for block in found if block.startswith("layer")}
    assert found["layer3.1"] == ("same", "changed")
    assert statuses_of(links, 1)["layer3.9"] == "added"


def test_an_alignment_is_small_and_says_everything(links) -> None:
    found = written(links[1])
    assert len(json.dumps(found)) < 3000
    assert [part[0] for part in found["parts"][:3]] == ["stem", "head", "layer1.0"]
    assert found["stages"] == [[f"layer{i}", f"layer{i}", int(i == 3)] for i in range(1, 5)]
    added = [part for part in found["parts"] if part[2] == 2]
    assert len(added) == 17
    assert all(part[0] is None and part[3] == -1 for part in added)
    changed = written(links[2])
    first = next(part for part in changed["parts"] if part[0] == "layer1.0")
    ops = changed["kinds"][first[3]]
    assert ["conv2", "convs.0", 1] in ops
    assert [None, "convs.1", 2] in ops
