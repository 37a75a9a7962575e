"""Which cells a view shows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from explorer.figures.compose import View, compose


def shown(picture):
    return [(p.address, p.num_blocks) for p in picture.placed if len(p.cell.marks) > 1]


def test_stages_are_one_cell_each(make_scene):
    picture = compose(make_scene("resnet50"), View("stages"))
    names = ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert [address for address, _ in shown(picture)] == names


def test_blocks_that_fit_are_all_shown(make_scene):
    picture = compose(make_scene("resnet20"), View(room=2000))
    assert len(shown(picture)) == 9 + 2


def test_long_runs_fold_first(make_scene):
    picture = compose(make_scene("resnet50"), View(room=1260))
    counts = dict(shown(picture))
    assert counts["layer3.1"] == 5
    assert counts["layer1.1"] == 1


@pytest.mark.parametrize("name", ["resnet152", "resnet1202", "preact_resnet110"])
def test_deep_networks_fold_until_they_fit(make_scene, name):
    picture = compose(make_scene(name), View(room=960))
    assert picture.length <= 960
    assert sum(n for a, n in shown(picture) if a not in {"stem", "head"}) > 40


def test_an_open_block_splits_its_run_and_folds_the_other_stages(make_scene):
    view = View(states={"layer2.1": "ops"}, room=960)
    assert shown(compose(make_scene("res2net50_26w_4s"), view)) == [
        ("stem", 1),
        ("layer1", 3),
        ("layer2.0", 1),
        ("layer2.1", 1),
        ("layer2.2", 2),
        ("layer3", 6),
        ("layer4", 3),
        ("head", 1),
    ]


def test_what_the_reader_chose_beats_the_level(make_scene):
    view = View("stages", {"layer1": "blocks", "layer1.1+": "blocks"})
    assert [a for a, _ in shown(compose(make_scene("resnet50"), view))][1:4] == [
        "layer1.0",
        "layer1.1",
        "layer1.2",
    ]


def test_at_ops_a_run_shows_the_selected_one_of_its_blocks(make_scene):
    picture = compose(make_scene("resnet50"), View("ops", selected="layer3.4.conv2"))
    assert "layer3.4" in {p.address for p in picture.placed}
    assert "layer3.1" not in {p.address for p in picture.placed}


@pytest.mark.parametrize("level", ["stages", "blocks", "ops"])
def test_cells_stand_side_by_side_inside_their_panels(make_scene, level):
    picture = compose(make_scene("res2net50_26w_4s"), View(level))
    ends = [(p.s, p.s + p.cell.length) for p in picture.placed]
    assert all(a[1] <= b[0] or a[0] == b[0] for a, b in pairwise(ends))
    assert ends[-1][1] == picture.length
    for panel in picture.panels:
        name = panel.stage["address"]
        inside = [p for p in picture.placed if p.address.split(".")[0] == name]
        assert panel.s <= inside[0].s
        assert inside[-1].s + inside[-1].cell.length <= panel.s + panel.length


def test_a_folded_run_rolls_its_values_up(make_scene):
    found = make_scene("resnet50")
    picture = compose(found, View("stages", {"layer3": "blocks", "layer3.1+": "fold"}))
    fold = next(p for p in picture.placed if p.num_blocks == 5)
    one = found["stages"][2]["runs"][1]["values"][0][0]
    assert fold.values == [5 * one]
