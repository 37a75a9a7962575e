"""The scene: every op of every family is drawn once, and big networks stay small."""

from __future__ import annotations

import json
from itertools import pairwise
from time import perf_counter

import pytest

from explorer.figures.architecture import scene
from explorer.figures.cells import shortcut_of
from explorer.figures.marks import PRODUCT, WHOLE, Bar, Box, Plus, Tag, Tick, Wire
from explorer.graph import lower
from explorer.ir.ops import Slice
from explorer.spec.presets import preset

NETWORKS = (
    "resnet50",
    "res2net50_26w_4s",
    "res2next50",
    "resnext50_32x4d",
    "resnet20",
    "plain20",
    "wrn_28_10",
    "preact_resnet110",
    "preact_resnet50",
    "resnet50_v1",
    "iresnet34",
    "iresgroup50",
    "wider_or_deeper_a",
    "wider_or_deeper_a1_seg21",
    "highway19",
    "resnet110_1layer",
    "resnet110_bn_after_add",
    "resnet164_relu_preact",
    "resnet110_half_both",
    "resnet110_exclusive_gate",
    "resnet110_shortcut_gate",
    "resnet110_dropout_shortcut",
    "wrn_40_2_b3333",
    "densenet121",
    "densenet_40_12",
    "dpn92",
    "dpn68b",
)


def marks(template, kind):
    return [mark for mark in template["open"].marks if isinstance(mark, kind)]


def drawn_ops(cell):
    found = [m.op for m in cell.marks if isinstance(m, Box | Tick | Bar | Plus | Tag)]
    return sorted(op for op in found if op != WHOLE)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_op_is_drawn_once_when_a_part_is_open(make_scene, name):
    found = make_scene(name)
    for part in [*found["templates"], found["stem"], found["head"]]:
        assert drawn_ops(part["open"]) == list(range(len(part["ops"]))), part["words"]


def test_norm_and_activation_after_an_addition_look_as_they_do_before_it(make_scene):
    end = make_scene("iresnet34")["templates"][2]
    names = [op[0] for op in end["ops"]]
    styles = {names[tick.op]: tick.style for tick in marks(end, Tick)}
    assert (styles["bn2"], styles["relu2"]) == ("norm", "act")
    assert names.index("add") < names.index("bn2")


@pytest.mark.parametrize("name", NETWORKS)
def test_blocks_of_a_scene_are_those_of_the_graph(make_scene, name):
    found, graph = make_scene(name), lower(preset(name))
    for drawn, stage in zip(found["stages"], graph.stages, strict=True):
        assert drawn["count"] == sum(run["count"] for run in drawn["runs"]) == len(stage.blocks)
        for run in drawn["runs"]:
            block = stage.blocks[run["first"] + run["count"] - 1]
            names = [op[0] for op in found["templates"][run["template"]]["ops"]]
            assert [f"{block.address}.{n}" for n in names] == [
                n.address for n in graph.nodes_of(block)
            ]


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_on_the_main_line_overlaps(make_scene, name):
    found = make_scene(name)
    for part in [*found["templates"], found["stem"], found["head"]]:
        spans: dict[float, list[tuple[float, float]]] = {}
        for mark in part["open"].marks:
            if isinstance(mark, Box):
                middle, span = mark.t + mark.across / 2, (mark.s, mark.s + mark.along)
                spans.setdefault(middle, []).append(span)
            elif isinstance(mark, Tick):
                spans.setdefault(mark.t, []).append((mark.s, mark.s + 4))
        for lane in spans.values():
            lane.sort()
            assert all(a[1] <= b[0] for a, b in pairwise(lane)), part["words"]


@pytest.mark.parametrize("name", ["resnet50", "res2net50_26w_4s", "wrn_28_10"])
def test_an_arc_goes_at_least_18_px_clear_over_its_block(make_scene, name):
    for template in make_scene(name)["templates"]:
        arc = next(m for m in marks(template, Wire) if m.style == "arc")
        top = min(m.t for m in template["open"].marks if isinstance(m, Box))
        assert min(arc.points[1::2]) <= top - 18


def test_kind_of_shortcut_is_read_off_the_graph(make_scene):
    kinds = {
        name: [t["shortcut"] for t in make_scene(name)["templates"]]
        for name in ("resnet50", "resnet20", "plain20", "wrn_28_10")
    }
    assert set(kinds["resnet50"]) == {"projection", "identity"}
    assert set(kinds["resnet20"]) == {"pad", "identity"}
    assert set(kinds["plain20"]) == {"none"}
    assert set(kinds["wrn_28_10"]) == {"projection", "identity"}


def test_plain_networks_have_no_violet(make_scene):
    for template in make_scene("plain20")["templates"]:
        for cell in (template["box"], template["open"], *template["folds"]):
            assert not [m for m in cell.marks if isinstance(m, Wire) and m.style == "arc"]
            assert not [m for m in cell.marks if isinstance(m, Plus)]


def test_a_shortcut_that_is_kept_ends_in_a_bar(make_scene):
    for template in make_scene("densenet121")["templates"]:
        for cell in (template["box"], template["open"], *template["folds"]):
            assert not [m for m in cell.marks if isinstance(m, Plus)]
            (bar,) = [m for m in cell.marks if isinstance(m, Bar)]
            arc = next(m for m in cell.marks if isinstance(m, Wire) and m.style == "arc")
            assert bar.s <= arc.points[-2] <= bar.s + 5
    assert make_scene("densenet121")["kinds"] == ["identity", "kept"]
    assert make_scene("resnet50")["kinds"] == ["added", "identity", "projection"]
    assert make_scene("plain20")["kinds"] == ["none"]


