"""Downloads of data that others publish, by torchvision, which checks what arrives."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from torchvision.datasets import OxfordIIITPet

from explorer.data import pets
from explorer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def fetch_pets() -> Path:
    """Download Oxford-IIIT Pets if it is not there yet, about 800 MB, and return its folder.

    Raises:
        DataError: It cannot be downloaded or written.
    """
    if pets.is_there():
        return pets.folder()
    # torchvision takes any folder for a whole download.
    shutil.rmtree(pets.folder() / "images", ignore_errors=True)
    shutil.rmtree(pets.folder() / "annotations", ignore_errors=True)
    try:
        OxfordIIITPet(pets.folder().parent, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"Oxford Pets cannot be downloaded: {str(error).splitlines()[0][:200]}.",
            "Check the connection and the free space of the disk, then try again.",
        ) from error
    return pets.folder()
