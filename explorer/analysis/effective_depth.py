"""Effective depth: how far back a gradient is still worth something (Wu et al. 2016).

Wu, Shen, van den Hengel, Wider or Deeper: d residual units y_i = y_(i-1) + f_i(y_(i-1)) are an
ensemble that grows linearly, y_d = M_0 + M_1 + ... + M_d with M_0 = y_0 and M_j = f_j(y_(j-1)).
The gradient of unit i's weights is a sum over the subsets S of the later units, a product of
their f' for each. At effective depth l the terms with l units or more vanish: only |S| < l is
left. Then unit i learns through M_j, j > i, over the whole chain of units between them only where
j - i < l, so that M_j is trained end to end exactly if j <= l, and at depth min(j, l) otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from explorer.errors import ExplorerError
from explorer.words import _

if TYPE_CHECKING:
    from explorer.analysis.path_gradient import Floats


class SubNetwork(NamedTuple):
    """One member of the ensemble, M_j = f_j(y_(j-1)).

    Attributes:
        unit: j, from 1.
        first: The first unit that M_j still trains through every unit between, from 1.
        depth: Units that are trained in series, min(j, l).
        end_to_end: Whether these are all units up to j.
    """

    unit: int
    first: int
    depth: int
    end_to_end: bool


def ensemble(num_units: int, depth: int) -> tuple[SubNetwork, ...]:
    """Return M_1 to M_d at an effective depth l.

    Units before ``first`` are fixed preprocessing for a member that is not trained end to end. With
    d > l the network is over-deepened by d - l units.

    Args:
        num_units: d, >= 0.
        depth: l, >= 1.

    Raises:
        ExplorerError: The depth is below 1.
    """
    if depth < 1:
        raise ExplorerError(
            _("An effective depth of {depth} trains nothing.").format(depth=depth),
            _("Use 1 or more."),
        )
    return tuple(
        SubNetwork(j, max(1, j - depth + 1), min(j, depth), j <= depth)
        for j in range(1, num_units + 1)
    )


def effective_depth(norms: Floats, share: float = 0.95) -> int:
    """Return the least l for which the terms through fewer than l units hold a share.

    The share is sum over k < l of |C_k| by the sum over all k, with C_k the exact part through k
    units: norms cannot cancel, so that l grows with the share. So l is where the terms that Wu et
    al. neglect are 1 - share of all.

    Args:
        norms: |C_0|, |C_1|, ..., (K + 1,); ``GradientByLength.norm`` for the gradient at the image
            or a row of ``arriving`` for one unit.
        share: 0..1.

    Returns:
        1 to K + 1; 0 where there is no gradient.
    """
    sums = np.cumsum(norms)
    if not len(sums) or sums[-1] <= 0:
        return 0
    needed = share * sums[-1] * (1 - 1e-12)
    return int(np.searchsorted(sums, needed)) + 1


def effective_depths(arriving: Floats, share: float = 0.95) -> tuple[int, ...]:
    """Return the effective depth of what arrives at the output of each unit.

    A unit trains through at most as many later units as there are; where its figure is lower,
    the longer terms hold less than 1 - share.

    Args:
        arriving: ``GradientByLength.arriving``, (num_units, K + 1).
        share: 0..1.
    """
    return tuple(effective_depth(row, share) for row in arriving)
