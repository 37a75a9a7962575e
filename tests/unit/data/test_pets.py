"""Oxford Pets from a folder laid out as its archives, and downloaded from a server of our own."""

from __future__ import annotations

import hashlib
import io
import tarfile

import numpy as np
import pytest
from PIL import Image
from web import serving

from explorer.cli.commands import main
from explorer.data import IGNORED, catalogue, fetch, load, published, samples, segmentation
from explorer.data.archives import unpack
from explorer.data.published_file import File
from explorer.errors import DataError

NAMES = ("Abyssinian", "american_bulldog")


def lay_out(root):
    """Write eight images 40 x 20: animal at the left, border in the middle, background."""
    images, trimaps = root / "images", root / "annotations" / "trimaps"
    images.mkdir(parents=True)
    trimaps.mkdir(parents=True)
    lists = {"trainval.txt": [], "test.txt": []}
    for i in range(8):
        name = f"{NAMES[i % 2]}_{i}"
        mask = np.full((20, 40), 2, np.uint8)
        mask[:, :18] = 1
        mask[:, 18:22] = 3
        Image.fromarray(np.repeat(mask[..., None] * 80, 3, axis=2)).save(images / f"{name}.jpg")
        Image.fromarray(mask).save(trimaps / f"{name}.png")
        lists["test.txt" if i >= 6 else "trainval.txt"].append(f"{name} {i % 2 + 1} 1 1")
    for name, lines in lists.items():
        (root / "annotations" / name).write_text("\n".join(lines) + "\n")


def test_pets_have_breeds_and_three_kinds_of_pixels(data_home):
    assert "oxford-pets" not in {info.name for info in catalogue()}
    lay_out(data_home / "oxford-iiit-pet")
    dataset = load("oxford-pets", image_size=20)
    assert dataset.classes == ("Abyssinian", "American Bulldog")
    assert (len(dataset.train), len(dataset.test)) == (6, 2)
    assert dataset.test.labels.tolist() == [0, 1]
    found = segmentation(dataset)
    assert found.classes == ("background", "pet")
    # The central square holds columns 10 to 29.
    expected = np.r_[np.full(8, 1), np.full(4, IGNORED), np.full(8, 0)]
    np.testing.assert_array_equal(found.test[0], np.tile(expected, (20, 1)))
    np.testing.assert_array_equal(found.train[3], found.test[0])
    brightness = dataset.train.images[0].mean(axis=(0, 2))
    assert brightness[:6].max() < 110 < brightness[-6:].min()
    (sample,) = samples("oxford-pets", [1], image_size=20)
    np.testing.assert_array_equal(sample.pixels, found.test[1])
    (info,) = [info for info in catalogue() if info.name == "oxford-pets"]
    assert info.classes == dataset.classes
    assert info.num_images == 8
    assert info.has_masks


def test_pets_that_are_not_there_say_how_to_get_them(data_home):
    with pytest.raises(DataError, match="not on this machine") as caught:
        load("oxford-pets")
    assert "explorer fetch oxford-pets" in caught.value.hint


def test_damaged_pets_say_which_file(data_home):
    root = data_home / "oxford-iiit-pet"
    lay_out(root)
    (root / "images" / "Abyssinian_4.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match="damaged: Abyssinian_4 cannot be read"):
        load("oxford-pets")
    (root / "annotations" / "test.txt").write_text("Abyssinian_1 one 1 1\n")
    with pytest.raises(DataError, match="a list of its images"):
        load("oxford-pets")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serve archives of a few small images."""
    lay_out(tmp_path / "files")
    with serving() as server:
        files = []
        for part in ("images", "annotations"):
            packed = tmp_path / f"{part}.tar.gz"
            with tarfile.open(packed, "w:gz") as archive:
                archive.add(tmp_path / "files" / part, part)
            data = packed.read_bytes()
            digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
            files.append(File(server.url(packed.name, data), digest, len(data), "a test"))
        monkeypatch.setattr(published, "PETS_FILES", tuple(files))
        monkeypatch.setattr(fetch, "_PETS_UNPACKED", 1_000_000)
        yield server


def test_pets_are_fetched(served, data_home, capsys):
    served.plan = ["404"]
    with pytest.raises(SystemExit):
        main(["fetch", "oxford-pets"])
    assert "answered 404 for images.tar.gz" in capsys.readouterr().err
    assert main(["fetch", "oxford_pets"]) == 0
    assert "oxford_pets is in" in capsys.readouterr().out
    assert len(load("oxford-pets", image_size=16).train) == 6
    num_asked = len(served.asked)
    assert main(["fetch", "oxford-pets", "--json"]) == 0
    assert len(served.asked) == num_asked
    # The archives are not kept beside what was unpacked.
    assert not (data_home / "published" / "oxford-pets").exists()


class Watcher:
    def __init__(self, most: int = 10**9):
        self.left = most

    def progress(self, fraction, text):
        self.left -= 1

    def check(self):
        if self.left < 0:
            raise KeyboardInterrupt


def packed(path, *infos: tarfile.TarInfo):
    with tarfile.open(path, "w:gz") as archive:
        for info in infos:
            archive.addfile(info, io.BytesIO(bytes(info.size)) if info.size else None)
    return path


def info_of(name, kind=tarfile.REGTYPE, size=10, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = size if kind == tarfile.REGTYPE else 0
    return info


@pytest.mark.parametrize(
    "info",
    [
        info_of("../outside"),
        info_of("images/../../outside"),
        info_of("images/link", tarfile.SYMTYPE, target="/etc/passwd"),
        info_of("images/link", tarfile.LNKTYPE, target="images/a"),
        info_of("images/pipe", tarfile.FIFOTYPE),
        info_of("images/device", tarfile.CHRTYPE),
    ],
    ids=lambda info: info.name,
)
def test_unsafe_archives_leave_nothing(tmp_path, info):
    path = packed(tmp_path / "a.tar.gz", info_of("images/a"), info)
    with pytest.raises(DataError, match=r"a.tar.gz is damaged or unsafe|holds more"):
        unpack(path, tmp_path / "into", Watcher(), most_bytes=1000)
    assert list((tmp_path / "into").iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_is_too_large(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.tar.gz", *(info_of(f"images/{i}", size=400) for i in range(3)))
    with pytest.raises(DataError, match="holds more than it should"):
        unpack(path, tmp_path / "into", Watcher(), most_bytes=1000)
    monkeypatch.setattr("explorer.data.archives.MAX_MEMBERS", 2)
    with pytest.raises(DataError, match="holds more than it should"):
        unpack(path, tmp_path / "into", Watcher(), most_bytes=10_000)
    assert list((tmp_path / "into").iterdir()) == []


def test_unpacking_that_is_stopped_leaves_nothing(tmp_path):
    path = packed(tmp_path / "a.tar.gz", *(info_of(f"images/{i}") for i in range(5)))
    with pytest.raises(KeyboardInterrupt):
        unpack(path, tmp_path / "into", Watcher(most=3), most_bytes=10_000)
    assert list((tmp_path / "into").iterdir()) == []
    unpack(path, tmp_path / "into", Watcher(), most_bytes=10_000)
    assert len(list((tmp_path / "into" / "images").iterdir())) == 5
