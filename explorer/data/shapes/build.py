"""All images of a set of shapes, from the cache where they have been drawn before."""

from __future__ import annotations

import numpy as np

from explorer.data.cache import cached
from explorer.data.dataset import Dataset, Split
from explorer.data.progress import OnProgress, reported
from explorer.data.shapes.config import CLASSES, ShapesConfig
from explorer.data.shapes.render import render
from explorer.data.table import Table
from explorer.words import _


def load_shapes(
    name: str, config: ShapesConfig, seed: int, on_progress: OnProgress | None = None
) -> Dataset:
    """Return a set of shapes with masks and strata; takes seconds once per config and seed.

    Raises:
        DataError: A seed out of range, or a data folder that cannot be written.
    """
    key = config.fingerprint(seed)

    def build() -> dict[str, np.ndarray]:
        return _draw_all(config, seed, on_progress).to_arrays()

    table = Table.from_arrays(cached(f"shapes-{key[:24]}", build))
    return table.dataset(name, table.given_split(), key)


def _draw_all(config: ShapesConfig, seed: int, on_progress: OnProgress | None) -> Table:
    """Draw the training images, then the test images."""
    which = [("train", index) for index in range(config.num_train)]
    which += [("test", index) for index in range(config.num_test)]
    count, size = len(which), config.image_size
    images = np.empty((count, size, size, 3), dtype=np.uint8)
    masks = np.empty((count, size, size), dtype=bool)
    labels, strata = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.uint8)
    for row, (split, index) in enumerate(reported(which, _("Drawing shapes"), on_progress)):
        images[row], labels[row], masks[row], strata[row] = render(config, seed, split, index)
    return Table.of(Split(images, labels, masks, strata), CLASSES, config.num_train)
