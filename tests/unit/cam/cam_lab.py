"""Random networks with settled batch norm, and records for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from explorer.builder import Network, build
from explorer.spec.presets import preset
from explorer.store.runs import DataRecord, RunRecord

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

CLASSES = tuple("abcdefghij")


def settled(name: str | NetworkSpec, image_size: int = 32, seed: int = 0) -> Network:
    """Return a random network whose batch norms have seen some noise, in evaluation mode."""
    torch.manual_seed(seed)
    network = build(preset(name) if isinstance(name, str) else name).train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.2)
    with torch.no_grad():
        network(torch.randn(4, 3, image_size, image_size))
    return network.eval()


def record(name: str, title: str | None = None, **data) -> RunRecord:
    facts = {
        "name": "noise",
        "classes": CLASSES,
        "image_size": 32,
        "mean": (0.5, 0.4, 0.3),
        "std": (0.2, 0.3, 0.25),
    }
    return RunRecord(
        title=title or name,
        spec=preset(name),
        data=DataRecord(**(facts | data)),
        recipe={},
        seed=0,
        device="cpu",
    )
