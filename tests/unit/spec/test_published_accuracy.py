"""Printed accuracies against the collection of facts that the other tests use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.spec.presets import presets
from explorer.spec.published_accuracy import PRINTED_ERRORS

REFERENCE = json.loads(Path("tests/reference.json").read_bytes())
OTHER_NAMES = {
    "resnet50_v1": "imagenet/resnet50-v1-stride1x1(original MSRA)",
    "resnet101_v1": "imagenet/resnet101-v1-stride1x1(original MSRA)",
    "resnet152_v1": "imagenet/resnet152-v1-stride1x1(original MSRA)",
    "preact_resnet200": "imagenet/preresnet200",
    "wide_resnet18_1_5": "imagenet/wrn-18-1.5",
    "wide_resnet18_2": "imagenet/wrn-18-2.0",
    "wide_resnet18_3": "imagenet/wrn-18-3.0",
    "wide_resnet34_1_5": "imagenet/wrn-34-1.5",
    "wide_resnet34_2": "imagenet/wrn-34-2.0",
    "resnext50_32x4d": "imagenet/resnext50-32x4d",
    "resnext101_32x4d": "imagenet/resnext101-32x4d",
    "resnext101_64x4d": "imagenet/resnext101-64x4d",
    "res2net50_18w_4s": "imagenet/res2net50_18w_4s",
    "se_res2net50_26w_4s": "imagenet/se-res2net50_26w_4s",
}


@pytest.mark.parametrize("name", PRINTED_ERRORS)
def test_a_printed_error_is_in_the_collection(name: str) -> None:
    keys = [
        OTHER_NAMES.get(name, ""),
        *(f"{library}/{name}" for library in ("torchvision", "timm", "iduta")),
    ]
    printed = {
        p["top1"] for k in keys for p in REFERENCE.get(k, {}).get("published", ()) if "top1" in p
    }
    assert PRINTED_ERRORS[name].top1 in printed
    assert name in presets()


def test_accuracy_is_what_the_error_leaves() -> None:
    assert PRINTED_ERRORS["resnet50"].accuracy == 0.7599
