"""Published sets from archives of our own making, downloaded from a server of our own."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.io import savemat
from web import serving

from explorer.cli.commands import main
from explorer.data import cifar, fetch, job, load, published
from explorer.data.published_file import File
from explorer.data.registry import canonical, catalogue
from explorer.data.statistics import of, statistics
from explorer.errors import DataError

RNG = np.random.default_rng(0)


class Context:
    """A job's side of its worker."""

    def __init__(self, payload, stop_at=2.0):
        self.payload, self.stop_at = payload, stop_at
        self.said: list[tuple[float, str]] = []

    def progress(self, fraction, text):
        self.said.append((fraction, text))

    def check(self):
        if self.said and self.said[-1][0] >= self.stop_at:
            raise KeyboardInterrupt


def tarred(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def cifar_members(archive: cifar.Archive, records: int) -> tuple[dict[str, bytes], dict]:
    members, images = {}, {}
    for name in (*archive.train, archive.test):
        pixels = RNG.integers(0, 256, (records, 3, 32, 32), dtype=np.uint8)
        labels = np.arange(records) % len(archive.classes)
        rows = np.zeros((records, archive.label_bytes + 3072), np.uint8)
        rows[:, archive.label_bytes - 1] = labels
        rows[:, archive.label_bytes :] = pixels.reshape(records, -1)
        members[name], images[name] = rows.tobytes(), pixels.transpose(0, 2, 3, 1)
    members[archive.names] = "\n".join((*archive.classes, "")).encode()
    return members, images


def small(archive: cifar.Archive, records: int) -> cifar.Archive:
    return replace(archive, records=dict.fromkeys((*archive.train, archive.test), records))


def idx(array: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.astype(np.uint8).tobytes())


def mat(records: int) -> bytes:
    buffer = io.BytesIO()
    pixels = RNG.integers(0, 256, (32, 32, 3, records), dtype=np.uint8)
    savemat(buffer, {"X": pixels, "y": (np.arange(records) % 10 + 1)[:, None]})
    return buffer.getvalue()


@pytest.fixture
def served(monkeypatch):
    """Serve small sets in place of the published ones."""
    with serving() as server:
        ten, hundred = small(published.CIFAR10, 4), small(published.CIFAR100, 6)
        contents = {
            "cifar10": [("c10.tar.gz", tarred(cifar_members(ten, 4)[0]))],
            "cifar100": [("c100.tar.gz", tarred(cifar_members(hundred, 6)[0]))],
            "svhn": [("train_32x32.mat", mat(12)), ("test_32x32.mat", mat(5))],
            "fashion_mnist": [
                ("ti.gz", idx(RNG.integers(0, 256, (9, 28, 28)))),
                ("tl.gz", idx(np.arange(9))),
                ("vi.gz", idx(RNG.integers(0, 256, (4, 28, 28)))),
                ("vl.gz", idx(np.arange(4))),
            ],
        }
        readers = {"cifar10": ten, "cifar100": hundred}
        found = []
        for one in published._SETS:
            files = tuple(
                File(server.url(name, data), md5_of(data), len(data), "a test")
                for name, data in contents[one.name]
            )
            archive = readers.get(one.name)
            read = (lambda paths, a=archive: cifar.read(paths[0], a)) if archive else one.read
            found.append(replace(one, files=files, read=read, unpacked=1000))
        monkeypatch.setattr(published, "_SETS", tuple(found))
        yield server


def md5_of(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


SIZES = {"cifar10": (20, 4), "cifar100": (6, 6), "svhn": (12, 5), "fashion_mnist": (9, 4)}


@pytest.mark.parametrize("name", SIZES)
def test_a_set_is_downloaded_by_a_job_and_loaded(served, name):
    with pytest.raises(DataError, match="is not on this machine") as caught:
        load(name)
    assert f"explorer fetch {name}" in caught.value.hint
    assert name not in {info.name for info in catalogue()}
    context = Context({"data": name})
    result = job.run(context)
    assert result["num_images"] == sum(SIZES[name])
    fractions = [
        fraction for fraction, text in context.said if not str(text).startswith("Unpacking")
    ]
    assert fractions == sorted(fractions)
    (info,) = [info for info in catalogue() if info.name == name]
    dataset = load(name)
    assert dataset.name == name
    assert dataset.classes == info.classes
    assert (len(dataset.train), len(dataset.test)) == SIZES[name]
    assert dataset.image_size == info.image_size == (28 if name == "fashion_mnist" else 32)
    assert load(name, image_size=16).train.images.shape[1:] == (16, 16, 3)
    num_asked = len(served.asked)
    job.run(Context({"data": name}))
    assert len(served.asked) == num_asked


def test_pixels_and_classes_are_those_of_the_archive(tmp_path):
    archive = small(published.CIFAR100, 6)
    members, images = cifar_members(archive, 6)
    path = tmp_path / "c.tar.gz"
    path.write_bytes(tarred(members))
    table = cifar.read(path, archive)
    np.testing.assert_array_equal(table.content.images[:6], images[archive.train[0]])
    np.testing.assert_array_equal(table.content.images[6:], images[archive.test])
    assert table.content.labels.tolist() == [0, 1, 2, 3, 4, 5] * 2  # the fine class, not the coarse
    assert table.num_train == 6


def test_the_digit_nought_is_ten_in_the_file(served):
    job.run(Context({"data": "svhn"}))
    assert load("svhn").train.labels.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m, a: m.pop(a.test), "is missing"),
        (lambda m, a: m.update({a.test: m[a.test][:-1]}), "another length"),
        (lambda m, a: m.update({a.test: m[a.test] + b"x"}), "another length"),
        (lambda m, a: m.update({a.names: b"cat\ndog\n"}), "class names are not those"),
        (lambda m, a: m.update({a.test: b"\xff" + m[a.test][1:]}), "a class that there is not"),
    ],
)
def test_damaged_archives_are_named(tmp_path, change, words):
    archive = small(published.CIFAR10, 4)
    members, _ = cifar_members(archive, 4)
    change(members, archive)
    path = tmp_path / "c.tar.gz"
    path.write_bytes(tarred(members))
    with pytest.raises(DataError, match=words) as caught:
        cifar.read(path, archive)
    assert "download it again" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"junk", gzip.compress(b"junk" * 1000)], ids=["empty", "junk", "not a tar"]
)
def test_what_is_no_archive(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        cifar.read(path, published.CIFAR10)
    for name in ("svhn", "fashion_mnist"):
        found = published.published()[name]
        with pytest.raises(DataError, match="damaged or holds something else"):
            found.read((path,) * len(found.files))


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((3, 28, 27)), np.zeros(3)),
        (np.zeros((3, 28, 28)), np.zeros(2)),
        (np.zeros((3, 28, 28)), np.full(3, 10)),
        (np.zeros((0, 28, 28)), np.zeros(0)),
    ],
)
def test_clothes_that_do_not_fit(tmp_path, images, labels):
    paths = tmp_path / "images", tmp_path / "labels"
    paths[0].write_bytes(idx(images))
    paths[1].write_bytes(idx(labels))
    with pytest.raises(DataError, match="damaged or holds something else"):
        published.published()["fashion_mnist"].read((*paths, *paths))


