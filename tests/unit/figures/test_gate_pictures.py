"""How gates, branches and deep stems are drawn."""

import pytest
import test_architecture

from explorer.figures.marks import PRODUCT, Plus

NETWORKS = [
    "resnet110_sd",
    "resnext50_32x4d_a",
    "resnext50_32x4d_b",
    "res2net50d",
    "res2next29_6c24w4s_printed",
    "se_res2net50_26w_4s",
    "legacy_senet154",
]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_op_is_drawn_once(make_scene, name):
    found = make_scene(name)
    for part in [*found["templates"], found["stem"], found["head"]]:
        assert test_architecture.drawn_ops(part["open"]) == list(range(len(part["ops"]))), part[
            "words"
        ]


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_overlaps(make_scene, name):
    test_architecture.test_nothing_on_the_main_line_overlaps(make_scene, name)


def test_a_gate_is_multiplied_and_a_branch_is_added(make_scene):
    for name, kind in (("seresnet50", PRODUCT), ("resnext50_32x4d_a", 1)):
        marks = make_scene(name)["templates"][0]["open"].marks
        inside = [mark.inside for mark in marks if isinstance(mark, Plus)]
        assert sorted(inside) == [0, kind]
