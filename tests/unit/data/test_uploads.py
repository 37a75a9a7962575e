"""Uploads are kept whole or not at all, under a name that is free."""

from __future__ import annotations

import errno
import io
import shutil
import struct
import zipfile
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from explorer.data import load, uploads
from explorer.data.uploads import keep_files, keep_zip
from explorer.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "datasets"


@pytest.fixture
def packed(files):
    def make(contents=None, compression=zipfile.ZIP_DEFLATED) -> io.BytesIO:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, data in (contents or files("cat", "dog")).items():
                archive.writestr(name, data)
        buffer.seek(0)
        return buffer

    return make


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_zip_is_kept_and_can_be_loaded(packed, folder):
    path = keep_zip("My pets.zip", packed(), folder)
    assert path.name == "My pets.zip"
    assert load(str(path)).classes == ("cat", "dog")
    assert names(folder) == ["My pets.zip"]


def test_a_name_that_is_taken_gets_a_number(packed, folder):
    kept = [keep_zip("pets.zip", packed(), folder).name for _ in range(3)]
    assert kept == ["pets.zip", "pets-2.zip", "pets-3.zip"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.zip"),
        ("C:\\pictures\\mine.zip", "mine.zip"),
        ("…", "images.zip"),
        ("", "images.zip"),
        (".zip", "zip.zip"),
        ("katzen & hunde.zip", "katzen - hunde.zip"),
        ("a" * 500, "a" * 60 + ".zip"),
        ("ёлка.zip", "ёлка.zip"),
    ],
)
def test_names_lead_nowhere(packed, folder, given, kept):
    path = keep_zip(given, packed(), folder)
    assert path.parent == folder
    assert path.name == kept


def test_a_folder_of_files(files, folder):
    contents = files("cat", "dog", prefix="pets/")
    given = [(name, io.BytesIO(data)) for name, data in contents.items()]
    given.append(("pets/cat/notes.txt", io.BytesIO(b"not an image")))
    path = keep_files("pets", given, folder)
    dataset = load(str(path))
    assert dataset.classes == ("cat", "dog")
    assert len(dataset.train) + len(dataset.test) == 20


@pytest.mark.parametrize("name", ["../cat/1.png", "/cat/1.png", "cat/../../1.png"])
def test_file_names_that_lead_out(folder, encode, noise, name):
    with pytest.raises(DataError, match="cannot be used"):
        keep_files("pets", [(name, io.BytesIO(encode(noise(4, 4))))], folder)
    assert names(folder) == []


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "not a zip"),
        (b"junk" * 100, "not a zip"),
        ({"readme.txt": b"x"}, "no PNG, JPEG or WebP"),
        ({"cat/1.png": b"x"}, "only one class"),
        ({"1.png": b"x", "2.png": b"x"}, "not in class folders"),
        ({"../cat/1.png": b"x"}, "unsafe name"),
    ],
)
def test_what_is_no_set_of_images_is_not_kept(packed, folder, contents, words):
    data = io.BytesIO(contents) if isinstance(contents, bytes) else packed(contents)
    with pytest.raises(DataError, match=words):
        keep_zip("x.zip", data, folder)
    assert names(folder) == []


def test_a_bomb(packed, folder):
    data = packed({"cat/1.png": bytes(10**7), "dog/1.png": bytes(10**7)})
    assert len(data.getvalue()) < 10**5
    with pytest.raises(DataError, match=r"unpacks to 20\.00 MB, more than images do"):
        keep_zip("x.zip", data, folder)
    assert names(folder) == []


def test_a_zip_with_a_password(packed, folder):
    raw = bytearray(packed().getvalue())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 8 : entry + 10] = struct.pack("<H", 1)
    with pytest.raises(DataError, match="encrypted"):
        keep_zip("x.zip", io.BytesIO(bytes(raw)), folder)


def test_too_much(packed, folder, monkeypatch, files):
    monkeypatch.setattr(uploads, "MAX_ZIP_BYTES", 1000)
    with pytest.raises(DataError, match=r"larger than 1\.000 kB"):
        keep_zip("x.zip", packed(), folder)
    given = [(name, io.BytesIO(data)) for name, data in files("cat", "dog").items()]
    with pytest.raises(DataError, match=r"larger than 1\.000 kB"):
        keep_files("x", given, folder)
    assert names(folder) == []


def test_a_disk_that_is_full(packed, folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 0))
        with pytest.raises(DataError, match="The disk is full"):
            keep_zip("x.zip", packed(), folder)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    with pytest.raises(DataError, match=r"cannot be kept in .*: No space left on device"):
        keep_zip("x.zip", packed(), folder)
    assert names(folder) == []


def test_a_folder_that_cannot_be_made(packed, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="cannot be kept in"):
        keep_zip("x.zip", packed(), tmp_path / "file" / "inside")


def test_whoever_waits_is_told_how_much_is_taken_in(packed, folder, files):
    told = []
    data = packed().getvalue()
    keep_zip("pets.zip", io.BytesIO(data), folder, told.append)
    assert told[-1] == len(data)
    told.clear()
    images = files("cat", "dog")
    keep_files(
        "pets", ((name, io.BytesIO(one)) for name, one in images.items()), folder, told.append
    )
    assert told[-1] == sum(map(len, images.values()))
    assert told == sorted(told)
