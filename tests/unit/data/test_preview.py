"""A look at somebody's own images before they are trained on."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.data import load
from explorer.data.preview import preview
from explorer.errors import DataError


def test_what_is_there(files, as_folder, as_zip):
    contents = files("cat", "dog", count=24)
    for path in (as_folder(contents), as_zip(contents)):
        found = preview(path)
        assert [(one.name, one.train, one.test) for one in found.counts] == [
            ("cat", 24, 0),
            ("dog", 24, 0),
        ]
        assert (found.num_images, found.num_examined) == (48, 48)
        assert found.sizes is not None
        assert (found.sizes.smallest, found.sizes.median, found.sizes.largest) == (12, 12, 12)
        assert found.image_size == load(str(path)).image_size == 32
        assert found.memory_bytes == 48 * 32 * 32 * 3
        assert not found.has_split
        assert found.is_usable
        assert found.warnings == ()
        assert (found.num_broken, found.num_ignored) == (0, 0)


def test_a_split_of_its_own(files, as_zip):
    contents = files("a", "b", count=3, prefix="train/") | files("a", "b", count=2, prefix="val/")
    found = preview(as_zip(contents))
    assert found.has_split
    assert [(one.train, one.test) for one in found.counts] == [(3, 2), (3, 2)]


def test_thumbnails_show_their_image(encode, as_folder):
    red, blue = np.zeros((2, 100, 50, 3), np.uint8)
    red[..., 0], blue[..., 2] = 200, 200
    contents = {f"{name}/{i}.png": encode(image) for name, image in (("red", red), ("blue", blue))
                for i in range(6)}  # fmt: skip
    found = preview(as_folder(contents), per_class=2)
    assert [thumbnail.class_name for thumbnail in found.thumbnails] == ["blue"] * 2 + ["red"] * 2
    with Image.open(io.BytesIO(found.thumbnails[0].png)) as shown:
        assert shown.size == (64, 64)
        assert np.asarray(shown)[0, 0].tolist() == [0, 0, 200]


def test_broken_files_are_named_and_not_used(files, as_zip):
    contents = files("cat", "dog", count=24)
    contents["cat/00.png"] = b"junk"
    contents["dog/05.png"] = contents["dog/05.png"][:50]
    contents["dog/readme.txt"] = b"hello"
    found = preview(as_zip(contents))
    assert [one.name for one in found.broken] == ["cat/00.png", "dog/05.png"]
    assert "not an image, or it is damaged" in found.broken[0].reason
    assert found.num_broken == 2
    assert not found.is_usable
    assert found.ignored == ("dog/readme.txt",)
    assert found.warnings[0].startswith("2 of the 48 images that were opened cannot be used")


def test_only_some_are_opened(files, as_zip):
    contents = files("a", "b", "c", count=40)
    seen = []
    found = preview(as_zip(contents), most=30, on_progress=lambda *said: seen.append(said))
    assert (found.num_images, found.num_examined) == (120, 30)
    assert {thumbnail.class_name for thumbnail in found.thumbnails} == {"a", "b", "c"}
    assert seen[0] == ("Looking at images", 0)
    assert seen[-1] == ("Looking at images", 1.0)
    assert preview(as_zip(contents), most=None).num_examined == 120


def test_what_may_surprise(files, encode, noise, as_folder):
    contents = files("many", count=60) | files("few", count=3)
    contents["many/large.png"] = encode(noise(200, 200))
    contents["stray.png"] = encode(noise(12, 12))
    found = preview(as_folder(contents))
    few, uneven, sizes, stray = found.warnings
    assert few == "Few images to learn from: few have fewer than 20."
    assert uneven == "The classes are uneven: many has 61 images, few 3."
    assert sizes.startswith("The images differ much in size")
    assert stray.startswith("Some images lie outside")


def test_more_than_fits(files, as_zip, monkeypatch):
    monkeypatch.setattr("explorer.data.preview.MAX_TOTAL_BYTES", 1000)
    found = preview(as_zip(files("a", "b", count=20)))
    assert not found.is_usable
    assert "more than the 1.000 kB allowed" in found.warnings[0]


def test_nothing_to_look_at(as_folder, tmp_path):
    with pytest.raises(DataError, match="no PNG, JPEG or WebP"):
        preview(as_folder({"notes.txt": b"x"}))
    with pytest.raises(DataError, match="There is no data set"):
        preview(tmp_path / "missing")


def test_a_look_can_be_stopped(files, as_zip):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        preview(as_zip(files("a", "b")), on_progress=stop)
