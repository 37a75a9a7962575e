"""The data sets that others publish: where their files lie, and how they are read.

Checksums are those that torchvision states for the same files, or the page of the set itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.data import cifar, fashion, svhn
from explorer.data.cache import Arrays, cached, data_folder
from explorer.data.dataset import Dataset, Split, fingerprint
from explorer.data.image import fit
from explorer.data.progress import OnProgress, reported
from explorer.data.published_file import File, is_verified
from explorer.data.table import Table
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_VERSION = 1
_TORCHVISION = "torchvision.datasets"
_TORONTO = "https://www.cs.toronto.edu/~kriz"
_OXFORD = "https://www.robots.ox.ac.uk/~vgg/data/pets/data"
_CIFAR10 = "airplane automobile bird cat deer dog frog horse ship truck"
_CIFAR100 = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup
dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower
leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid
otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray
road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
wardrobe whale willow_tree wolf woman worm
"""
_TEN = tuple(f"cifar-10-batches-bin/data_batch_{i}.bin" for i in range(1, 6))
CIFAR10 = cifar.Archive(
    train=_TEN,
    test="cifar-10-batches-bin/test_batch.bin",
    names="cifar-10-batches-bin/batches.meta.txt",
    label_bytes=1,
    records={**dict.fromkeys(_TEN, 10_000), "cifar-10-batches-bin/test_batch.bin": 10_000},
    classes=tuple(_CIFAR10.split()),
)
CIFAR100 = cifar.Archive(
    train=("cifar-100-binary/train.bin",),
    test="cifar-100-binary/test.bin",
    names="cifar-100-binary/fine_label_names.txt",
    label_bytes=2,
    records={"cifar-100-binary/train.bin": 50_000, "cifar-100-binary/test.bin": 10_000},
    classes=tuple(_CIFAR100.split()),
)


