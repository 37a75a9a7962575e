import pytest

from explorer import cost, lower, preset
from explorer.analysis.cost import depth, node_costs
from explorer.errors import SpecError


@pytest.mark.parametrize(
    ("name", "params", "macs", "layers"),
    [
        ("resnet50", 25_557_032, 4_089_184_256, 50),
        ("res2net50_26w_4s", 25_699_120, 4_255_166_464, 50),
        ("resnet110", 1_727_962, 252_887_680, 110),
        ("wrn_28_10", 36_479_194, 5_243_328_768, 26),
    ],
)
def test_known_networks(name, params, macs, layers):
    found = cost(preset(name))
    assert (found.params, found.macs, found.depth) == (params, macs, layers)
    assert found.flops == 2 * macs


def test_the_image_changes_all_but_parameters_and_depth():
    spec = preset("resnet50")
    half, full = cost(spec, 112), cost(spec)
    assert (full.image_size, half.image_size) == (224, 112)
    assert (half.params, half.depth) == (full.params, full.depth)
    head = 2048 * 1000
    # 112 px leaves 4 of 3.5 positions in the last stage: a little more than a quarter.
    assert (full.macs - head) / 4 < half.macs - head < (full.macs - head) / 3.7
    assert half.activation_bytes < full.activation_bytes / 3.7


@pytest.mark.parametrize("image", [0, -5, 7, 1025, 10**9])
def test_an_image_out_of_range_is_refused(image):
    with pytest.raises(SpecError, match=rf"An image of {image} px"):
        cost(preset("resnet18"), image)


def test_activations_are_what_owns_memory():
    costs = node_costs(lower(preset("resnet18")))
    assert costs["conv1"].activation_bytes == 64 * 112 * 112 * 4
    assert costs["flatten"].activation_bytes == 0
    assert costs["fc"] == (513_000, 512_000, 4000)
    lanes = node_costs(lower(preset("res2net50_26w_4s")))
    assert lanes["layer1.1.split.0"].activation_bytes == 0


def test_projections_are_no_depth():
    assert depth(lower(preset("resnet20_c"))) == depth(lower(preset("resnet20"))) == 20
