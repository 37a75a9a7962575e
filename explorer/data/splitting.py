"""Carving a test split out of labelled images, the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def stratified(labels: NDArray[np.int64], test_share: float, seed: int) -> tuple[Indices, Indices]:
    """Return the sorted indices of a training and a test split with equal class shares.

    A class with two images or more has at least one in each split; the only image of a class
    stays in the training split. The random bits are Philox's own, whose stream NumPy
    guarantees between versions.

    Args:
        labels: ``(N,)`` class indices.
        test_share: Share of each class that is held out, 0..1.
        seed: Decides which; 0 <= seed < 2**64.
    """
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = num_held_out(len(members), test_share)
        key = np.array([seed, label], dtype=np.uint64)
        order = np.argsort(np.random.Philox(key=key).random_raw(len(members)), kind="stable")
        held_out[members[order[:count]]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def num_held_out(members: int, test_share: float) -> int:
    """Return how many of the images of a class are held out; never all of them."""
    return min(max(1, round(test_share * members)), members - 1)
