"""What the procedural set of shapes can vary, and the presets that have names."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from explorer.data.dataset import fingerprint
from explorer.errors import DataError
from explorer.words import _

GENERATOR_VERSION = 1
CLASSES = ("disc", "ring", "square", "triangle", "plus", "star", "crescent", "tee")
TEXTURES = ("flat", "stripes", "checks", "dots")
STRATA = ("small", "medium", "large")
AREA_FRACTIONS = ((0.01, 0.03), (0.05, 0.11), (0.18, 0.36))
SPLITS = {"train": 0, "test": 1}
NUM_CELLS = len(CLASSES) * len(STRATA)
SMALLEST, LARGEST = 32, 256


@dataclass(frozen=True)
class ShapesConfig:
    """The settings of one procedural set; with a seed they determine every pixel.

    Attributes:
        image_size: Height and width [px], 32..256.
        num_train: Images in the training split, at least 24 (8 classes by 3 sizes).
        num_test: Images in the test split, at least 24.
        rho: Probability that the hue of a marker in the corner names the class; 1/8 is
            independence; None draws no marker.
        tex_rho: Probability that the fill texture is number ``class mod 4``; 1/4 is
            independence.
        max_clutter: Most thin ellipses behind the object; 0..max, equally likely.
        noise: Amplitudes of the background noise in luminance 0..1, equally likely.
    """

    image_size: int = 64
    num_train: int = 6000
    num_test: int = 1200
    rho: float | None = None
    tex_rho: float = 0.25
    max_clutter: int = 4
    noise: tuple[float, ...] = (0.0, 0.03, 0.06)

    def __post_init__(self) -> None:
        """Refuse values that cannot be drawn.

        Raises:
            DataError: A value outside its range.
        """
        if not SMALLEST <= self.image_size <= LARGEST:
            raise DataError(
                _("Shapes of {image_size} px cannot be drawn.").format(image_size=self.image_size),
                _("Choose an image size from {least} to {most}.").format(
                    least=SMALLEST, most=LARGEST
                ),
            )
        if min(self.num_train, self.num_test) < NUM_CELLS:
            raise DataError(
                _("A split of shapes needs one image of every class and size."),
                _("Ask for {NUM_CELLS} images or more.").format(NUM_CELLS=NUM_CELLS),
            )
        if not 0 <= self.tex_rho <= 1 or not 0 <= (self.rho or 0) <= 1:
            raise DataError(
                _("A probability lies outside 0..1."), _("Set rho and tex_rho within 0..1.")
            )
        if not 0 <= self.max_clutter <= 16 or not self.noise or not _within(self.noise, 0.08):
            raise DataError(
                _("Clutter or noise is outside its range."),
                _("Choose 0 to 16 ellipses, and noise amplitudes from 0 to 0.08."),
            )

    def fingerprint(self, seed: int) -> str:
        """Return the SHA-256 (hex) of everything the images depend on."""
        return fingerprint({"shapes": GENERATOR_VERSION, "seed": seed, **asdict(self)})


def _within(values: tuple[float, ...], most: float) -> bool:
    """Return whether every value lies in ``0..most``."""
    return all(0 <= value <= most for value in values)


PRESETS = {
    "shapes": ShapesConfig(),
    "shapes-clever-hans": ShapesConfig(rho=0.95),
    "shapes-texture": ShapesConfig(tex_rho=0.9),
}