@dataclass(frozen=True)
class Published:
    """A data set that can be downloaded.

    Attributes:
        name: What ``load`` takes.
        title: The name for people.
        summary: One line about it.
        licence: What its publishers say about its use.
        files: All of them.
        unpacked: What they become on this disk beside themselves [B].
        classes: The class names.
        image_size: Height and width of the images [px].
        num_images: Training and test images together.
        read: Makes one table of the files, which are in its order.
    """

    name: str
    title: str
    summary: str
    licence: str
    files: tuple[File, ...]
    unpacked: int
    classes: tuple[str, ...]
    image_size: int
    num_images: int
    read: Callable[[tuple[Path, ...]], Table]

    @property
    def folder(self) -> Path:
        """Where its files are kept."""
        return data_folder() / "published" / self.name

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where each file is kept."""
        return tuple(self.folder / file.name for file in self.files)

    @property
    def is_there(self) -> bool:
        """Whether all of it has been downloaded."""
        return all(is_verified(path) for path in self.paths)

    @property
    def download_bytes(self) -> int:
        """What is to be downloaded, about [B]."""
        return sum(file.size for file in self.files)


def _torchvision(url: str, md5: str, size: int, name: str) -> File:
    return File(url, md5, size, f"{_TORCHVISION}.{name}")


def _zalando(name: str, md5: str, size: int) -> File:
    address = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
    return _torchvision(f"{address}/{name}-ubyte.gz", md5, size, "FashionMNIST")


def _stanford(name: str, md5: str, size: int) -> File:
    address = "http://ufldl.stanford.edu/housenumbers"
    return _torchvision(f"{address}/{name}_32x32.mat", md5, size, "SVHN")


_CIFAR_LICENCE = "No licence is stated; cite Krizhevsky 2009."
_SETS = (
    Published(
        "cifar10",
        "CIFAR-10",
        "60,000 photographs of 32 × 32 pixels in ten classes.",
        _CIFAR_LICENCE,
        (
            File(
                f"{_TORONTO}/cifar-10-binary.tar.gz",
                "c32a1d4ab5d03f1284b67883e8d87530",
                170_052_171,
                "https://www.cs.toronto.edu/~kriz/cifar.html",
            ),
        ),
        185_000_000,
        CIFAR10.classes,
        cifar.IMAGE_SIZE,
        60_000,
        lambda paths: cifar.read(paths[0], CIFAR10),
    ),
    Published(
        "cifar100",
        "CIFAR-100",
        "60,000 photographs of 32 × 32 pixels in a hundred classes.",
        _CIFAR_LICENCE,
        (
            File(
                f"{_TORONTO}/cifar-100-binary.tar.gz",
                "03b5dce01913d631647c71ecec9e9cb8",
                168_513_733,
                "https://www.cs.toronto.edu/~kriz/cifar.html",
            ),
        ),
        185_000_000,
        CIFAR100.classes,
        cifar.IMAGE_SIZE,
        60_000,
        lambda paths: cifar.read(paths[0], CIFAR100),
    ),
    Published(
        "svhn",
        "SVHN",
        "99,289 digits of house numbers in street photographs, 32 × 32 pixels.",
        "For non-commercial use; cite Netzer et al. 2011.",
        (
            _stanford("train", "e26dedcc434d2e4c54c9b2d4a06d8373", 182_040_794),
            _stanford("test", "eb5a983be6a315427106f1b164d9cef3", 64_275_384),
        ),
        310_000_000,
        svhn.CLASSES,
        svhn.IMAGE_SIZE,
        99_289,
        lambda paths: svhn.read(*paths),
    ),
    Published(
        "fashion_mnist",
        "Fashion-MNIST",
        "70,000 grey pictures of clothes, 28 × 28 pixels in ten classes.",
        "MIT licence; cite Xiao et al. 2017.",
        (
            _zalando("train-images-idx3", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            _zalando("train-labels-idx1", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
            _zalando("t10k-images-idx3", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            _zalando("t10k-labels-idx1", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
        165_000_000,
        fashion.CLASSES,
        fashion.IMAGE_SIZE,
        70_000,
        lambda paths: fashion.read(*paths),
    ),
)


def published() -> dict[str, Published]:
    """Return the sets that are read from their archives, by name."""
    return {found.name: found for found in _SETS}


PETS_FILES = tuple(
    _torchvision(f"{_OXFORD}/{name}", md5, size, "OxfordIIITPet")
    for name, md5, size in (
        ("images.tar.gz", "5c4f3ee8e5d25df40f4fd59a7f44e54c", 791_918_971),
        ("annotations.tar.gz", "95a8c909bbe2e81eed6a22bccdf3f68f", 19_173_078),
    )
)
PETS_LICENCE = "CC BY-SA 4.0; cite Parkhi et al. 2012."


def load(
    found: Published, image_size: int | None = None, on_progress: OnProgress | None = None
) -> Dataset:
    """Return a set that has been downloaded, at its own image size or at another.

    Raises:
        DataError: It has not been downloaded, or its files are damaged.
    """
    size = image_size or found.image_size
    facts = {"published": found.name, "version": _VERSION, "image_size": size}
    key = fingerprint({**facts, "files": [file.md5 for file in found.files]})

    def build() -> Arrays:
        return _decoded(found, size, on_progress).to_arrays()

    table = Table.from_arrays(cached(f"{found.name}-{key[:24]}", build))
    return table.dataset(found.name, table.given_split(), key)


def _decoded(found: Published, size: int, on_progress: OnProgress | None) -> Table:
    if not found.is_there:
        raise DataError(
            _("{title} is not on this machine.").format(title=found.title),
            _(
                "Download it with `python -m explorer fetch {name}`; what is drawn or "
                "bundled (shapes, digits) needs no network."
            ).format(name=found.name),
        )
    if on_progress is not None:
        on_progress(_("Unpacking {name}").format(name=found.title), 0.0)
    table = found.read(found.paths)
    if size == found.image_size:
        return table
    old = table.content.images
    images = np.empty((len(old), size, size, 3), np.uint8)
    for row in reported(range(len(old)), _("Resizing images"), on_progress):
        images[row] = fit(old[row], size)
    return Table.of(Split(images, table.content.labels), table.classes, table.num_train)
