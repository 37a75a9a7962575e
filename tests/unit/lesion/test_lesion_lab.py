"""Lesions of a whole set of images against the network that has them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import kendalltau
from sklearn.metrics import confusion_matrix

from explorer.builder import Network, build
from explorer.errors import ExplorerError
from explorer.lesion import lab as lab_module
from explorer.lesion.deletion import delete
from explorer.lesion.lab import Lab
from explorer.spec import HeadSpec, NetworkSpec, StageSpec
from tests.unit.lesion.lesion_lab import BLOCKS, network_of, noise


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(lab_module, "BATCH_SIZE", 15)


@pytest.mark.parametrize("name", ["basic A", "plain", "densenet", "dual path", "highway"])
def test_a_sweep_is_each_deletion_alone(name):
    network = network_of(BLOCKS[name])
    images, labels = noise()
    found = Lab(network, images, labels).sweep()
    with torch.no_grad():
        expected = confusion_matrix(labels, network(images).argmax(1), labels=range(5))
    assert (found.baseline.confusion == expected).all()
    assert [one.units for one in found.deleted] == [(b.address,) for b in network.graph.blocks]
    for one in found.deleted:
        with torch.no_grad():
            predicted = delete(network, one.units)(images).argmax(1)
        expected = confusion_matrix(labels, predicted, labels=range(5))
        assert (one.outcome.confusion == expected).all()
        assert one.outcome.accuracy == (predicted == labels).double().mean()
        for label, share in enumerate(one.outcome.per_class):
            assert share == pytest.approx(
                (predicted == labels)[labels == label].double().mean().item()
            )


@pytest.mark.parametrize("kept_bytes", [lab_module.MOST_KEPT_BYTES, 0])
def test_one_lesion_after_another_begins_at_the_stage_of_its_first_unit(monkeypatch, kept_bytes):
    monkeypatch.setattr(lab_module, "MOST_KEPT_BYTES", kept_bytes)
    network = network_of(BLOCKS["basic A"])
    lab, runs = Lab(network, *noise(40)), []
    expected = lab.sweep()
    lab.evaluate()
    for block in network.graph.blocks:
        module = network.get_submodule(f"{block.address}.conv1")
        module.register_forward_hook(lambda *_, block=block: runs.append(block.address))
    for one in reversed(expected.deleted):
        runs.clear()
        assert (lab.evaluate(one.units).confusion == one.outcome.confusion).all()
        stage = one.units[0].split(".")[0]
        earlier = [address for address in runs if address.split(".")[0] < stage]
        assert bool(earlier) == (kept_bytes == 0 and stage != "layer1")
    assert (lab.evaluate().confusion == expected.baseline.confusion).all()


def test_a_sweep_costs_half_a_forward_pass_for_each_unit():
    network = network_of(BLOCKS["basic A"])
    runs = []
    for block in network.graph.blocks:
        module = network.get_submodule(f"{block.address}.conv1")
        module.register_forward_hook(lambda *_, block=block: runs.append(block.address))
    Lab(network, *noise(15)).sweep()
    n = len(network.graph.blocks)
    assert len(runs) == n + n * (n - 1) // 2
    runs.clear()
    lab = Lab(network, *noise(15))
    lab.random_deletions(4, repeats=30, seed=1)
    assert len(runs) < 30 * 4


@pytest.mark.parametrize("gone", [["layer1.0"], ["layer2.0", "layer2.1"], ["layer3.1"]])
def test_a_network_with_deleted_units_can_be_cut_further(gone):
    network = network_of(BLOCKS["basic A"])
    images, labels = noise()
    found = Lab(delete(network, gone), images, labels).sweep()
    whole = Lab(network, images, labels)
    assert (found.baseline.confusion == whole.evaluate(gone).confusion).all()
    for one in found.deleted:
        expected = whole.evaluate([*gone, *one.units])
        assert (one.outcome.confusion == expected.confusion).all()


def test_random_deletions():
    network = network_of(BLOCKS["basic A"])
    images, labels = noise()
    lab = Lab(network, images, labels)
    found = lab.random_deletions(3, repeats=6, seed=5)
    assert found.errors == lab.random_deletions(3, repeats=6, seed=5).errors
    assert found.units != lab.random_deletions(3, repeats=6, seed=6).units
    for units, error in zip(found.units, found.errors, strict=True):
        assert len(set(units)) == 3
        assert error == lab.evaluate(units).error
        predicted = delete(network, units)(images).argmax(1)
        assert error == pytest.approx((predicted != labels).double().mean().item())
    low, high = found.interval
    assert 0 <= low <= found.mean <= high <= 1
    half = 2.570582 * np.std(found.errors, ddof=1) / np.sqrt(6)
    assert high - low == pytest.approx(2 * half, rel=1e-5)
    assert np.isnan(lab.random_deletions(1, repeats=1).interval).all()
    assert lab.random_deletions(0, repeats=2).errors == (lab.evaluate().error,) * 2


def test_reordering():
    network = network_of(BLOCKS["basic A"])
    images, labels = noise()
    found = Lab(network, images, labels).reorder(2, repeats=5, seed=3)
    names = [block.address for block in network.graph.blocks]
    for order, tau, error in zip(found.orders, found.taus, found.errors, strict=True):
        assert sorted(order) == names
        assert all(a.split(".")[0] == b.split(".")[0] for a, b in zip(order, names, strict=True))
        ranks = [names.index(unit) for unit in order]
        assert tau == pytest.approx(kendalltau(range(len(names)), ranks).statistic)
        # The same network with its weights in the other order.
        modules = dict(network.named_modules())
        moved = {
            name + address[len(name) :]: modules[unit + address[len(name) :]]
            for name, unit in zip(names, order, strict=True)
            for address in network.graph.nodes
            if address.startswith(f"{name}.") and not address.endswith(".pad")
        }
        expected = Network(network.graph, modules | moved).eval()(images).argmax(1)
        assert error == pytest.approx((expected != labels).double().mean().item())
    assert Lab(network, images, labels).reorder(0, repeats=1).taus == (1.0,)


def test_progress_reaches_the_end_and_can_stop():
    network, seen = network_of(BLOCKS["basic A"]), []
    Lab(network, *noise(), on_progress=seen.append).sweep()
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) == 3 * 9

    def stop(_fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Lab(network.train(), *noise(), on_progress=stop).sweep()
    assert all(module.training for module in network.modules())


def test_images_are_prepared_in_batches():
    network = network_of(BLOCKS["basic A"])
    images, labels = noise()
    sizes = []

    def prepare(batch):
        sizes.append(len(batch))
        return batch / 2

    found = Lab(network, images, labels, prepare).evaluate()
    assert (found.confusion == Lab(network, images / 2, labels).evaluate().confusion).all()
    assert sizes == [15, 15, 10]


def test_what_cannot_be_done():
    network = network_of(BLOCKS["densenet"])
    lab = Lab(network, *noise())
    with pytest.raises(ExplorerError, match="No two units"):
        lab.reorder(1)
    with pytest.raises(ExplorerError, match="9 of 8, 10 times"):
        lab.random_deletions(9)
    with pytest.raises(ExplorerError, match="0 times"):
        lab.random_deletions(1, repeats=0)
    with pytest.raises(ExplorerError, match="There is no unit"):
        lab.evaluate(["layer4.0"])
    head = HeadSpec(kind="segment", num_classes=5)
    scores = build(NetworkSpec(image_size=16, stages=(StageSpec(),), head=head))
    with pytest.raises(ExplorerError, match="no class for an image"):
        Lab(scores, *noise())
