"""The data of an experiment: a named set, or a fixed part of a folder or zip of images."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.data.cache import data_folder
from explorer.data.layout import find_layout
from explorer.data.registry import catalogue
from explorer.data.sources import open_source
from explorer.errors import DataError
from explorer.lessons.experiment import CIFAR10
from explorer.store.paths import home
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.lessons.experiment import Setting

DATASETS = "datasets"
"""Folder of the data home with a person's own data."""
CIFAR10_FILE = "cifar10-train.zip"
HELD_OUT = 5
"""For so many training images of a part one is held out."""


def is_here(setting: Setting, data: str | None = None) -> bool:
    """Return whether the data of a setting is on this machine."""
    return _is_named(setting) or _file(setting, data).exists()


def _is_named(setting: Setting) -> bool:
    return any(info.name == setting.data for info in catalogue())


def _file(setting: Setting, data: str | None) -> Path:
    if data:
        return Path(data).expanduser()
    name = CIFAR10_FILE if setting.data == CIFAR10 else setting.data
    return home().shared / DATASETS / name


def locate(setting: Setting, data: str | None = None) -> str:
    """Return what ``explorer.data.load`` takes for a setting.

    A part of a folder or zip is written once as a zip into the data folder and found there again:
    the same images on every machine that has the same files.

    Args:
        setting: Which data, and how many training images.
        data: Where its folder or zip lies; None looks into the data home.

    Raises:
        DataError: It is not on this machine, or is too small.
    """
    if _is_named(setting):
        return setting.data
    file = _file(setting, data)
    if not file.exists():
        raise DataError(
            _("The images of {data} are not on this machine.").format(data=words(setting)),
            _("Put {file} into {folder}, name it with --data, or run --quick.").format(
                file=file.name, folder=home().shared / DATASETS
            ),
        )
    return str(file if setting.images is None else _part(file, setting.images))


def words(setting: Setting) -> str:
    """Return the data in words."""
    if setting.data == CIFAR10:
        return "CIFAR-10"
    titles = {info.name: info.title for info in catalogue()}
    return _(titles.get(setting.data, Path(setting.data).stem))


def _part(file: Path, num: int) -> Path:
    """Return a zip with so many training images, and a fifth as many held out."""
    part = data_folder() / "parts" / f"{file.stem}-{num}.zip"
    if part.exists():
        return part
    part.parent.mkdir(parents=True, exist_ok=True)
    draft = part.with_suffix(f".{os.getpid()}.tmp")
    with open_source(file) as source, zipfile.ZipFile(draft, "w") as archive:
        layout = find_layout(source.files, source.folders)
        each = num // len(layout.classes)
        for label, name in enumerate(layout.classes):
            members = [member for member, of in layout.train if of == label]
            for split, member in _drawn(members, each):
                archive.writestr(f"{split}/{name}/{Path(member).name}", source.read(member))
    draft.replace(part)
    return part


def _drawn(members: Sequence[str], each: int) -> Iterator[tuple[str, str]]:
    """Return images of one class evenly over its files, with the split of each."""
    total = each + each // HELD_OUT
    if total > len(members):
        raise DataError(
            _("A class has {n} images, {total} are wanted.").format(n=len(members), total=total),
            _("Use fewer images."),
        )
    for i in range(total):
        member = members[i * len(members) // total]
        yield ("test" if i % (HELD_OUT + 1) == HELD_OUT else "train"), member
