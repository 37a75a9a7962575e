"""How large a set is, known without reading it: the same as what is read."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from explorer.data import load
from explorer.data.facts import facts
from explorer.data.registry import catalogue
from explorer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "cache"))


def test_digits_are_as_large_as_they_are_read() -> None:
    found, read = facts("digits"), load("digits")
    assert found.num_images == len(read.train)
    assert (found.image_size, found.num_classes) == (read.train.images.shape[1], len(read.classes))


def test_every_named_set_has_facts() -> None:
    for info in catalogue():
        assert 0 < facts(info.name).num_images < info.num_images


@pytest.mark.parametrize("folders", [("",), ("train/", "test/")])
def test_a_zip_is_as_large_as_it_is_read(tmp_path: Path, folders: tuple[str, ...]) -> None:
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in folders:
            for name, number in (("a", 13), ("b", 26), ("c", 2)):
                for i in range(number):
                    file = io.BytesIO()
                    Image.fromarray(np.full((9, 9, 3), i, np.uint8)).save(file, "PNG")
                    archive.writestr(f"{folder}{name}/{i}.png", file.getvalue())
    found, read = facts(str(path)), load(str(path))
    assert found.num_images == len(read.train)
    assert (found.image_size, found.num_classes) == (read.train.images.shape[1], 3)


def test_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no data set, folder or file"):
        facts(str(tmp_path / "nowhere"))
