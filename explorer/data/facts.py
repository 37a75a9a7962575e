"""How large a set of images is, without reading them: what a training's length follows from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from explorer.data import pets, published, shapes
from explorer.data.image_folder import TEST_SHARE, natural_size
from explorer.data.layout import find_layout
from explorer.data.registry import canonical, catalogue, shapes_config
from explorer.data.sources import open_source
from explorer.data.splitting import num_held_out
from explorer.errors import DataError
from explorer.words import _

_TRAINING = {"digits": 1_438, "svhn": 73_257}
"""Images of the training split; every other downloaded set holds out its last 10,000."""
_HELD_OUT = 10_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a set before it is read.

    Attributes:
        num_images: Of the training split.
        image_size: At which it is trained unless asked otherwise [px].
        num_classes: Its classes.
    """

    num_images: int
    image_size: int
    num_classes: int


def facts(name_or_path: str) -> Facts:
    """Return how large a set is; as ``load`` would find it.

    Args:
        name_or_path: As for ``load``.

    Raises:
        DataError: There is no such set, or nothing of the kind at this place.
    """
    name = canonical(name_or_path)
    known = next((info for info in catalogue() if info.name == name), None)
    if known is None:
        return _of_path(Path(name_or_path).expanduser())
    return Facts(_num_train(name, known.num_images), known.image_size, len(known.classes))


def _num_train(name: str, num_images: int) -> int:
    if name in shapes.PRESETS:
        return shapes_config(name).num_train
    if name == pets.NAME:
        return len(pets.members()[0])
    if name in published.published() and name not in _TRAINING:
        return num_images - _HELD_OUT
    return _TRAINING[name]


def _of_path(path: Path) -> Facts:
    if not path.exists():
        raise DataError(
            _("There is no data set, folder or file {path!r}.").format(path=str(path)),
            _("Check the path."),
        )
    with open_source(path) as source:
        layout = find_layout(source.files, source.folders)
        size = natural_size(source, layout)
    count = len(layout.train)
    if not layout.test:
        by_class = Counter(label for _name, label in layout.train)
        count -= sum(num_held_out(members, TEST_SHARE) for members in by_class.values())
    return Facts(count, size, len(layout.classes))
