"""The quick way to maps: equal where it is taken, and not taken where it is not equal."""

import numpy as np
import pytest
import torch
from torch import nn

from explorer.cam import folded, task
from explorer.cam.core import explain, explain_classes
from explorer.cam.layers import layers
from explorer.cam.pair import Subject, prepared
from explorer.ir import ops
from explorer.spec.edit import change_stages
from explorer.spec.presets import preset
from explorer.store.runs import WEIGHTS, write
from explorer.store.zoo import bundled
from explorer.weights import load_run, save
from tests.unit.cam.cam_lab import record, settled

FAMILIES = [
    "resnet20",
    "plain20",
    "preact_resnet20",
    "wrn_16_2",
    "res2net29_23w_4s",
    "resnext29_2x64d",
]


@pytest.fixture(params=["packed", "plain"])
def _packs(request, monkeypatch):
    """Small networks are worth no packing; here they are packed all the same, or nothing is."""
    monkeypatch.setattr(folded, "_WORTH_PACKING", 0 if request.param == "packed" else 1 << 40)


def images(num=2, size=32):
    return torch.randn(num, 3, size, size, generator=torch.Generator().manual_seed(5))


@pytest.mark.usefixtures("_packs")
@pytest.mark.parametrize("name", FAMILIES)
def test_a_folded_network_says_the_same_at_every_address_but_inside(name):
    network = settled(change_stages(preset(name), None, depth=1))
    found = folded.fold(network)
    known, seen = {}, {}
    with torch.no_grad():
        network(images(), known.setdefault)
        found.network(images(), seen.setdefault)
    assert found.inside
    for address, value in known.items():
        if address not in found.inside:
            scale = float(value.abs().max())
            torch.testing.assert_close(seen[address], value, rtol=0, atol=2e-5 * scale)
    left = [m for m in found.network.modules() if isinstance(m, nn.BatchNorm2d)]
    whole = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(left) + len(found.inside) == len(whole)


def test_the_network_itself_stays_as_it_was():
    network = settled("resnet20")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    strides = {name: value.stride() for name, value in network.state_dict().items()}
    found = folded.fold(network)
    assert not {p.data_ptr() for p in network.parameters()} & {
        p.data_ptr() for p in found.network.parameters()
    }
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert strides == {name: value.stride() for name, value in network.state_dict().items()}
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())


def test_a_norm_stays_where_somebody_else_reads_the_convolution():
    network = settled("resnet20")
    conv = "layer1.0.conv1"
    nodes = dict(network.graph.nodes)
    last = "layer1.0.conv2"
    nodes[last] = nodes[last]._replace(inputs=(conv,))  # passes by the norm, to the same shape
    network.graph = network.graph.__class__(
        network.graph.input_shape,
        nodes,
        network.graph.stem,
        network.graph.stages,
        network.graph.head,
    )
    found = folded.fold(network)
    assert conv not in found.inside
    assert "layer1.1.conv1" in found.inside
    assert isinstance(found.network.graph.nodes["layer1.0.bn1"].op, ops.BatchNorm2d)


@pytest.mark.usefixtures("_packs")
@pytest.mark.parametrize("method", ["gradcam", "layercam"])
def test_maps_of_bundled_runs_are_the_same_both_ways(method):
    for one in bundled():
        network, run = load_run(one.folder)
        network.eval()
        size = run.data.image_size
        pixels = np.random.default_rng(3).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
        x = prepared(pixels, run.data)
        addresses = [layer.address for layer in layers(network.graph)]
        quick = folded.fold(network)
        known = explain(network, x, addresses, method=method)
        found = quick.explain(x, addresses, method=method)
        assert torch.equal(found.target, known.target)
        torch.testing.assert_close(found.logits, known.logits, rtol=1e-4, atol=1e-4)
        for address in addresses:
            most = float(known.heat[address].abs().max())
            worst = float((found.heat[address] - known.heat[address]).abs().max())
            assert worst <= folded.TOLERANCE * most, (one.name, address)


@pytest.mark.usefixtures("_packs")
def test_maps_of_several_classes():
    network = settled("resnet20")
    addresses = [layer.address for layer in layers(network.graph)]
    known = explain_classes(network, images(), addresses, (1, 4))
    found = folded.fold(network).explain_classes(images(), addresses, (1, 4))
    for address in addresses:
        torch.testing.assert_close(found.heat[address], known.heat[address], rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("_packs")
def test_what_differs_is_not_proven():
    network = settled("resnet20")
    assert folded.proven(network, images()) is not None

    found = folded.fold(network)
    with torch.no_grad():
        network.get_submodule("layer2.0.conv1").weight.mul_(1.2)
    assert folded.drift(network, found, images()) > folded.TOLERANCE


def test_a_way_that_is_not_proven_is_not_taken(monkeypatch):
    network = settled("resnet20")
    monkeypatch.setattr(folded, "drift", lambda *_: 2 * folded.TOLERANCE)
    assert folded.proven(network, images()) is None


def test_only_what_the_folded_network_has_is_read_from_it():
    network = settled("resnet20")
    quick = folded.fold(network)
    one = Subject(network, record("resnet20"), quick)
    x = images(1)
    inside = next(iter(quick.inside))
    assert not quick.can_explain(inside, "gradcam")
    assert not quick.can_explain("layer1.0.relu2", "occlusion")
    assert quick.can_explain("layer1.0.relu2", "hirescam")
    known = explain(network, x, [inside], 3)
    assert torch.equal(one.explain(x, inside, 3, "gradcam").heat[inside], known.heat[inside])


def test_only_live_pictures_are_worth_the_proof(runs):
    runs = [str(run) for run in runs]
    assert task.subject(task.Path(runs[0])).folded is None
    assert task.subject(task.Path(runs[0]), live=True).folded is not None
    known = task.several(runs, ("shapes", 0))[0]
    found = task.several(runs, ("shapes", 0), live=True)[0]
    for side, other in ((found.a, known.a), (found.b, known.b)):
        most = np.abs(other.heat).max()
        assert np.abs(side.heat - other.heat).max() <= folded.TOLERANCE * most


def test_images_smaller_than_shapes_can_be_drawn_are_proven_on_too(tmp_path):
    save(settled("resnet20", 28), tmp_path / WEIGHTS)
    write(tmp_path, record("resnet20", image_size=28))
    assert task.subject(tmp_path, live=True).folded is not None
