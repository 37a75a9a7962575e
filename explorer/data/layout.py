"""Which file is an image of which class and split: the ImageFolder layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.data.image import SUFFIXES
from explorer.errors import DataError
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRAIN = "train"
HELD_OUT = ("test", "val", "valid", "validation")
_EXAMPLE = mark("Put the images into one folder for each class, such as cat/1.jpg and dog/1.jpg.")


@dataclass(frozen=True)
class Layout:
    """The images of a set in a fixed order: by split, class and name.

    Attributes:
        classes: The class names, sorted.
        train: ``(file, label)`` of the training images, or of all when ``test`` is empty.
        test: ``(file, label)`` of the held-out images; empty when none are set apart.
    """

    classes: tuple[str, ...]
    train: tuple[tuple[str, int], ...]
    test: tuple[tuple[str, int], ...]


def find_layout(files: Sequence[str], folders: Iterable[str]) -> Layout:
    """Return the classes and splits that names such as ``train/cat/1.jpg`` mean.

    One folder around everything is looked through. Beside ``train`` the first of ``test``,
    ``val``, ``valid`` and ``validation`` is what is held out; the others are left unused.

    Args:
        files: Names with slashes.
        folders: Names of all folders, to notice an empty class.

    Raises:
        DataError: No images, no class folders, a single class, an empty class, or a held-out
            class that is not trained on.
    """
    images = sorted(name for name in files if name.lower().endswith(SUFFIXES))
    if not images:
        raise DataError(_("There are no PNG, JPEG or WebP images."), _(_EXAMPLE))
    root = _root(images)
    splits = {_class_of(name, root) for name in images if name.count("/") > root.count("/") + 1}
    if TRAIN not in splits:
        return _by_class(images, folders, root, None)
    held_out = next((split for split in HELD_OUT if split in splits), None)
    test_root = f"{root}{held_out}/" if held_out else None
    return _by_class(images, folders, f"{root}{TRAIN}/", test_root)


def _by_class(
    images: Sequence[str], folders: Iterable[str], train_root: str, test_root: str | None
) -> Layout:
    """Return the layout once it is known where the class folders are."""
    train = _labelled(images, train_root)
    test = _labelled(images, test_root) if test_root else []
    classes = tuple(sorted({label for _, label in train}))
    _check_classes(classes, folders, train_root)
    numbers = {name: index for index, name in enumerate(classes)}
    unknown = next((label for _, label in test if label not in numbers), None)
    if unknown is not None:
        raise DataError(
            _("Class {unknown!r} is in {test_root!r} but not in {train_root!r}.").format(
                unknown=unknown, test_root=test_root, train_root=train_root
            ),
            _("Give both the same class folders."),
        )
    return Layout(
        classes,
        tuple((name, numbers[label]) for name, label in train),
        tuple((name, numbers[label]) for name, label in test),
    )


def _labelled(images: Sequence[str], root: str) -> list[tuple[str, str]]:
    """Return the images in class folders under a root, each with its class."""
    inside = [name for name in images if name.startswith(root)]
    return [(name, label) for name in inside if (label := _class_of(name, root))]


def _root(images: Sequence[str]) -> str:
    """Return the folder around everything with its slash; empty when there is none."""
    first = images[0].partition("/")[0]
    inside = f"{first}/"
    wraps = all(name.startswith(inside) and name.count("/") >= 2 for name in images)
    return inside if wraps and first != TRAIN else ""


def _class_of(name: str, root: str) -> str:
    """Return the folder directly under the root; empty for an image that lies in none."""
    folder, slash, _ = name[len(root) :].partition("/")
    return folder if slash else ""


def _check_classes(classes: tuple[str, ...], folders: Iterable[str], root: str) -> None:
    """Refuse sets that cannot be classified."""
    if not classes:
        raise DataError(_("The images are not in class folders."), _(_EXAMPLE))
    direct = {name[len(root) :] for name in folders if name.startswith(root)}
    empty = sorted(name for name in direct if name and "/" not in name and name not in classes)
    if empty:
        raise DataError(
            _("Class {empty!r} has no PNG, JPEG or WebP images.").format(empty=empty[0]),
            _("Add images to its folder, or remove the folder."),
        )
    if len(classes) == 1:
        raise DataError(
            _("There is only one class, {classes!r}.").format(classes=classes[0]),
            _("Add a second class folder."),
        )
