"""A person's own images: a folder or a zip in the ImageFolder layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.data.cache import cached
from explorer.data.dataset import Dataset, Split, fingerprint
from explorer.data.image import fit, open_image
from explorer.data.layout import Layout, find_layout
from explorer.data.progress import OnProgress, reported
from explorer.data.sources import Source, open_source
from explorer.data.splitting import stratified
from explorer.data.table import Table
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

MAX_TOTAL_BYTES = 4_000_000_000
TEST_SHARE = 0.1
"""Of each class, where nothing is set apart."""
_SMALL, _LARGE = 32, 64
_SMALL_IMAGES_UP_TO = 40
_PROBES = 9
_VERSION = 1


def load_image_folder(
    path: Path,
    *,
    seed: int = 0,
    image_size: int | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Return the images of a folder or a zip, resized and cropped to squares.

    Decoding takes about a second for 8,000 small images, once; the arrays are cached until a
    file changes. Without a split of its own a tenth of each class is held out by the seed.

    Args:
        path: ``class/image.jpg``, or that under ``train/`` and ``test/`` or ``val/``.
        seed: Decides what is held out, 0 <= seed < 2**64.
        image_size: Height and width [px]; None takes 32 for images up to 40 px, else 64.
        on_progress: Called with what is being done and the share that is done, 0..1.

    Raises:
        DataError: Nothing there, a layout without classes, a damaged image, or too much data.
    """
    with open_source(path) as source:
        layout = find_layout(source.files, source.folders)
        size = image_size or natural_size(source, layout)
        key = fingerprint({"images": _VERSION, "source": source.stamp, "image_size": size})

        def build() -> dict[str, np.ndarray]:
            return _decode_all(source, layout, size, on_progress).to_arrays()

        table = Table.from_arrays(cached(f"images-{key[:24]}", build))
    if table.num_train:
        return table.dataset(path.stem, table.given_split(), key)
    rows = stratified(table.content.labels, TEST_SHARE, seed)
    return table.dataset(path.stem, rows, fingerprint({"table": key, "seed": seed}))


def natural_size(source: Source, layout: Layout) -> int:
    """Return 32 when a few images spread over the set are all small, else 64."""
    step = max(1, len(layout.train) // _PROBES)
    sides = [min(_open(source, name).shape[:2]) for name, _ in layout.train[::step]]
    return _SMALL if max(sides) <= _SMALL_IMAGES_UP_TO else _LARGE


def _decode_all(source: Source, layout: Layout, size: int, on_progress: OnProgress | None) -> Table:
    """Decode the training images, then the held-out ones."""
    members = layout.train + layout.test
    if len(members) * size * size * 3 > MAX_TOTAL_BYTES:
        raise DataError(
            _("{n:,} images of {size} px need more than {value:.0f} GB.").format(
                n=len(members), size=size, value=MAX_TOTAL_BYTES / 1e9
            ),
            _("Use fewer images or a smaller image size."),
        )
    images = np.empty((len(members), size, size, 3), dtype=np.uint8)
    for row, (name, _label) in enumerate(reported(members, _("Reading images"), on_progress)):
        images[row] = fit(_open(source, name, at_least=size), size)
    labels = np.array([label for _, label in members], dtype=np.int64)
    num_train = len(layout.train) if layout.test else 0
    return Table.of(Split(images, labels), layout.classes, num_train)


def _open(source: Source, name: str, at_least: int | None = None) -> np.ndarray:
    """Decode one file; what is wrong with it is said with its name."""
    try:
        return open_image(source.read(name), at_least=at_least)
    except DataError as error:
        raise DataError(
            _("The image {name!r} cannot be used: {value}{message}").format(
                name=name, value=error.message[0].lower(), message=error.message[1:]
            ),
            error.hint,
        ) from error
