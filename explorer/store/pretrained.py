"""Networks trained on ImageNet by others, which can be fetched; nothing here needs torch.

A digest is the SHA-256 of the file where it is known in full, or the first eight digits that its
publisher has put into its name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from explorer.errors import DataError, WeightsError
from explorer.store import runs
from explorer.store.paths import home
from explorer.words import _

CLASSES_FILE = Path(__file__).resolve().parents[2] / "assets" / "imagenet_classes.txt"
FOLDER = "pretrained"
PREFIX = "imagenet-"
"""Begins the id of a fetched network, so that it is never that of a job."""
KIND = "pretrained"
DATA = "imagenet"
IMAGE_SIZE = 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MB = 1_000_000


class Pretrained(NamedTuple):
    """One published network.

    Attributes:
        preset: Its specification.
        title: For people.
        url: Of its file.
        digest: SHA-256, or its first digits, in hexadecimal.
        megabytes: Size of the file [MB].
        accuracy: Top-1 on ImageNet as published, 0..1.
        licence: In a sentence or two.
        source: Who trained it, and how.
    """

    preset: str
    title: str
    url: str
    digest: str
    megabytes: float
    accuracy: float
    licence: str
    source: str


_TORCHVISION = "https://download.pytorch.org/models/"
_TIMM = "https://github.com/huggingface/pytorch-image-models/releases/download/v0.1-res2net/"
_BSD = (
    "BSD 3-clause, the licence of torchvision. The weights were trained on ImageNet, whose terms "
    "allow research and teaching, not commerce."
)
_NC = (
    "No licence is stated with these weights; the authors of Res2Net allow non-commercial use of "
    "theirs (CC BY-NC-SA 4.0). They are fetched for you alone and not passed on."
)
_V1 = "torchvision, IMAGENET1K_V1: 90 epochs of SGD, crops and flips"
_V2 = "torchvision, IMAGENET1K_V2: 600 epochs of a stronger recipe"
_RES2NET = "the authors of Res2Net, in timm's copy: 100 epochs of SGD, crops and flips"


def _v1(preset: str, title: str, digest: str, megabytes: float, accuracy: float) -> Pretrained:
    url = f"{_TORCHVISION}{preset}-{digest[:8]}.pth"
    return Pretrained(preset, title, url, digest, megabytes, accuracy, _BSD, _V1)


def _res2net(preset: str, title: str, digest: str, megabytes: float, accuracy: float) -> Pretrained:
    url = f"{_TIMM}{preset}-{digest}.pth"
    return Pretrained(preset, title, url, digest, megabytes, accuracy, _NC, _RES2NET)


PRETRAINED: dict[str, Pretrained] = {
    "resnet50": _v1(
        "resnet50",
        "ResNet-50",
        "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
        102.5,
        0.7613,
    ),
    "res2net50_26w_4s": _res2net(
        "res2net50_26w_4s", "Res2Net-50, 26w × 4s", "06e79181", 103.1, 0.7799
    ),
    "resnet18": _v1(
        "resnet18",
        "ResNet-18",
        "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
        46.8,
        0.6976,
    ),
    "resnet34": _v1(
        "resnet34",
        "ResNet-34",
        "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
        87.3,
        0.7331,
    ),
    "resnet101": _v1(
        "resnet101",
        "ResNet-101",
        "63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a",
        178.8,
        0.7737,
    ),
    "resnet152": _v1(
        "resnet152",
        "ResNet-152",
        "394f9c45966e3651a89bbb78a48410a6755854ce4a5ab64927cf1c7247f85e58",
        241.6,
        0.7831,
    ),
    "resnet50_v2": Pretrained(
        "resnet50",
        "ResNet-50, stronger recipe",
        f"{_TORCHVISION}resnet50-11ad3fa6.pth",
        "11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca",
        102.5,
        0.8086,
        _BSD,
        _V2,
    ),
    "resnext50_32x4d": _v1("resnext50_32x4d", "ResNeXt-50, 32 × 4d", "7cdf4587", 100.4, 0.7762),
    "wide_resnet50_2": _v1("wide_resnet50_2", "Wide ResNet-50-2", "95faca4d", 138.2, 0.7847),
    "res2net50_48w_2s": _res2net(
        "res2net50_48w_2s", "Res2Net-50, 48w × 2s", "afed724a", 101.4, 0.7732
    ),
    "res2net50_14w_8s": _res2net(
        "res2net50_14w_8s", "Res2Net-50, 14w × 8s", "6527dddc", 100.7, 0.7814
    ),
    "res2net50_26w_6s": _res2net(
        "res2net50_26w_6s", "Res2Net-50, 26w × 6s", "19041792", 148.6, 0.7858
    ),
    "res2net50_26w_8s": _res2net(
        "res2net50_26w_8s", "Res2Net-50, 26w × 8s", "2c7c9f12", 194.1, 0.7920
    ),
    "res2net101_26w_4s": _res2net(
        "res2net101_26w_4s", "Res2Net-101, 26w × 4s", "02a759a1", 181.8, 0.7919
    ),
}
"""Name -> network; the first two are the fair pair of the Res2Net paper: same recipe and cost."""


class Fetched(NamedTuple):
    """A network that is on this machine.

    Attributes:
        name: A key of ``PRETRAINED``.
        folder: A run folder.
        record: As of any run.
    """

    name: str
    folder: Path
    record: runs.RunRecord

    @property
    def id(self) -> str:
        """Return its id among all runs."""
        return PREFIX + self.name


def pretrained_of(name: str) -> Pretrained:
    """Return a published network.

    Raises:
        WeightsError: There is none of this name.
    """
    if name not in PRETRAINED:
        raise WeightsError(
            _("There are no weights called {name!r}.").format(name=name[:60]),
            _("Choose {names}.").format(names=", ".join(PRETRAINED)),
        )
    return PRETRAINED[name]


def folder_of(name: str) -> Path:
    """Return where a network lies once it is fetched."""
    return home().shared / FOLDER / name


def fetched() -> tuple[Fetched, ...]:
    """Return the networks that are here, in the order of the table; a damaged one is left out."""
    found: list[Fetched] = []
    for name in PRETRAINED:
        folder = folder_of(name)
        try:
            if runs.is_complete(folder):
                found.append(Fetched(name, folder, runs.read(folder)))
        except (DataError, OSError):
            continue
    return tuple(found)


@cache
def imagenet_classes() -> tuple[str, ...]:
    """Return the names of the 1000 classes in the order of the logits."""
    return tuple(CLASSES_FILE.read_text(encoding="utf-8").splitlines())
