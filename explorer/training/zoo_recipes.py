"""The recipes of the bundled runs: network, data, epochs, seed, and what each is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.analysis.counterpart import counterpart
from explorer.data.shapes.config import CLASSES
from explorer.spec.edit import change, change_part, change_stages
from explorer.spec.presets import preset

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

SHAPES_SIZE, SHAPES_EPOCHS = 64, 8
NUM_SEEDS = 3
_DIGITS = (
    "Weights: the licence of this repository. Digits: E. Alpaydin and C. Kaynak, UCI 1998, "
    "CC BY 4.0, as scikit-learn ships them."
)
_CIFAR = (
    "Weights: the licence of this repository. CIFAR-10 (A. Krizhevsky 2009) states no licence; "
    "its images are not bundled."
)
_SHAPES = "Weights and drawn images: the licence of this repository."


@dataclass(frozen=True)
class ZooRecipe:
    """How one bundled run is made.

    Attributes:
        title: Of the run.
        base: The preset that it is, or is made from.
        data: A data set's name; one that is not bundled is named by ``--data``.
        epochs: How often every training image is seen.
        split: Which images are held out.
        licence: Of weights and data.
        width: Of the first stage, doubled by every later one; None leaves the preset's.
        depth: Blocks of every stage; None leaves the preset's.
        has_scales: Whether it is the Res2Net of equal MACs.
        how: Name of the training recipe.
        seed: Of the training.
        twin: Name of the run that differs in its shortcuts alone; empty for none.
        pair: Name of the run to compare maps with; empty for none.
    """

    title: str
    base: str
    data: str
    epochs: int
    split: str
    licence: str
    width: int | None = None
    depth: int | None = None
    has_scales: bool = False
    how: str = "sgd"
    seed: int = 0
    twin: str = ""
    pair: str = ""

    @property
    def spec(self) -> NetworkSpec:
        """Return the network."""
        spec = preset(self.base)
        if self.width is not None:
            for i in range(len(spec.stages)):
                spec = change_stages(spec, i, width=self.width * 2**i)
            spec = change_part(spec, "stem", width=self.width)
        if self.depth is not None:
            spec = change_stages(spec, None, depth=self.depth)
        if self.data.startswith("shapes"):
            # Halved at once, so that the last stage has 8 x 8 cells as with images of 32 px.
            spec = change_part(change(spec, image_size=SHAPES_SIZE), "stem", stride=2)
            spec = change_part(spec, "head", num_classes=len(CLASSES))
        return counterpart(spec).spec if self.has_scales else spec


def _digits(title: str, base: str, twin: str) -> ZooRecipe:
    split = "a fifth of each class held out by seed 0"
    return ZooRecipe(title, base, "digits", 20, split, _DIGITS, width=8, twin=twin, pair=twin)


_CIFAR_SPLIT = "a tenth of each class of the 50,000 training images held out by seed 0"


def _cifar(title: str, *, base: str = "resnet32", twin: str = "", pair: str) -> ZooRecipe:
    return ZooRecipe(
        title,
        base,
        "cifar10-train.zip",
        12,
        _CIFAR_SPLIT,
        _CIFAR,
        has_scales=not twin,
        twin=twin,
        pair=pair,
    )


_PAPER = ZooRecipe(
    "ResNet-20, he2015_cifar",
    "resnet20",
    "cifar10-train.zip",
    41,
    _CIFAR_SPLIT,
    _CIFAR,
    how="he2015_cifar",
)
"""The longest training: 41 of the 164 epochs of He et al. 2015, the rate lowered in proportion."""


def _shapes(  # noqa: PLR0913 - what the runs on shapes differ in
    title: str,
    base: str,
    *,
    data: str = "shapes",
    depth: int | None = None,
    has_scales: bool = False,
    seed: int = 0,
    twin: str = "",
    pair: str = "",
) -> ZooRecipe:
    return ZooRecipe(
        title,
        base,
        data,
        SHAPES_EPOCHS,
        "the 1,200 test images that seed 0 draws",
        _SHAPES,
        depth=depth,
        has_scales=has_scales,
        how="quick",
        seed=seed,
        twin=twin,
        pair=pair,
    )


def _seeds() -> dict[str, ZooRecipe]:
    """Return a ResNet of bottlenecks and the Res2Net of its size, each trained from three seeds."""
    found: dict[str, ZooRecipe] = {}
    for seed in range(NUM_SEEDS):
        a, b = (f"shapes-{name}-seed{seed}" for name in ("resnet29", "res2net29"))
        found[a] = _shapes("ResNet-29", "resnet164", depth=3, seed=seed, pair=b)
        found[b] = _shapes(
            "Res2Net-29, 26w × 4s", "resnet164", depth=3, has_scales=True, seed=seed, pair=a
        )
    return found


CLEVER_HANS, TEXTURE, CONTROL = (
    "shapes-clever-hans-resnet20",
    "shapes-texture-resnet20",
    "shapes-resnet20",
)
"""The runs of the cue experiments: trained with a marker, with a texture, and without a cue."""

ZOO: dict[str, ZooRecipe] = {
    "digits-resnet32": _digits("ResNet-32, half as wide", "resnet32", "digits-plain32"),
    "digits-plain32": _digits("Plain-32, half as wide", "plain32", "digits-resnet32"),
    **_seeds(),
    CONTROL: _shapes("ResNet-20", "resnet20", twin="shapes-plain20", pair="shapes-plain20"),
    "shapes-plain20": _shapes("Plain-20", "plain20", twin=CONTROL, pair=CONTROL),
    CLEVER_HANS: _shapes("ResNet-20", "resnet20", data="shapes-clever-hans", pair=CONTROL),
    TEXTURE: _shapes("ResNet-20", "resnet20", data="shapes-texture", pair=CONTROL),
    "cifar10-resnet32": _cifar("ResNet-32", twin="cifar10-plain32", pair="cifar10-res2net47"),
    "cifar10-plain32": _cifar(
        "Plain-32", base="plain32", twin="cifar10-resnet32", pair="cifar10-resnet32"
    ),
    "cifar10-res2net47": _cifar("Res2Net-47, 26w × 4s", pair="cifar10-resnet32"),
    "cifar10-resnet20": _PAPER,
}
"""Name -> recipe."""
