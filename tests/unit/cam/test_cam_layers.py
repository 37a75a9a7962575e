"""Which tensor a stage stands for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from explorer.cam.layers import common_layers, layer_of, layer_within, layers
from explorer.errors import ExplorerError
from explorer.graph import lower
from explorer.spec.presets import preset


def test_a_stage_is_read_after_its_last_addition_and_relu():
    found = layers(lower(preset("resnet50")))
    assert [layer.name for layer in found] == ["layer1", "layer2", "layer3", "layer4"]
    assert found[-1] == ("layer4", "layer4.2.relu3", 7, 7, 32, 427)
    assert [layer.stride for layer in found] == [4, 8, 16, 32]


def test_a_preactivation_network_ends_where_its_head_pools():
    found = layers(lower(preset("preact_resnet20")))
    assert [layer.address for layer in found] == ["layer1.2.add", "layer2.2.add", "norm_relu"]
    assert found[-1].name == "layer3"


def test_layers_by_stage_address_and_default():
    graph = lower(preset("resnet20"))
    assert layer_of(graph) == layers(graph)[-1] == layer_of(graph, "layer3")
    assert layer_of(graph, "layer2.0.conv1")[:5] == ("layer2.0.conv1", "layer2.0.conv1", 16, 16, 2)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("layer4", "The layer 'layer4' is not in this network."),
        ("fc", "The layer 'fc' of this network has no map to show."),
    ],
)
def test_what_is_no_layer_is_named_with_the_choice(name, sentence):
    with pytest.raises(ExplorerError) as caught:
        layer_of(lower(preset("resnet20")), name)
    assert caught.value.message == sentence
    assert "layer1, layer2, layer3" in caught.value.hint


def test_forms_and_results_need_no_torch():
    modules = (
        "cam.layers",
        "cam.methods",
        "cam.compare",
        "cam.measure.agreement",
        "cam.measure.report",
        "cli.cam",
        "cli.localise",
        "data.experiments",
        "figures.cam_picture",
    )
    names = ", ".join(f"explorer.{module}" for module in modules)
    code = f"import sys, {names}; sys.exit('torch' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tensors_that_networks_share_have_one_address_grid_and_stride():
    graphs = [lower(preset(name)) for name in ("resnet20", "preact_resnet20")]
    found = common_layers(graphs)
    for layer in found:
        for graph in graphs:
            assert layer_of(graph, layer.address)[:5] == layer[:5]
    shared = {layer.address for layer in found}
    assert {"conv1", "layer1.0.conv1", "layer3.2.add"} <= shared
    assert "norm_relu" not in shared
    assert not shared & {"avgpool", "fc", "input"}, "one cell is no map"
    assert [a for a in graphs[0].nodes if a in shared] == [layer.address for layer in found]
    assert common_layers([lower(preset("resnet20"), 32), lower(preset("resnet20"), 64)]) == ()


def test_a_part_of_a_network_is_read_at_its_output():
    graph = lower(preset("resnet20"))
    among = common_layers([graph])
    for place, address in {
        "layer2": "layer2.2.relu2",
        "layer2.0": "layer2.0.relu2",
        "layer2.0.bn1": "layer2.0.bn1",
        "stem": graph.stem[-1],
    }.items():
        found = layer_within(graph, place, among)
        assert found is not None
        assert found.address == address
    assert layer_within(graph, "head", among) is None
    assert layer_within(graph, "", among) is None
    assert layer_within(graph, "fc", among) is None
