"""The exact gradient of the paths of each length, as a polynomial through the backward pass.

With the masks frozen at an image a unit maps a cotangent g of its output to S^T g + J^T g, along
its shortcut and through its branch. Carried by length this is C'_k = S^T C_k + J^T C_(k-1), so n
units cost n (n + 1) / 2 backward passes through a branch, all of one unit at once, instead of
2^n. The parts add up to the gradient.

What the ways are is read from the graph (``explorer.analysis.routes``). What stands after the
addition, such as the ReLU of the original unit, multiplies both ways: there the decomposition
holds at this image and its masks, while a pre-activated unit passes g on unchanged. A plain unit
has no shortcut, every path goes through. The kept channels of a dense or dual-path unit are its
shortcut. A gate's own layers count as the branch, whichever way the gate weights; drop-path and
dropout are as in evaluation.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch

from explorer.analysis.path_gradient import GradientByLength
from explorer.analysis.paths import paths_of_graph
from explorer.errors import ExplorerError
from explorer.gradient.linearised import Linearised, by_autograd, linearise
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from explorer.analysis.path_gradient import Floats
    from explorer.analysis.routes import Segment
    from explorer.builder import Network
    from explorer.gradient.linearised import Pulled

MEMORY = 2**28
"""About how many bytes the cotangents of one tensor may take."""


def gradient_by_length(
    network: Network,
    images: Tensor,
    labels: Tensor | None = None,
    *,
    longest: int | None = None,
    per_unit: bool = False,
    check: bool = False,
) -> GradientByLength:
    """Return the exact gradient of the loss with respect to the images by path length.

    Args:
        network: On the device of the images; not changed. float64 gives all lengths to 1e-12 of
            the gradient, float32 to about 1e-2 of each part.
        images: (N, C, H, W), N >= 1, as the network was trained on them, in its dtype.
        labels: Class indices, (N,); None: what the network predicts.
        longest: Longest paths that are wanted [units]; None: all. Shorter is faster, and the
            parts stay exact.
        per_unit: Whether the parts that arrive at each unit are wanted too.
        check: Whether the sum of all parts is to be held against ``torch.autograd``.

    Raises:
        ExplorerError: A label is none of the network's classes, or ``longest`` is below 1.
    """
    counts = paths_of_graph(network.graph).counts
    if longest is not None and longest < 1:
        raise ExplorerError(_("Paths up to 0 units are too few."), _("Use 1 or more."))
    limit = len(counts) if longest is None else min(longest + 1, len(counts))
    norms, shares, totals, arriving = [], [], [], []
    gap = 0.0
    for point in points(network, images, labels, limit):
        seen: list[Tensor] = []

        def note(segment: Segment, g: Tensor, seen: list[Tensor] = seen) -> None:
            if segment.is_unit:
                found = _norms(g)
                seen.append(torch.nn.functional.pad(found, (0, 0, 0, limit - len(found))))

        parts = coefficients(point, limit, on_output=note if per_unit else None)
        whole = parts.sum(0) if limit == len(counts) else gradient(point)
        norms.append(_norms(parts).T)
        shares.append(_projections(parts, whole).T)
        totals.append(_norms(whole[None])[0])
        if check:
            gap = max(gap, _gap(whole, by_autograd(point)))
        if per_unit:
            arriving.append(torch.stack(seen[::-1]))
    return GradientByLength(
        counts,
        _numpy(torch.cat(norms)),
        _numpy(torch.cat(shares)),
        _numpy(torch.cat(totals)),
        _numpy(torch.cat(arriving, dim=2).mean(2)) if per_unit else None,
        gap if check else None,
    )


def points(
    network: Network, images: Tensor, labels: Tensor | None, copies: int
) -> Iterator[Linearised]:
    """Linearise at some images at a time, as many as fit with their cotangents into memory."""
    graph = network.graph
    largest = max(prod(node.out_shape) for node in graph.nodes.values())
    size = max(1, MEMORY // (copies * largest * images.element_size()))
    for start in range(0, len(images), size):
        chosen = slice(start, start + size)
        yield linearise(network, images[chosen], None if labels is None else labels[chosen])


@torch.no_grad()
def coefficients(
    point: Linearised,
    limit: int,
    signs: Tensor | None = None,
    on_output: Callable[[Segment, Tensor], None] | None = None,
) -> Tensor:
    """Return C_0, C_1, ..., C_(limit - 1), or all there are, (K + 1, N, C, H, W).

    Args:
        point: Where the network is linearised.
        limit: How many are wanted, >= 2.
        signs: A factor for the branch of each unit and image, (num_units, N).
        on_output: Called with each segment and the parts that arrive at its output, from the
            last to the first.
    """
    g = point.cotangent[None]
    unit = sum(segment.is_unit for segment in point.segments)
    for segment in reversed(point.segments):
        if on_output is not None:
            on_output(segment, g)
        pulled = point.pull(segment, g, slice(0, limit - 1))
        if segment.is_unit:
            unit -= 1
        g = _shifted(pulled, limit, None if signs is None else signs[unit])
    return g


def _shifted(pulled: Pulled, limit: int, sign: Tensor | None) -> Tensor:
    """Return past + z through."""
    past, through = pulled
    if through is None:
        assert past is not None
        return past
    through = through[: limit - 1]
    num = min(limit, 1 + len(through))
    joined = through.new_zeros(max(num, 0 if past is None else len(past)), *through.shape[1:])
    if past is not None:
        joined[: len(past)] = past
    if sign is not None:
        through = through * sign[:, None, None, None]
    joined[1:num] += through
    return joined


@torch.no_grad()
def gradient(point: Linearised) -> Tensor:
    """Return d(loss)/d(image), (N, C, H, W)."""
    g = point.cotangent[None]
    for segment in reversed(point.segments):
        g = point.pull(segment, g).total
    return g[0]


def _gap(found: Tensor, true: Tensor) -> float:
    """Return |found - true| / |true| at the worst image."""
    apart, size = _norms((found - true)[None]), _norms(true[None])
    return float((apart / size.clamp(min=1e-300)).max())


def _norms(parts: Tensor) -> Tensor:
    """Return the norm of each part and image, (L, N)."""
    return torch.linalg.vector_norm(parts.flatten(2), dim=2, dtype=torch.float64)


def _projections(parts: Tensor, whole: Tensor) -> Tensor:
    """Return <C_k, g> / |g|^2, (L, N)."""
    rows, target = parts.flatten(2).double(), whole.flatten(1).double()
    squares = target.square().sum(1)
    found = (rows * target).sum(2)
    return torch.where(squares > 0, found / squares, torch.zeros_like(found))


def _numpy(values: Tensor) -> Floats:
    return values.double().cpu().numpy()
