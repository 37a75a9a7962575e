"""A look at somebody's own images before they are trained on: what is there, and what is wrong."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from PIL import Image

from explorer.data.image import SUFFIXES, fit, open_image
from explorer.data.image_folder import MAX_TOTAL_BYTES, natural_size
from explorer.data.layout import Layout, find_layout
from explorer.data.progress import OnProgress, into, reported
from explorer.data.sources import Source, open_source
from explorer.data.statistics import ClassCount
from explorer.errors import DataError
from explorer.units import count, quantity
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

THUMBNAIL = 64
MAX_LISTED = 50
FEW_IMAGES = 20
UNEVEN = 5
"""How many times as large the largest class may be as the smallest before it is said."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of one image, as PNG."""

    name: str
    class_name: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shorter sides of the images that were opened [px]."""

    smallest: int
    median: float
    largest: int


@dataclass(frozen=True)
class Preview:
    """What a set of images is.

    Attributes:
        counts: Images by class.
        num_images: All of them.
        num_examined: Those that were opened; the others were not looked into.
        sizes: Of those that can be used; None when there are none.
        image_size: At which it would be trained [px].
        memory_bytes: What the images take in memory at that size [B].
        has_split: Whether held-out images are set apart; else a tenth of each class is, by seed.
        broken: The first files that cannot be used.
        num_broken: All of them.
        ignored: The first files that are no images.
        num_ignored: All of them.
        thumbnails: A few images of each class.
        warnings: One sentence about each thing that may surprise.
    """

    counts: tuple[ClassCount, ...]
    num_images: int
    num_examined: int
    sizes: Sizes | None
    image_size: int
    memory_bytes: int
    has_split: bool
    broken: tuple[Broken, ...]
    num_broken: int
    ignored: tuple[str, ...]
    num_ignored: int
    thumbnails: tuple[Thumbnail, ...]
    warnings: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether it can be trained on as it is, as far as was looked."""
        return not self.num_broken and self.memory_bytes <= MAX_TOTAL_BYTES


def look(path: Path, most: int, progress: Path | None = None) -> Preview:
    """Return ``preview``, with the share that is done written into a file."""
    return preview(path, most=most, on_progress=into(progress))


def preview(
    path: Path,
    *,
    most: int | None = 2000,
    per_class: int = 4,
    on_progress: OnProgress | None = None,
) -> Preview:
    """Look at a folder or zip in the ImageFolder layout without training on it.

    Args:
        path: Of the folder or zip.
        most: How many images are opened, spread evenly over the set; None: all of them.
        per_class: Thumbnails of each class.
        on_progress: Called with what is being done and the share that is done, 0..1; may raise.

    Raises:
        DataError: It is no folder or zip, or has no classes of images at all.
    """
    with open_source(path) as source:
        layout = find_layout(source.files, source.folders)
        members = layout.train + layout.test
        look = _Look(source, layout, per_class)
        for name, label in reported(_spread(members, most), _("Looking at images"), on_progress):
            look.at(name, label)
        size = _size(source, layout)
        used = {name for name, _ in members}
        ignored = [name for name in source.files if name not in used]
        memory = len(members) * size * size * 3
        return Preview(
            counts=_counts(layout),
            num_images=len(members),
            num_examined=look.num_examined,
            sizes=_sizes(look.sides),
            image_size=size,
            memory_bytes=memory,
            has_split=bool(layout.test),
            broken=tuple(look.broken[:MAX_LISTED]),
            num_broken=len(look.broken),
            ignored=tuple(ignored[:MAX_LISTED]),
            num_ignored=len(ignored),
            thumbnails=tuple(look.thumbnails),
            warnings=tuple(_warnings(layout, look, ignored, memory)),
        )


class _Look:
    """Opens images one after the other and keeps what is to be said about them."""

    def __init__(self, source: Source, layout: Layout, per_class: int) -> None:
        self._source, self._layout, self._per_class = source, layout, per_class
        self._shown: Counter[int] = Counter()
        self.sides: list[int] = []
        self.broken: list[Broken] = []
        self.thumbnails: list[Thumbnail] = []
        self.num_examined = 0

    def at(self, name: str, label: int) -> None:
        self.num_examined += 1
        try:
            image = open_image(self._source.read(name))
        except DataError as error:
            self.broken.append(Broken(name, error.message))
            return
        self.sides.append(min(image.shape[:2]))
        if self._shown[label] < self._per_class:
            self._shown[label] += 1
            shown = Thumbnail(name, self._layout.classes[label], _png(fit(image, THUMBNAIL)))
            self.thumbnails.append(shown)


def _spread(members: tuple[tuple[str, int], ...], most: int | None) -> list[tuple[str, int]]:
    """Return at most so many members, evenly spaced, so that every class is among them."""
    if most is None or len(members) <= most:
        return list(members)
    return [members[i * len(members) // most] for i in range(most)]


def _size(source: Source, layout: Layout) -> int:
    try:
        return natural_size(source, layout)
    except DataError:  # one that is looked at for its size is broken; it is named anyway
        return THUMBNAIL


def _counts(layout: Layout) -> tuple[ClassCount, ...]:
    train, test = (Counter(label for _, label in part) for part in (layout.train, layout.test))
    return tuple(
        ClassCount(name, train[label], test[label]) for label, name in enumerate(layout.classes)
    )


def _sizes(sides: list[int]) -> Sizes | None:
    return Sizes(min(sides), median(sides), max(sides)) if sides else None


def _warnings(layout: Layout, look: _Look, ignored: list[str], memory: int) -> Iterator[str]:
    """Say what may surprise, the gravest first."""
    if memory > MAX_TOTAL_BYTES:
        yield _(
            "The images would take {needed} of memory, more than the {allowed} allowed."
        ).format(needed=quantity(memory, "B"), allowed=quantity(MAX_TOTAL_BYTES, "B"))
    if look.broken:
        yield _(
            "{broken} of the {opened} images that were opened cannot be used; a training would "
            "stop at the first."
        ).format(broken=count(len(look.broken)), opened=count(look.num_examined))
    counts = _counts(layout)
    few = [one.name for one in counts if one.train < FEW_IMAGES]
    if few:
        yield _("Few images to learn from: {classes} have fewer than {n}.").format(
            classes=_listed(few), n=FEW_IMAGES
        )
    smallest, largest = min(counts, key=_train), max(counts, key=_train)
    if largest.train > UNEVEN * smallest.train:
        yield _("The classes are uneven: {most} has {n} images, {least} {m}.").format(
            most=largest.name,
            n=count(largest.train),
            least=smallest.name,
            m=count(smallest.train),
        )
    sizes = _sizes(look.sides)
    if sizes is not None and sizes.largest > 4 * sizes.smallest:
        yield _("The images differ much in size; all are made equally large.")
    if any(name.lower().endswith(SUFFIXES) for name in ignored):
        yield _("Some images lie outside of the class folders and are left out.")


def _train(one: ClassCount) -> int:
    return one.train


def _listed(names: list[str]) -> str:
    first = _(", ").join(names[:4])
    return _("{names} and {n} more").format(names=first, n=len(names) - 4) if names[4:] else first


def _png(image: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()
