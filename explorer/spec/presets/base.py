"""What presets are made of: the usual depths, widths and stems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec

if TYPE_CHECKING:
    from explorer.blocks import Families
    from explorer.words import Phrase

IMAGENET_WIDTHS = (64, 128, 256, 512)
CIFAR_WIDTHS = (16, 32, 64)
DEPTHS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
CIFAR_STEM = StemSpec(width=16, kernel_size=3, stride=1, pool=False)
BARE_CIFAR_STEM = CIFAR_STEM.model_copy(update={"activation": False})


@dataclass(frozen=True, slots=True)
class Preset:
    """A named network.

    Attributes:
        name: As torchvision and timm write it where they have it.
        named: As the paper writes it; a plain string is a name that stays in every language.
        group: Its part of the list of presets.
        about: One line about it.
        spec: The network.
    """

    name: str
    named: str | Phrase
    group: str | Phrase
    about: Phrase
    spec: NetworkSpec

    @property
    def title(self) -> str:
        """Return how it is called, in the reader's language."""
        return str(self.named)

    @property
    def family(self) -> str:
        """Return its part of the list of presets, in the reader's language."""
        return str(self.group)

    @property
    def line(self) -> str:
        """Return one line about it, in the reader's language."""
        return str(self.about)


def stages_of(
    depths: tuple[int, ...], widths: tuple[int, ...], block: Families
) -> tuple[StageSpec, ...]:
    """Return stages of one block family; each but the first halves the resolution."""
    return tuple(
        StageSpec(depth=depth, width=width, stride=1 if i == 0 else 2, block=block)
        for i, (depth, width) in enumerate(zip(depths, widths, strict=True))
    )


def imagenet(depth: int, block: Families, width_multiplier: float = 1.0) -> NetworkSpec:
    """Return an ImageNet network of one of the usual depths."""
    return NetworkSpec(
        stages=stages_of(DEPTHS[depth], IMAGENET_WIDTHS, block), width_multiplier=width_multiplier
    )


def cifar(num_blocks: int, block: Families, stem: StemSpec = CIFAR_STEM) -> NetworkSpec:
    """Return a CIFAR network of three stages with ``num_blocks`` blocks each."""
    return NetworkSpec(
        image_size=32,
        stem=stem,
        stages=stages_of((num_blocks,) * 3, CIFAR_WIDTHS, block),
        head=HeadSpec(num_classes=10),
    )
