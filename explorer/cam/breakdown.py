"""A logit taken apart at one block, as arrays: what a page gets from the compute process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.address import Address


@dataclass(frozen=True, eq=False)
class Piece:
    """What one tensor adds to the logit.

    Attributes:
        name: ``shortcut``, ``branch``, or ``scale 1``, ``scale 2`` ...
        address: Of the tensor.
        heat: Signed contribution of each cell (h, w), in units of the logit.
        total: The sum of the heat.
    """

    name: str
    address: Address
    heat: NDArray[np.float32]
    total: float


@dataclass(frozen=True, eq=False)
class Breakdown:
    """How the logit of one class is put together at one block.

    The totals of the pieces, shift, bias and remainder add up to the logit.

    Attributes:
        title: The run.
        block: Address of the block.
        target: The explained class.
        logit: Its score.
        pieces: Shortcut and branch, or shortcut and scales.
        bias: Of the classifier.
        shift: What later norms add.
        remainder: What is left: rounding, or gates after the block.
        image: The crop that was looked at, (S, S, 3) uint8.
    """

    title: str
    block: Address
    target: str
    logit: float
    pieces: tuple[Piece, ...]
    bias: float
    shift: float
    remainder: float
    image: NDArray[np.uint8]

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types, without the image."""
        own = {name: value for name, value in self.__dict__.items() if name != "image"}
        return {
            **own,
            "pieces": [{**piece.__dict__, "heat": piece.heat.tolist()} for piece in self.pieces],
        }
