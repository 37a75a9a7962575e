"""Measured receptive fields against closed forms and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from explorer import weights
from explorer.analysis.effective_field import Asked
from explorer.analysis.receptive import last_map, receptive_fields, seen_span
from explorer.blocks.basic import Basic
from explorer.blocks.plain import Plain
from explorer.builder import build
from explorer.errors import ExplorerError
from explorer.gradient.effective_field import at_initialisation, gradient_map, of_run
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.edit import change, change_part
from explorer.spec.presets import preset
from explorer.store import runs
from tests.unit.gradient.gradient_lab import BLOCKS, images_for, network_of


def stack(block, depth, image_size):
    stem = StemSpec(width=4, kernel_size=3, stride=1, pool=False)
    stage = StageSpec(depth=depth, width=4, stride=1, block=block)
    return NetworkSpec(
        image_size=image_size, stem=stem, stages=(stage,), head=HeadSpec(num_classes=5)
    )


def constant(spec, value):
    """Return a network of equal positive weights; batch norm is the identity up to its eps."""
    network = build(spec).double().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, value)
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 0.0
    return network


def boxes(line, times):
    for _ in range(times):
        line = np.convolve(line, np.ones(3))
    return line


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_equal_weights_in_series_are_boxes_convolved(depth):
    spec = stack(Plain(), depth, 31)
    network = constant(spec, 0.1)
    images = torch.rand(3, 3, 31, 31, dtype=torch.float64) + 0.1
    found = gradient_map(network, images, last_map(network.graph))
    # A stem and two convolutions in each unit: 1 + 2 depth boxes of three along each axis.
    line = boxes(np.ones(1), 1 + 2 * depth)
    expected = np.zeros((31, 31))
    reach = len(line) // 2
    expected[15 - reach : 16 + reach, 15 - reach : 16 + reach] = np.outer(line, line)
    values = found.values.numpy()
    assert found.position == 15
    np.testing.assert_allclose(
        values / values.sum(), expected / expected.sum(), rtol=1e-12, atol=1e-16
    )


def test_shortcuts_add_shorter_boxes():
    network = constant(stack(Basic(), 2, 21), 0.05)
    images = torch.rand(2, 3, 21, 21, dtype=torch.float64) + 0.1
    values = gradient_map(network, images, last_map(network.graph)).values.numpy()
    # Each unit is 1 + (4 channels x 0.05)^2 box box; their product has three terms.
    branch, expected = (4 * 0.05) ** 2, np.zeros((21, 21))
    for taken, count in ((0, 1), (1, 2), (2, 1)):
        line = boxes(np.ones(1), 1 + 2 * taken)
        reach = len(line) // 2
        there = slice(10 - reach, 11 + reach)
        expected[there, there] += count * branch**taken * np.outer(line, line)
    np.testing.assert_allclose(values / values.sum(), expected / expected.sum(), rtol=1e-12)


@pytest.mark.parametrize("name", ["basic A", "res2net", "senet", "dual path"])
def test_finite_differences(name):
    network = network_of(BLOCKS[name])
    images = images_for(network, 2)
    address = network.graph.blocks[3].exit
    found = gradient_map(network, images, address)
    step, expected = 1e-6, torch.zeros(8, 8, dtype=torch.float64)

    def at_middle(x):
        kept = {}

        def keep(at, out):
            kept[at] = out
            return out

        network(x, tap=keep)
        return kept[address][:, :, found.position, found.position].sum(1)

    with torch.no_grad():
        for channel in range(3):
            for row in range(8):
                for column in range(8):
                    nudge = torch.zeros_like(images)
                    nudge[:, channel, row, column] = step
                    slope = (at_middle(images + nudge) - at_middle(images - nudge)) / (2 * step)
                    expected[row, column] += slope.abs().mean()
    assert expected.sum() > 0
    torch.testing.assert_close(found.values, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["resnet20", "res2net20_31w_4s", "preact_resnet20"])
def test_nothing_arrives_from_outside_the_theoretical_field(name):
    graph = build(preset(name)).graph
    address = graph.stages[0].blocks[-1].exit
    field = at_initialisation(preset(name), Asked(address, num_images=3, side=64))
    size, _ = receptive_fields(graph)[address]
    assert (field.first, field.last) == seen_span(graph, address, 32)
    assert field.theoretical == size < 64
    rows = np.flatnonzero(field.values.sum(1))
    columns = np.flatnonzero(field.values.sum(0))
    for places in (rows, columns):
        assert field.first <= places[0] < places[-1] <= field.last
    # Paths reach to the end of the field, but most of it lies in the middle.
    assert (rows[0], rows[-1]) == (field.first, field.last)
    assert field.values.sum() == pytest.approx(1)
    assert field.side_holding(0.5) < 0.6 * size


def test_initialisations_are_averaged_and_can_be_had_again():
    spec, asked = preset("resnet20"), Asked("layer1.0.relu2", num_images=2, seed=3)
    both = at_initialisation(spec, asked, 2)
    again = at_initialisation(spec, asked, 2)
    np.testing.assert_array_equal(both.values, again.values)
    one = at_initialisation(spec, asked)
    other = at_initialisation(spec, asked._replace(seed=4))
    assert (both.num_images, both.num_seeds) == (4, 2)
    assert not np.array_equal(one.values, other.values)
    np.testing.assert_allclose(both.values, (one.values + other.values) / 2, rtol=1e-12)


def test_images_in_pieces_give_the_same(monkeypatch):
    network = network_of(BLOCKS["preact"])
    images = images_for(network, 3)
    at_once = gradient_map(network, images, network.graph.blocks[-1].exit)
    monkeypatch.setattr("explorer.gradient.effective_field.PIXELS_AT_ONCE", 1)
    pieces = gradient_map(network, images, network.graph.blocks[-1].exit)
    torch.testing.assert_close(at_once.values, pieces.values, rtol=1e-12, atol=1e-15)


def written_run(folder, spec):
    torch.manual_seed(0)
    network = build(spec)
    data = runs.DataRecord(
        name="digits",
        classes=tuple("0123456789"),
        image_size=32,
        mean=(0.5,) * 3,
        std=(0.2,) * 3,
    )
    record = runs.RunRecord(title="A", spec=spec, data=data, recipe={}, seed=0, device="cpu")
    runs.write(folder, record)
    weights.save(network, folder / runs.WEIGHTS)
    return network.eval()


def test_a_run_is_measured_with_its_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))
    network = written_run(tmp_path / "run", preset("resnet20"))
    noise = of_run(tmp_path / "run", Asked(num_images=2, side=64))
    assert (noise.side, noise.num_seeds, noise.num_images) == (64, 0, 2)
    for parameter in network.parameters():
        parameter.requires_grad_(requires_grad=False)
    images = torch.randn(2, 3, 64, 64, generator=_generator())
    expected = gradient_map(network, images, last_map(network.graph)).values.numpy()
    np.testing.assert_allclose(noise.values, expected / expected.sum(), rtol=1e-4, atol=1e-7)
    digits = of_run(tmp_path / "run", Asked(num_images=2, data="digits"))
    assert digits.side == 32
    assert not np.array_equal(digits.values, noise.values[16:48, 16:48])


def _generator():
    from explorer.training.augment import seeded

    return seeded(0)


def test_a_network_before_training_looks_at_images(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    field = at_initialisation(preset("resnet20"), Asked(num_images=2, data="digits"))
    assert field.side == 32
    assert field.values.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "seeds", "words"),
    [
        (Asked("layer9.0"), 1, "no feature map"),
        (Asked("fc"), 1, "no feature map"),
        (Asked(num_images=0), 1, "number of images is 0"),
        (Asked(num_images=10_000), 1, "number of images"),
        (Asked(side=4), 1, "side of the input is 4"),
        (Asked(seed=-1), 1, "seed is -1"),
        (Asked(), 0, "number of initialisations is 0"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(asked, seeds, words):
    with pytest.raises(ExplorerError, match=words) as error:
        at_initialisation(preset("resnet20"), asked, seeds)
    assert error.value.hint


def test_images_need_three_channels():
    spec = change(change_part(preset("resnet20"), "head", num_classes=10), in_channels=1)
    with pytest.raises(ExplorerError, match="takes 1 channels, images have 3"):
        at_initialisation(spec, Asked(data="digits"))
    assert at_initialisation(spec, Asked(num_images=1)).side == 32
