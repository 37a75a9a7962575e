from __future__ import annotations

import zipfile

import pytest

from explorer.data import load, sources
from explorer.data.image import MAX_BYTES
from explorer.data.sources import open_source
from explorer.errors import DataError


def test_folder_and_zip_list_the_same_names(files, as_folder, as_zip):
    contents = files("cat", "dog", count=2) | {"deep/er/x.png": b"x", ".hidden/y.png": b"y"}
    with open_source(as_folder(contents)) as folder, open_source(as_zip(contents)) as archive:
        assert folder.files == archive.files
        assert folder.folders == archive.folders == {"cat", "dog", "deep", "deep/er"}
        assert folder.read("deep/er/x.png") == archive.read("deep/er/x.png") == b"x"


def test_windows_slashes_are_understood(files, as_zip):
    path = as_zip({name.replace("/", "\\"): data for name, data in files("a", "b").items()})
    assert load(str(path)).classes == ("a", "b")


@pytest.mark.parametrize(
    "name", ["../cat/1.png", "cat/../../1.png", "/etc/1.png", "..\\cat\\1.png"]
)
def test_a_name_that_leads_outside_is_refused(as_zip, name):
    with pytest.raises(DataError, match="unsafe name"):
        load(str(as_zip({name: b"x", "dog/1.png": b"x"})))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"text", bytes(5000)])
def test_a_file_that_is_no_zip_is_refused(tmp_path, data):
    path = tmp_path / "set.zip"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"'set\.zip' is not a zip") as caught:
        load(str(path))
    assert "folder of images for each class" in caught.value.hint


def test_a_zip_damaged_inside_names_the_file(files, as_zip):
    path = as_zip(files("cat", "dog"))
    data = bytearray(path.read_bytes())
    data[60:200] = bytes(140)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"'cat/00\.png' cannot be used: the archive is damaged"):
        load(str(path))


def test_an_encrypted_zip_is_refused(files, as_zip):
    path = as_zip(files("cat", "dog", count=1))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(signature)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(signature, place + 4)
    path.write_bytes(data)
    with pytest.raises(DataError, match="encrypted") as caught:
        load(str(path))
    assert "password" in caught.value.hint


def test_a_zip_bomb_is_read_only_to_the_limit(as_zip, files):
    path = as_zip(files("cat", "dog") | {"cat/bomb.png": bytes(20 * MAX_BYTES)})
    assert path.stat().st_size < 300_000
    with open_source(path) as source:
        assert len(source.read("cat/bomb.png")) == MAX_BYTES + 1
    with pytest.raises(DataError, match=r"'cat/bomb\.png' cannot be used: .*larger than 10 MB"):
        load(str(path))


def test_too_many_files_are_refused(files, as_folder, as_zip, monkeypatch):
    monkeypatch.setattr(sources, "MAX_FILES", 5)
    for path in (as_folder(files("a", "b")), as_zip(files("a", "b"))):
        with pytest.raises(DataError, match="more than 5 files"):
            load(str(path))


def test_a_broken_link_is_left_out(files, as_folder):
    root = as_folder(files("a", "b"))
    (root / "a" / "gone.png").symlink_to(root / "nowhere.png")
    assert len(load(str(root)).train) == 18


def test_a_file_that_vanishes_is_said(files, as_folder):
    root = as_folder(files("a", "b"))
    with open_source(root) as source:
        (root / "a/00.png").unlink()
        with pytest.raises(DataError, match="cannot be read: No such file"):
            source.read("a/00.png")


def test_the_stamp_changes_with_the_archive(files, as_zip):
    path = as_zip(files("a", "b"))
    with open_source(path) as source:
        before = source.stamp
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("c/1.png", b"x")
    with open_source(path) as source:
        assert source.stamp != before
