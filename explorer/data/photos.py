"""A few photographs to look at when there is no image at hand, with their licences.

They are scikit-learn's, which this app runs on; nothing is copied.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from explorer.errors import DataError
from explorer.words import _


class Photo(NamedTuple):
    """One photograph.

    Attributes:
        title: What it shows.
        file: Its name in the package.
        licence: In one line: the licence and who made it.
        url: Where it is from.
    """

    title: str
    file: str
    licence: str
    url: str


_LICENCE = "CC BY 2.0, {author}; as scikit-learn ships it"
PHOTOS = {
    "temple": Photo(
        "A temple",
        "china.jpg",
        _LICENCE.format(author="danielbuechele"),
        "https://www.flickr.com/photos/danielbuechele/6061409035/",
    ),
    "flower": Photo(
        "A flower",
        "flower.jpg",
        _LICENCE.format(author="vultilion"),
        "https://www.flickr.com/photos/vultilion/6056698931/",
    ),
}


def photo(name: str) -> bytes:
    """Return the file of a photograph.

    Raises:
        DataError: There is no such photograph, or the package that holds it is incomplete.
    """
    if name not in PHOTOS:
        raise DataError(
            _("There is no photograph {name!r}.").format(name=name),
            _("Choose {names}.").format(names=", ".join(PHOTOS)),
        )
    # Found without importing the package, which takes a second.
    spec = find_spec("sklearn")
    places = spec.submodule_search_locations if spec else None
    try:
        return (Path((places or [""])[0]) / "datasets/images" / PHOTOS[name].file).read_bytes()
    except OSError:
        raise DataError(
            _("The photograph is not on this machine."),
            _("Install scikit-learn again, or upload one."),
        ) from None