def test_a_job_that_is_stopped_goes_on(served, data_home):
    with pytest.raises(KeyboardInterrupt):
        job.run(Context({"data": "svhn"}, stop_at=0.5))
    folder = data_home / "published" / "svhn"
    assert list(folder.glob("*.part")) or list(folder.glob("*.sha256"))
    assert job.run(Context({"data": "svhn"}))["num_images"] == 17


@pytest.mark.parametrize(
    ("payload", "words"),
    [({}, "does not say what to download"), ({"data": "imagenet"}, "no data set 'imagenet'")],
)
def test_jobs_that_cannot_be_meant(payload, words):
    with pytest.raises(DataError, match=words):
        job.run(Context(payload))


def test_no_room_is_said_before_anything_is_asked_for(served, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(fetch.shutil, "disk_usage", lambda _: usage(10, 10, 10))
    with pytest.raises(DataError, match="until it can be trained on; the disk has 10 B free"):
        job.run(Context({"data": "cifar10"}))
    assert served.asked == []


def test_the_commands(served, capsys):
    assert main(["fetch"]) == 0
    out = capsys.readouterr().out
    assert "cifar10" in out
    assert "oxford-pets" in out
    assert "On this machine" not in out
    assert main(["fetch", "fashion_mnist"]) == 0
    assert "fashion_mnist is in" in capsys.readouterr().out
    assert main(["fetch", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [name for name, one in listed.items() if one["is_there"]] == ["fashion_mnist"]
    served.plan = ["404"]
    with pytest.raises(SystemExit):
        main(["fetch", "cifar10"])
    assert "answered 404 for c10.tar.gz" in capsys.readouterr().err


def test_what_is_known_of_a_set(served):
    job.run(Context({"data": "svhn"}))
    found = statistics(load("svhn"))
    assert (found.num_train, found.num_test, found.image_size) == (12, 5, 32)
    assert found.counts[1].name == "1"
    assert (found.counts[1].train, found.counts[1].test) == (2, 1)
    assert (found.counts[0].train, found.counts[0].test) == (1, 0)
    assert all(0 < value < 1 for value in (*found.mean, *found.std))
    assert not found.has_masks


def test_counting_says_how_far_it_is(files, as_zip, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.data.progress.TELL_SECONDS", 0.0)
    progress = tmp_path / "progress"
    place = str(as_zip(files("cat", "dog")))
    assert of(place, progress) == statistics(load(place))
    assert float(progress.read_text()) == 1.0


def test_both_spellings_are_known():
    assert canonical("oxford_pets") == canonical("oxford-pets") == "oxford-pets"
    assert canonical("fashion-mnist") == "fashion_mnist"
    assert canonical("cifar10") == "cifar10"
    assert canonical("my-folder") == "my-folder"
