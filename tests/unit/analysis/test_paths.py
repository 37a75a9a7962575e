import pytest

from explorer import lower, paths, preset
from explorer.analysis.paths import block_polynomial, paths_of_graph
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.res2net import Res2Net
from explorer.spec import NetworkSpec, StageSpec


def test_resnet110_as_in_veit_et_al():
    found = paths(preset("resnet110"))
    assert found.num_paths == 2**54
    assert found.mean == 27
    assert isinstance(found.mean, int)
    assert found.std == pytest.approx(54**0.5 / 2)
    share = sum(found.counts[5:18]) / found.num_paths
    assert share == pytest.approx(0.0045, abs=5e-5)
    assert sum(found.counts[19:36]) / found.num_paths == pytest.approx(0.980, abs=5e-4)


def test_resnet110_by_convolutions():
    found = paths(preset("resnet110"), "conv")
    assert found.num_paths == 2**54
    assert found.mean == 55
    assert min(found.lengths) == 1
    assert max(found.lengths) == 109
    assert all(length % 2 for length in found.lengths)


def test_resnet1202_is_exact():
    found = paths(preset("resnet1202"))
    assert found.num_paths == 2**600
    assert found.lengths[1] == 600
    assert found.counts == found.counts[::-1]


@pytest.mark.parametrize(("unit", "length"), [("block", 27), ("conv", 55)])
def test_a_plain_network_is_one_path(unit, length):
    assert paths(preset("plain56"), unit).lengths == {length: 1}


def test_a_projection_is_a_convolution_on_the_shortcut():
    # Stages 2 to 4 project once: the shortest path has the stem and three projections.
    found = paths(preset("resnet18"), "conv")
    assert min(found.lengths) == 4
    assert found.num_paths == 2**8


@pytest.mark.parametrize(
    ("scale", "inner"), [(1, [0, 1]), (2, [1, 1]), (3, [1, 2, 1]), (4, [1, 3, 2, 1])]
)
def test_the_scales_of_a_res2net_block(scale, inner):
    # Split i reaches the end through 1 .. i convolutions; every path also has both 1x1.
    spec = NetworkSpec(stages=(StageSpec(depth=2, block=Res2Net(scale=scale)),))
    graph = lower(spec)
    second = graph.blocks[1]
    assert block_polynomial(graph, second, "conv") == [1, 0, *inner]
    assert block_polynomial(graph, second, "block") == [1, 1]


def test_the_first_block_of_a_res2net_stage_has_no_sums():
    graph = lower(NetworkSpec(stages=(StageSpec(depth=1, block=Res2Net(scale=4)),)))
    assert block_polynomial(graph, graph.blocks[0], "conv") == [0, 1, 1, 3]


def test_the_central_range_grows_from_the_commonest_length():
    found = paths(preset("resnet110"))
    assert found.central(0.95) == (20, 34)
    assert found.central(0.0) == (27, 27)
    assert paths(preset("plain20")).central() == (9, 9)
    # By convolutions only odd lengths occur; the range steps over the even ones.
    assert paths(preset("resnet110"), "conv").central(0.95) == (2 * 20 + 1, 2 * 34 + 1)


def bottlenecks(**fields):
    return lower(NetworkSpec(stages=(StageSpec(depth=2, width=64, block=Bottleneck(**fields)),)))


@pytest.mark.parametrize("form", ["a", "b", "c"])
def test_the_three_forms_of_a_resnext_block_have_the_same_paths(form):
    graph = bottlenecks(groups=8, base_width=4, form=form)
    second = graph.blocks[1]
    assert block_polynomial(graph, second, "transformation") == [1, 8]
    assert block_polynomial(graph, second, "conv") == [1, 0, 0, 8]
    assert block_polynomial(graph, second, "block") == [1, 1]


def test_the_scales_of_a_res2net_block_are_ways_of_one_transformation():
    graph = lower(NetworkSpec(stages=(StageSpec(depth=2, block=Res2Net(scale=4)),)))
    assert block_polynomial(graph, graph.blocks[1], "transformation") == [1, 7]


def test_groups_in_series_stay_apart():
    # Group g of a split only meets group g of the next: G paths for each way, not G to a power.
    graph = lower(NetworkSpec(stages=(StageSpec(depth=2, block=Res2Net(scale=3, groups=4)),)))
    assert block_polynomial(graph, graph.blocks[1], "conv") == [1, 0, 1, 2 * 4, 1 * 4]


def test_resnext50_has_33_ways_through_each_unit():
    found = paths(preset("resnext50_32x4d"), "transformation")
    assert found.num_paths == 33**16
    assert found.lengths[16] == 32**16


def test_resnet110_by_layers_is_as_long_as_its_name():
    found = paths(preset("resnet110"), "layer")
    assert (min(found.lengths), max(found.lengths), found.mean) == (2, 110, 56)


def test_a_part_of_a_network_has_the_paths_of_its_blocks():
    graph = lower(preset("resnet110"))
    assert paths_of_graph(graph, "block", range(18, 36)).num_paths == 2**18
    assert max(paths_of_graph(graph, "conv", range(18, 36)).lengths) == 36
    dual = lower(preset("dpn92"))
    assert paths_of_graph(dual, "block", range(3, 7)).counts == (1, 4, 6, 4, 1)