def test_a_dense_shortcut_leaves_behind_the_transition(make_scene):
    layers = [t for t in make_scene("densenet121")["templates"] if len(t["ops"]) == 11]
    assert len(layers) == 3
    for template in layers:
        arc = next(m for m in marks(template, Wire) if m.style == "arc")
        assert [m.label for m in marks(template, Box) if m.s < arc.points[0]] == ["1×1", "avg"]


@pytest.mark.parametrize("name", ["dpn92", "dpn68b"])
def test_two_streams_part_and_meet(make_scene, name):
    for template in make_scene(name)["templates"]:
        (plus,) = marks(template, Plus)
        last = max(marks(template, Bar), key=lambda bar: bar.s)
        arcs = [m.points for m in marks(template, Wire) if m.style == "arc"]
        assert plus.s < last.s
        assert sorted(points[-2] for points in arcs)[1:] == [plus.s, last.s + 2.5]


def test_relu_stands_after_the_addition_in_v1_and_before_the_convs_in_v2(make_scene):
    v1 = make_scene("resnet50")["templates"][1]
    v2 = make_scene("preact_resnet110")["templates"][1]
    plus1, plus2 = (next(m.s for m in marks(t, Plus) if not m.inside) for t in (v1, v2))
    assert max(m.s for m in marks(v1, Tick)) > plus1
    assert max(m.s for m in marks(v2, Tick)) < plus2
    assert min(m.s for m in marks(v2, Tick)) < min(m.s for m in marks(v2, Box))


def test_shared_activation_moves_the_start_of_the_shortcut_behind_its_ticks(make_scene):
    first = make_scene("preact_resnet110")["templates"][0]
    arc = next(m for m in marks(first, Wire) if m.style == "arc")
    ticks = sorted(m.s for m in marks(first, Tick))
    assert ticks[1] < arc.points[0] < min(m.s for m in marks(first, Box))


def test_res2net_steps_to_the_right_lane_by_lane(make_scene):
    found = make_scene("res2net50_26w_4s")["templates"]
    first, later = found[0], found[1]
    lanes = [
        sorted((m.t + m.across / 2, m.s) for m in marks(t, Box) if m.label == "3×3")
        for t in (first, later)
    ]
    assert len({s for _, s in lanes[0]}) == 1
    steps = [s for _, s in lanes[1]]
    assert steps == sorted(set(steps))
    assert len(steps) == 3
    assert sum(m.inside for m in marks(later, Plus)) == 2
    assert [m.label for m in marks(first, Box)].count("avg pool") == 1


def test_a_split_bar_has_one_piece_for_each_lane(make_scene):
    graph = lower(preset("res2net50_26w_4s"))
    num_slices = sum(isinstance(n.op, Slice) for n in graph.nodes_of(graph.blocks[1]))
    template = make_scene("res2net50_26w_4s")["templates"][1]
    assert len(marks(template, Bar)) == num_slices + 1


def test_values_follow_each_block_where_they_differ(make_scene):
    run = make_scene("resnet20", "receptive")["stages"][0]["runs"][0]
    assert len(run["values"]) == run["count"] == 3
    assert run["values"][0][0] < run["values"][1][0] < run["values"][2][0]
    assert len(make_scene("resnet20")["stages"][0]["runs"][0]["values"]) == 1


@pytest.mark.parametrize("name", ["resnet152", "resnet1202", "res2net50_26w_8s", "resnet1001"])
@pytest.mark.parametrize("measure_name", ["macs", "receptive"])
def test_a_scene_stays_under_60_kb(make_scene, name, measure_name):
    text = json.dumps(make_scene(name, measure_name), separators=(",", ":"))
    assert len(text) < 60_000


def test_a_scene_is_made_in_milliseconds():
    graph = lower(preset("resnet152"))
    times: list[float] = []
    for _ in range(5):
        start = perf_counter()
        scene(graph)
        times.append(perf_counter() - start)
    assert min(times) < 0.03


def test_without_a_measure_nothing_has_a_value():
    found = scene(lower(preset("resnet20")))
    assert found["measure"] is None
    assert found["stages"][0]["value"] is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("resnet110", "identity"),
        ("resnet110_c", "projection"),
        ("resnet110_half_both", "weighted"),
        ("resnet110_exclusive_gate", "weighted"),
        ("resnet110_dropout_shortcut", "weighted"),
        ("highway19", "weighted"),
    ],
)
def test_what_weights_a_shortcut_has_a_kind_of_its_own(name, kind):
    graph = lower(preset(name))
    block = graph.blocks[1]
    assert shortcut_of(block, list(graph.nodes_of(block))).kind == kind


def test_a_product_is_a_cross_and_a_norm_after_the_addition_a_norm(make_scene):
    gated, after = make_scene("resnet110_exclusive_gate"), make_scene("resnet110_bn_after_add")
    template = gated["templates"][0]
    product = next(i for i, op in enumerate(template["ops"]) if op[0] == "gate.transform")
    assert [m.inside for m in marks(template, Plus) if m.op == product] == [PRODUCT]
    styles = [mark.style for mark in marks(after["templates"][0], Tick)]
    assert styles == ["norm", "act", "norm", "act"]
