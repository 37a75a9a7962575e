"""The gradient of a single path, by length: random signs for all at once, or sampled paths.

Veit, Wilber, Belongie 2016 draw k units to go through, pass the others by their shortcuts, and
average the norm of the gradient that arrives. Random signs give the mean square of the same
norms for all lengths in one pass, and less noise, because a draw adds up all paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from explorer.analysis.path_gradient import (
    PathNorms,
    SampledNorms,
    mean_over_paths,
    standard_error,
)
from explorer.analysis.paths import paths_of_graph
from explorer.errors import ExplorerError
from explorer.gradient.exact import coefficients, points
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from explorer.builder import Network
    from explorer.gradient.linearised import Linearised

COPIES = 64
"""Sampled paths that go back together."""


def path_norms(
    network: Network,
    images: Tensor,
    labels: Tensor | None = None,
    *,
    num_draws: int = 50,
    longest: int | None = None,
    seed: int = 0,
    on_draw: Callable[[], None] = lambda: None,
) -> PathNorms:
    """Estimate the root mean square norm of a single path of every length by random signs.

    Args:
        network: As for ``gradient_by_length``.
        images: (N, C, H, W).
        labels: (N,); None: what the network predicts.
        num_draws: How often signs are drawn for each image, >= 2; each costs one exact pass.
        longest: Longest paths that are wanted [units]; None: all.
        seed: Of the signs.
        on_draw: Called after every draw; may raise to stop.

    Raises:
        ExplorerError: Fewer than two draws, or a label is none of the network's classes.
    """
    if num_draws < 2:
        raise ExplorerError(_("One draw has no error to state."), _("Use two draws or more."))
    counts = paths_of_graph(network.graph).counts
    limit = len(counts) if longest is None else min(max(longest, 1) + 1, len(counts))
    generator = torch.Generator().manual_seed(seed)
    sums = np.zeros((num_draws, limit))
    for point in points(network, images, labels, limit):
        shape = (len(network.graph.blocks), len(point.cotangent))
        for draw in range(num_draws):
            coins = torch.randint(2, shape, generator=generator)
            signs = (2 * coins - 1).to(point.cotangent)
            parts = coefficients(point, limit, signs)
            sums[draw] += parts.flatten(1).double().square().sum(1).cpu().numpy()
            on_draw()
    by_path = np.stack([mean_over_paths(row / len(images), counts[:limit]) for row in sums])
    return PathNorms(counts, by_path.mean(0), standard_error(by_path), num_draws, seed)


def sampled_norms(
    network: Network,
    images: Tensor,
    labels: Tensor | None = None,
    *,
    lengths: Sequence[int] | None = None,
    num_samples: int = 100,
    seed: int = 0,
    on_paths: Callable[[int], None] = lambda _: None,
) -> SampledNorms:
    """Estimate the mean norm of a single path of each length as Veit et al. do.

    Args:
        network: As for ``gradient_by_length``.
        images: (N, C, H, W).
        labels: (N,); None: what the network predicts.
        lengths: Which [units]; None: all that occur.
        num_samples: Paths drawn of each length, >= 1.
        seed: Of the paths.
        on_paths: Called with how many paths have gone back; may raise to stop.

    Raises:
        ExplorerError: There is no path of a length, or no sample is asked for.
    """
    if num_samples < 1:
        raise ExplorerError(_("No path is asked for."), _("Draw one path of each length or more."))
    counts = paths_of_graph(network.graph).counts
    chosen = [k for k, count in enumerate(counts) if count] if lengths is None else list(lengths)
    for k in chosen:
        if not (0 <= k < len(counts) and counts[k]):
            raise ExplorerError(
                _("There is no path of {k} units.").format(k=k), _("Choose a length that occurs.")
            )
    has_shortcut = np.array([block.merge is not None for block in network.graph.blocks])
    rng = np.random.default_rng(seed)
    ways = np.concatenate([_draw(has_shortcut, k, num_samples, rng) for k in chosen])
    norms = np.zeros(len(ways))
    for point in points(network, images, labels, COPIES):
        for start in range(0, len(ways), COPIES):
            rows = slice(start, start + COPIES)
            found = along(point, torch.from_numpy(ways[rows]))
            sizes = torch.linalg.vector_norm(found.flatten(2).double(), dim=2)
            norms[rows] += sizes.sum(1).cpu().numpy()
            on_paths(len(sizes))
    by_length = (norms / len(images)).reshape(len(chosen), num_samples).T
    mean, error = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    mean[chosen], error[chosen] = by_length.mean(0), standard_error(by_length)
    return SampledNorms(counts, mean, error, num_samples, seed)


def _draw(
    has_shortcut: NDArray[np.bool_], length: int, num: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which units each of some random paths of one length goes through, (num, units)."""
    free = np.flatnonzero(has_shortcut)
    ways = np.repeat(~has_shortcut[None], num, axis=0)
    order = rng.permuted(np.repeat(free[None], num, axis=0), axis=1)
    through = order[:, : length - int((~has_shortcut).sum())]
    np.put_along_axis(ways, through, values=True, axis=1)
    return ways


@torch.no_grad()
def along(point: Linearised, ways: Tensor) -> Tensor:
    """Return the gradient that comes along some paths, (L, N, C, H, W).

    Args:
        point: Where the network is linearised.
        ways: Which units each path goes through, (L, num_units) bool; always True where a unit
            has no shortcut.
    """
    g = point.cotangent.expand(len(ways), *point.cotangent.shape)
    unit = ways.shape[1]
    for segment in reversed(point.segments):
        if not segment.is_unit:
            g = point.pull(segment, g).total
            continue
        unit -= 1
        rows = ways[:, unit].nonzero()[:, 0].to(g.device)
        past, through = point.pull(segment, g, rows)
        if past is None or through is None:
            g = through if past is None else past
            assert g is not None
        else:
            g = past.index_copy(0, rows, through)
    return g
