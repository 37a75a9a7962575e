"""The head that scores every pixel: graph, module, costs, source and ONNX."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from explorer.analysis.cost import cost, node_costs
from explorer.analysis.receptive import receptive_fields
from explorer.builder import build
from explorer.export.onnx import to_onnx
from explorer.export.source import to_source
from explorer.graph import lower
from explorer.spec import HeadSpec
from explorer.spec.codec import decode, encode
from explorer.spec.edit import change_part
from explorer.spec.presets import preset

NAME = "wider_or_deeper_seg_small"


def test_scores_are_enlarged_bilinearly_to_the_image():
    torch.manual_seed(0)
    network = build(preset(NAME)).eval()
    images, seen = torch.randn(2, 3, 64, 64), {}
    with torch.no_grad():
        logits = network(images, tap=seen.setdefault)
    assert seen["classifier.2"].shape == (2, 9, 16, 16)
    expected = functional.interpolate(
        seen["classifier.2"], size=(64, 64), mode="bilinear", align_corners=False
    )
    assert torch.equal(logits, expected)


def test_width_and_dilation_reach_both_convolutions():
    spec = change_part(preset(NAME), "head", width=24, dilation=3)
    nodes = lower(spec).nodes
    first, second = nodes["classifier.0"].op, nodes["classifier.2"].op
    assert (first.out_channels, first.dilation, first.padding) == (24, 3, 3)
    assert (second.in_channels, second.dilation, second.padding) == (24, 3, 3)
    assert nodes["classifier.2"].out_shape == (9, 16, 16)


def test_enlarging_costs_memory_but_no_parameter_and_no_mac():
    spec = preset(NAME)
    bare = change_part(spec, "head", upsample=False)
    with_, without = cost(spec), cost(bare)
    assert (with_.params, with_.macs) == (without.params, without.macs)
    assert with_.activation_bytes - without.activation_bytes == 9 * 64 * 64 * 4
    assert node_costs(lower(spec))["upsample"].macs == 0
    fields = receptive_fields(lower(spec))
    assert fields["upsample"].size == fields["classifier.2"].size + 4
    assert fields["upsample"].jump == 1


def test_a_map_as_large_as_the_image_is_left_alone():
    spec = preset("resnet20").model_copy(
        update={"head": HeadSpec(kind="segment", num_classes=3, width=4, dilation=1, upsample=True)}
    )
    flat = spec.model_copy(update={"stages": spec.stages[:1]})
    assert "upsample" in lower(spec).nodes
    assert "upsample" not in lower(flat).nodes


def test_links_from_before_these_fields_mean_what_they_did():
    spec = preset("wider_or_deeper_a1_seg19")
    assert json.loads(spec.canonical)["head"] == {"kind": "segment", "num_classes": 19}
    assert decode(encode(preset(NAME))) == preset(NAME)
    assert "upsample" not in lower(spec).nodes


def test_source_and_onnx_agree_with_the_network():
    torch.manual_seed(1)
    spec = preset(NAME)
    network = build(spec).eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        expected = network(images)
        found: dict = {}
        exec(to_source(spec), found)  # noqa: S102 - our own text
        written = found["Network"]().eval()
        written.load_state_dict(network.state_dict())
        torch.testing.assert_close(written(images), expected)
    session = onnxruntime.InferenceSession(to_onnx(spec, network))
    (answer,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    np.testing.assert_allclose(answer, expected.numpy(), atol=1e-4)
