"""The data sets that have names, and the one way to load any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.data import digits, pets, published
from explorer.data.image_folder import load_image_folder
from explorer.data.shapes import config as shapes
from explorer.data.shapes.build import load_shapes
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from explorer.data.dataset import Dataset
    from explorer.data.progress import OnProgress

SMALLEST, LARGEST = 8, 256


@dataclass(frozen=True)
class DataInfo:
    """What can be said about a data set without loading it.

    Attributes:
        name: What ``load`` takes.
        title: The name for people.
        summary: One line about it.
        classes: The class names.
        image_size: Height and width unless asked otherwise [px].
        num_images: Training and test images together.
        has_masks: Whether every image has an exact mask of its object.
        offline: Whether it needs no network.
    """

    name: str
    title: str
    summary: str
    classes: tuple[str, ...]
    image_size: int
    num_images: int
    has_masks: bool
    offline: bool


_SHAPES = {
    "shapes": ("Shapes", "Eight drawn shapes at three sizes, with exact masks."),
    "shapes-clever-hans": (
        "Shapes, Clever Hans",
        "Shapes with a marker in the corner whose colour gives the class away, 95 % of the time.",
    ),
    "shapes-texture": (
        "Shapes, texture bias",
        "Shapes whose texture goes with the class, 90 % of the time.",
    ),
}


def catalogue() -> tuple[DataInfo, ...]:
    """Return what is known about every named data set; reads no images."""
    drawn = tuple(
        DataInfo(
            name,
            *_SHAPES[name],
            shapes.CLASSES,
            config.image_size,
            config.num_train + config.num_test,
            has_masks=True,
            offline=True,
        )
        for name, config in shapes.PRESETS.items()
    )
    handwritten = DataInfo(
        "digits",
        "Digits",
        "1,797 real handwritten digits of 8 × 8 pixels, enlarged.",
        digits.CLASSES,
        digits.IMAGE_SIZE,
        1797,
        has_masks=False,
        offline=True,
    )
    return (*drawn, handwritten, *_downloaded())


def canonical(name: str) -> str:
    """Return the name that is meant: both ``oxford_pets`` and ``oxford-pets`` are."""
    other = name.replace("_", "-") if "-" not in name else name.replace("-", "_")
    return other if other in {pets.NAME, *published.published()} else name


def _downloaded() -> tuple[DataInfo, ...]:
    """Return what there is of the sets that are downloaded once."""
    found = tuple(
        DataInfo(
            one.name,
            one.title,
            one.summary,
            one.classes,
            one.image_size,
            one.num_images,
            has_masks=False,
            offline=False,
        )
        for one in published.published().values()
        if one.is_there
    )
    return (*found, *_pets())


def _pets() -> tuple[DataInfo, ...]:
    try:
        train, test = pets.members()
    except DataError:
        return ()
    return (
        DataInfo(
            pets.NAME,
            "Oxford Pets",
            "Photographs of 37 breeds of cats and dogs, with masks of the animal.",
            pets.class_names(train + test),
            pets.IMAGE_SIZE,
            len(train) + len(test),
            has_masks=True,
            offline=False,
        ),
    )


def load(
    name_or_path: str,
    *,
    seed: int = 0,
    image_size: int | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Return a data set, from the cache when it has been loaded before.

    Args:
        name_or_path: A name of the catalogue, or a folder or zip in the ImageFolder layout.
        seed: Of the data, not of the training: which shapes are drawn, or which images are
            held out of a set that comes without a split; 0 <= seed < 2**56.
        image_size: Height and width [px], 8..256; None takes the set's own.
        on_progress: Called with what is being done and the share that is done, 0..1.

    Raises:
        DataError: No such data, data that cannot be used, or an argument out of range.
    """
    if not 0 <= seed < 2**56:
        raise DataError(
            _("The seed {seed} is out of range.").format(seed=seed), _("Use a whole number from 0.")
        )
    if image_size is not None and not SMALLEST <= image_size <= LARGEST:
        raise DataError(
            _("Images of {image_size} px cannot be made.").format(image_size=image_size),
            _("Choose an image size from {least} to {most}.").format(least=SMALLEST, most=LARGEST),
        )
    if name_or_path in shapes.PRESETS:
        config = shapes_config(name_or_path, image_size)
        return load_shapes(name_or_path, config, seed, on_progress)
    if name_or_path == "digits":
        return digits.load_digits(seed, image_size or digits.IMAGE_SIZE)
    name = canonical(name_or_path)
    if name == pets.NAME:
        return pets.load_pets(image_size or pets.IMAGE_SIZE, on_progress)
    if name in published.published():
        return published.load(published.published()[name], image_size, on_progress)
    path = _existing(name_or_path)
    return load_image_folder(path, seed=seed, image_size=image_size, on_progress=on_progress)


def shapes_config(name: str, image_size: int | None = None) -> shapes.ShapesConfig:
    """Return the settings of a preset of shapes, at another image size if given [px].

    Raises:
        DataError: The size is out of range.
    """
    preset = shapes.PRESETS[name]
    return preset if image_size is None else replace(preset, image_size=image_size)


def _existing(text: str) -> Path:
    """Return the path of a folder or file that is there."""
    try:
        path = Path(text).expanduser()
        path = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        names = ", ".join(info.name for info in catalogue())
        raise DataError(
            _("There is no data set, folder or file {text!r}.").format(text=text),
            _("There are {names}, and any folder or zip of images in class folders.").format(
                names=names
            ),
        ) from error
    return path
