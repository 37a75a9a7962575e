"""Downloading data that others publish: only when asked, checked, and made ready to train on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.data import pets, published, published_file
from explorer.data.archives import unpack
from explorer.data.cache import data_folder
from explorer.data.registry import canonical, load
from explorer.errors import DataError
from explorer.units import quantity
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.data.published_file import File, Watcher

_PETS_UNPACKED = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A set that can be downloaded.

    Attributes:
        name: What ``fetch`` and ``load`` take.
        title: The name for people.
        summary: One line about it.
        licence: What its publishers say about its use.
        download_bytes: What is to be downloaded, about [B].
        disk_bytes: What it takes on the disk in the end, about [B].
        is_there: Whether it has been downloaded.
    """

    name: str
    title: str
    summary: str
    licence: str
    download_bytes: int
    disk_bytes: int
    is_there: bool


def offers() -> tuple[Offer, ...]:
    """Return every set that can be downloaded; reads no images."""
    found = tuple(
        Offer(
            one.name,
            one.title,
            one.summary,
            one.licence,
            one.download_bytes,
            one.download_bytes + one.unpacked,
            one.is_there,
        )
        for one in published.published().values()
    )
    size = sum(file.size for file in published.PETS_FILES)
    return (
        *found,
        Offer(
            pets.NAME,
            "Oxford Pets",
            "Photographs of 37 breeds of cats and dogs, with masks of the animal.",
            published.PETS_LICENCE,
            size,
            size,
            pets.is_there(),
        ),
    )


def fetch(name: str, watcher: Watcher) -> Path:
    """Download a set if it is not there yet, make it ready to train on, and return its folder.

    Args:
        name: Of an offer.
        watcher: Is told and asked; what it raises ends the download, which goes on from where it
            was the next time.

    Raises:
        DataError: There is no such set, no connection, too little room, or not what was published.
    """
    name = canonical(name)
    found = published.published().get(name)
    if found is None and name != pets.NAME:
        known = ", ".join(offer.name for offer in offers())
        raise DataError(
            _("There is no data set {name!r} to download.").format(name=name[:60]),
            _("Choose from {known}.").format(known=known),
        )
    if found is None:
        _fetch_pets(watcher)
        folder = pets.folder()
    else:
        _fetch_all(found.files, found.folder, found.unpacked, watcher)
        folder = found.folder
    # Decoded now, so that the first training does not wait for it.
    load(name, on_progress=lambda text, fraction: watcher.progress(fraction, text))
    return folder


def _fetch_pets(watcher: Watcher) -> None:
    if pets.is_there():
        return
    folder = data_folder() / "published" / pets.NAME
    paths = _fetch_all(published.PETS_FILES, folder, _PETS_UNPACKED, watcher)
    for path in paths:
        unpack(path, pets.folder(), watcher, most_bytes=_PETS_UNPACKED)
    shutil.rmtree(folder, ignore_errors=True)


def _fetch_all(
    files: tuple[File, ...], folder: Path, unpacked: int, watcher: Watcher
) -> tuple[Path, ...]:
    """Download what is missing, one file after the other."""
    missing = [file for file in files if not published_file.is_verified(folder / file.name)]
    if missing:
        _require_room(sum(file.size for file in missing) + unpacked, folder)
    whole, done = sum(file.size for file in files), 0
    paths: list[Path] = []
    for file in files:
        share = _Share(watcher, done / whole, file.size / whole)
        paths.append(published_file.fetch(file, folder, share))
        done += file.size
    return tuple(paths)


def _require_room(needed: int, folder: Path) -> None:
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise DataError(
            _("This takes {needed} until it can be trained on; the disk has {free} free.").format(
                needed=quantity(needed, "B"), free=quantity(free, "B")
            ),
            _("Free some space, or set EXPLORER_DATA to a folder on another disk."),
        )


@dataclass(frozen=True)
class _Share:
    """The part of a progress that one file of several has."""

    watcher: Watcher
    start: float
    length: float

    def progress(self, fraction: float, text: str | Phrase) -> None:
        self.watcher.progress(self.start + self.length * fraction, text)

    def check(self) -> None:
        self.watcher.check()
