"""What a measured effective receptive field says (Luo et al. 2016).

The field is the size of the gradient of one position of a feature map at every pixel of the
input. Its numbers are defined here; ``explorer.gradient.effective_field`` measures it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.address import Address

    Map = NDArray[np.float64]

TWO_SIGMA = 0.9545
"""Share of a Gaussian within two standard deviations."""
MAX_IMAGES, MAX_SEEDS, MIN_SIDE, MAX_SIDE = 256, 20, 8, 512


class Asked(NamedTuple):
    """What is measured.

    Attributes:
        address: The feature map; empty: the last one.
        num_images: For each initialisation, 1..256.
        data: A data set whose held-out images are taken; empty: noise from N(0, 1).
        side: Of noise images [px], 8..512; 0: the network's own.
        seed: Of the noise and of the first initialisation.
    """

    address: Address = ""
    num_images: int = 8
    data: str = ""
    side: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveField:
    """How much each pixel of the input moves one position of a feature map.

    Attributes:
        values: Share of each pixel, (S, S), adding up to 1; all zero where no gradient arrives.
        first: First row and column that the position can see [px]; negative in the padding.
        last: Last row and column that it can see [px].
        num_images: Images that were averaged over, all seeds together.
        num_seeds: Initialisations that were averaged over; 0 for a trained network.
    """

    values: Map
    first: int
    last: int
    num_images: int
    num_seeds: int

    @property
    def side(self) -> int:
        """Return the side of the input [px]."""
        return len(self.values)

    @property
    def theoretical(self) -> int:
        """Return the side of the theoretical receptive field [px]."""
        return self.last - self.first + 1

    @property
    def centre(self) -> float:
        """Return the row and column of the middle of the theoretical field [px]."""
        return (self.first + self.last) / 2

    @property
    def size(self) -> float:
        """Return Luo et al.'s size: the side of a square as large as what is bright [px].

        Bright is a pixel above 1 - 95.45 % of the largest; theirs is the centre, which is the
        largest in a Gaussian. One of standard deviation s then has the size 4.41 s.
        """
        bright = self.values > (1 - TWO_SIGMA) * self.values.max(initial=0)
        return sqrt(int(bright.sum()))

    @property
    def sigma(self) -> float:
        """Return the standard deviation along one axis around the field's own mean [px].

        The root of the mean of both axes' variances; 0 where no gradient arrives.
        """
        places = np.arange(self.side)
        variances = [
            float(line @ places**2) - float(line @ places) ** 2
            for line in (self.values.sum(0), self.values.sum(1))
        ]
        return sqrt(max(0.0, sum(variances) / 2))

    def share_within(self, side: float) -> float:
        """Return the share inside a square of this side around the centre, 0..1.

        Pixels on its border count with the part that lies inside.
        """
        low, high = self.centre - side / 2, self.centre + side / 2
        places = np.arange(self.side)
        inside = np.clip(np.minimum(places + 0.5, high) - np.maximum(places - 0.5, low), 0.0, 1.0)
        return float(inside @ self.values @ inside)

    def shares(self) -> Map:
        """Return the share inside squares of side 0, 1, 2, ... up to all of the input, (K,)."""
        reach = max(self.centre + 0.5, self.side - 0.5 - self.centre)
        return np.array([self.share_within(side) for side in range(int(np.ceil(2 * reach)) + 1)])

    def side_holding(self, share: float) -> int:
        """Return the side of the smallest centred square with a share of all, whole [px]."""
        found = self.shares()
        return int(np.searchsorted(found, min(share, float(found[-1]))))
