"""Residual Explorer: assemble, see, train and compare residual networks.

    import explorer
    spec = explorer.preset("resnet50")
    explorer.cost(spec).macs            # 4089184256
    explorer.paths(spec).num_paths      # 65536
    explorer.build(spec)                # torch.nn.Module

Everything is imported on first use; only ``build`` imports torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.analysis.cost import cost
    from explorer.analysis.paths import paths
    from explorer.builder import build
    from explorer.graph import lower
    from explorer.spec.presets import preset

_HOMES = {
    "build": "explorer.builder",
    "cost": "explorer.analysis.cost",
    "lower": "explorer.graph",
    "paths": "explorer.analysis.paths",
    "preset": "explorer.spec.presets",
}
__all__ = ["build", "cost", "lower", "paths", "preset"]


def __getattr__(name: str) -> object:
    """Import the module of a public function on its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'explorer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
