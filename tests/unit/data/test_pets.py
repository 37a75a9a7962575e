"""Oxford Pets from a folder laid out as its archives, and downloaded from a server of our own."""

from __future__ import annotations

import hashlib
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import OxfordIIITPet

from explorer.cli.commands import main
from explorer.data import IGNORED, catalogue, load, samples, segmentation
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
def server(tmp_path):
    """Serve a folder and give its address."""
    place = tmp_path / "served"
    place.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(place))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield place, f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_pets_are_fetched(server, data_home, tmp_path, monkeypatch, capsys):
    place, address = server
    lay_out(tmp_path / "files")
    resources = []
    for part in ("images", "annotations"):
        with tarfile.open(place / f"{part}.tar.gz", "w:gz") as archive:
            archive.add(tmp_path / "files" / part, part)
        digest = hashlib.md5(
            (place / f"{part}.tar.gz").read_bytes(), usedforsecurity=False
        ).hexdigest()
        resources.append((f"{address}/{part}.tar.gz", digest))
    monkeypatch.setattr(OxfordIIITPet, "_RESOURCES", [(f"{address}/none.tar.gz", "0" * 32)])
    with pytest.raises(SystemExit):
        main(["fetch", "oxford-pets"])
    assert "Oxford Pets cannot be downloaded" in capsys.readouterr().err
    monkeypatch.setattr(OxfordIIITPet, "_RESOURCES", resources)
    assert main(["fetch", "oxford-pets"]) == 0
    assert "oxford-pets is in" in capsys.readouterr().out
    assert len(load("oxford-pets", image_size=16).train) == 6
    monkeypatch.setattr(OxfordIIITPet, "_RESOURCES", [])
    assert main(["fetch", "oxford-pets", "--json"]) == 0
