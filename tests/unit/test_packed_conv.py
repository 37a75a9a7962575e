"""Packed convolutions against torch's own, forward and back."""

import pytest
import torch
from torch import nn
from torch.nn.grad import conv2d_input

from explorer import packed_conv
from explorer.cam import folded
from explorer.packed_conv import can_pack, pack
from tests.unit.cam.cam_lab import settled

KINDS = {
    "3 x 3": (16, 24, 3, 1, 1),
    "strided": (16, 32, 3, 2, 1),
    "1 x 1": (64, 16, 1),
    "strided 1 x 1": (16, 32, 1, 2),
    "stem": (3, 64, 7, 2, 3),
    "dilated": (16, 16, 3, 1, 4, 4),
    "grouped": (32, 64, 3, 2, 1, 1, 8),
    "depthwise": (24, 24, 3, 1, 1, 1, 24),
    "no bias": (16, 24, 3, 1, 1, 1, 1, False),
}


def test_this_torch_can_pack_wherever_it_has_onednn():
    assert can_pack() == torch.backends.mkldnn.is_available()


def packed(kind, size=(14, 15)):
    torch.manual_seed(0)
    conv = nn.Conv2d(*KINDS[kind])
    x = torch.randn(2, conv.in_channels, *size)
    with torch.no_grad():
        known = conv(x)
    return conv, pack(conv, x.shape[1:], known.shape[1:]), x, known


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lies", [torch.contiguous_format, torch.channels_last])
def test_it_is_the_convolution_and_its_transpose(kind, lies):
    conv, found, x, known = packed(kind)
    close = {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(found(x.contiguous(memory_format=lies)), known, **close)
    g = torch.randn_like(known).contiguous(memory_format=lies)
    geometry = conv.stride, conv.padding, conv.dilation, conv.groups
    slope = conv2d_input(x.shape, conv.weight, g, *geometry)
    torch.testing.assert_close(found.pull(g, x.shape[1:]), slope, **close)


@pytest.mark.parametrize("size", [(9, 9), (28, 20)])
def test_inputs_of_another_size_are_right_too(size):
    conv, found, _, _ = packed("strided")
    x = torch.randn(1, conv.in_channels, *size)
    with torch.no_grad():
        known = conv(x)
    torch.testing.assert_close(found(x), known, rtol=1e-4, atol=1e-5)
    slope = conv2d_input(x.shape, conv.weight, known, conv.stride, conv.padding)
    torch.testing.assert_close(found.pull(known, x.shape[1:]), slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("missing", [AttributeError("no such op"), RuntimeError("not built in")])
def test_a_torch_that_cannot_pack_folds_without(monkeypatch, missing):
    def fails(*_):
        raise missing

    monkeypatch.setattr(packed_conv, "pack", fails)
    can_pack.cache_clear()
    try:
        assert not can_pack()
        network = settled("resnet20")
        monkeypatch.setattr(folded, "_WORTH_PACKING", 0)
        found = folded.proven(network, torch.randn(2, 3, 32, 32))
        assert found is not None
        assert isinstance(found.network.get_submodule("layer1.0.conv1"), nn.Conv2d)
    finally:
        can_pack.cache_clear()


def test_a_torch_that_packs_wrongly_is_noticed(monkeypatch):
    monkeypatch.setattr(packed_conv._Spatial, "forward", lambda *_: torch.zeros(1, 6, 4, 4))
    can_pack.cache_clear()
    try:
        assert not can_pack()
    finally:
        can_pack.cache_clear()
