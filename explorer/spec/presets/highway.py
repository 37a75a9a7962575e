"""Highway networks for CIFAR-10 (Srivastava, Greff, Schmidhuber 2015).

Their widths are not printed: these are chosen so that the parameters come near the 2.3 M and
1.25 M that He et al. 2015 quote.
"""

from __future__ import annotations

from explorer.blocks.highway import Highway
from explorer.spec.model import HeadSpec, NetworkSpec, StemSpec
from explorer.spec.presets.base import Preset, stages_of
from explorer.words import Phrase


def presets() -> list[Preset]:
    """Return the highway networks of 19 and 32 layers."""
    return [
        _preset(19, (5, 6, 6), (32, 80, 128)),
        _preset(32, (10, 10, 10), (32, 48, 64)),
    ]


def _preset(depth: int, depths: tuple[int, ...], widths: tuple[int, ...]) -> Preset:
    spec = NetworkSpec(
        image_size=32,
        stem=StemSpec(width=widths[0], kernel_size=3, stride=1, pool=False),
        stages=stages_of(depths, widths, Highway()),
        head=HeadSpec(num_classes=10),
    )
    return Preset(
        f"highway{depth}",
        f"Highway-{depth}",
        "Highway",
        Phrase("Gated layers; our widths, near the published number of parameters."),
        spec,
    )
