"""The network as ONNX, with its initial weights; the only export that needs torch."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import torch
from torch.export import Dim

from explorer.builder import Network, build
from explorer.errors import JobError
from explorer.words import _

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

PACKAGES = ("onnx", "onnxscript")


def to_onnx(spec: NetworkSpec, network: Network | None = None) -> bytes:
    """Return a model with the input ``images`` (N, C, H, W) and the output ``logits``.

    Args:
        spec: The network; its image size is the one of the model, the batch is free.
        network: Weights to export; drawn anew by default. It is left in evaluation mode.

    Raises:
        ShapeError: The network cannot be built.
        JobError: A package that this format needs is not installed.
    """
    if not all(map(importlib.util.find_spec, PACKAGES)):
        raise JobError(
            _("ONNX needs two packages that are not installed."),
            _("Install them with `pip install {packages}`.").format(packages=" ".join(PACKAGES)),
        )
    network = (network or build(spec)).eval()
    # Two images: a batch of one would be taken for a constant.
    images = torch.zeros(2, spec.in_channels, spec.image_size, spec.image_size)
    program = torch.onnx.export(
        network,
        (images,),
        dynamo=True,
        verbose=False,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: Dim("N")},),
    )
    assert program is not None
    return program.model_proto.SerializeToString()
