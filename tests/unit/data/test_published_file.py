"""Downloads from a server that misbehaves: what arrives is right, or it is said what is wrong."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
import time
from collections import namedtuple

import numpy as np
import pytest
from web import serving

from explorer.data import download, published_file
from explorer.data.published_file import File, fetch, is_verified
from explorer.errors import DataError

CONTENT = np.random.default_rng(0).integers(0, 256, 50_000, dtype=np.uint8).tobytes()


class Stopped(BaseException):
    """A person has stopped the job."""


class Watcher:
    def __init__(self, stop_at: float = 2.0):
        self.said: list[tuple[float, str]] = []
        self.stop_at = stop_at

    def progress(self, fraction, text):
        self.said.append((fraction, text))

    def check(self):
        if self.said and self.said[-1][0] >= self.stop_at:
            raise Stopped


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "published"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.5)
    monkeypatch.setattr(download, "BLOCK", 4096)
    monkeypatch.setattr(published_file, "TRIES", 6)


def file_of(server, content=CONTENT, size=None, name="set.bin") -> File:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return File(server.url(name, content), md5, size or len(content), "a test")


def test_a_file_is_fetched_once(server, folder):
    file, watcher = file_of(server), Watcher()
    path = fetch(file, folder, watcher)
    assert path.read_bytes() == CONTENT
    assert is_verified(path)
    assert hashlib.sha256(CONTENT).hexdigest() in (folder / "set.bin.sha256").read_text()
    fractions = [fraction for fraction, _ in watcher.said]
    assert fractions[0] == 0
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert str(watcher.said[0][1]) == "Connecting to 127.0.0.1"
    assert any(str(text) == "set.bin, 20.48 kB of 50.00 kB" for _, text in watcher.said)
    fetch(file, folder, watcher)
    assert server.asked == [""]


@pytest.mark.parametrize(
    "plan",
    [
        ["cut 10000", "cut 10000", "ok"],
        ["cut 10000", "drop", "503", "ok"],
        ["drop", "cut 1", "drop", "cut 1", "drop", "ok"],
        ["stall", "ok"],
        ["cut 20000", "norange"],
        ["cut 20000", "badrange", "ok"],
        ["slow"],
        ["nolength"],
        ["500", "502", "ok"],
    ],
    ids=" ".join,
)
def test_a_connection_that_breaks_off_is_gone_on_with(server, folder, plan):
    server.plan = list(plan)
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT
    assert server.plan == []
    assert not (folder / "set.bin.part").exists()


def test_what_is_there_is_not_asked_for_again(server, folder):
    server.plan = ["cut 20000", "ok"]
    fetch(file_of(server), folder, Watcher())
    assert server.asked == ["", "bytes=20000-"]


def test_a_server_that_never_gives_anything_new(server, folder):
    server.plan = ["cut 5000", *["drop"] * 5]
    with pytest.raises(DataError, match=r"broke off 4 times") as caught:
        fetch(file_of(server), folder, Watcher())
    assert "go on with it" in caught.value.hint
    assert (folder / "set.bin.part").stat().st_size == 5000
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=5000-"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_file_that_is_gone(server, folder, status):
    server.plan = [str(status)]
    with pytest.raises(DataError, match=rf"127\.0\.0\.1 answered {status} for set\.bin"):
        fetch(file_of(server), folder, Watcher())
    assert len(server.asked) == 1


def test_another_file_is_not_taken(server, folder):
    server.plan = ["lie"]
    with pytest.raises(DataError, match=r"What arrived is not set\.bin: its MD5 begins") as caught:
        fetch(file_of(server), folder, Watcher())
    assert "It was thrown away" in caught.value.hint
    assert sorted(path.name for path in folder.iterdir()) == ["set.bin.lock"]


def test_a_beginning_of_another_file_is_begun_anew(server, folder):
    folder.mkdir()
    (folder / "set.bin.part").write_bytes(bytes(10_000))
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT
    assert server.asked == ["bytes=10000-", ""]


@pytest.mark.parametrize("size", [50_000, 70_000])
def test_a_part_that_is_whole_or_too_long(server, folder, size):
    folder.mkdir()
    (folder / "set.bin.part").write_bytes((CONTENT + bytes(20_000))[:size])
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT


@pytest.mark.parametrize("plan", ["more", "nolength"])
def test_more_than_was_announced_is_refused(server, folder, plan):
    server.plan = [plan]
    file = file_of(server, CONTENT, size=len(CONTENT) if plan == "more" else 20_000)
    with pytest.raises(DataError, match=r"set\.bin is larger than announced"):
        fetch(file, folder, Watcher())
    assert not is_verified(folder / "set.bin")


def test_a_copy_brought_by_hand(server, folder):
    folder.mkdir()
    (folder / "set.bin").write_bytes(CONTENT)
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT
    assert server.asked == []
    (folder / "set.bin").write_bytes(CONTENT[:-1])  # changed since: it is looked at again
    assert fetch(file_of(server), folder, Watcher()).read_bytes() == CONTENT
    assert server.asked == [""]


def test_stopped_and_gone_on_with(server, folder):
    with pytest.raises(Stopped):
        fetch(file_of(server), folder, Watcher(stop_at=0.3))
    have = (folder / "set.bin.part").stat().st_size
    assert 15_000 <= have < 25_000
    fetch(file_of(server), folder, Watcher())
    assert server.asked == ["", f"bytes={have}-"]


def test_no_room(server, folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(DataError, match=r"needs .* of free disk; there are 1\.000 kB"):
        fetch(file_of(server), folder, Watcher())


def test_no_connection_is_said_at_once(folder, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    file = File("https://data.example.org/a/set.bin", "0" * 32, 1000, "a test")
    began = time.monotonic()
    with pytest.raises(DataError, match=r"no connection to data\.example\.org") as caught:
        fetch(file, folder, Watcher())
    assert time.monotonic() - began < 1
    assert "copy set.bin from another machine" in caught.value.hint


def test_nobody_listens(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = File(f"http://127.0.0.1:{port}/set.bin", "0" * 32, 1000, "a test")
    began = time.monotonic()
    with pytest.raises(DataError, match=r"127\.0\.0\.1 broke off .* Connection refused"):
        fetch(file, folder, Watcher())
    assert time.monotonic() - began < 1


def test_only_the_web_is_asked(folder, tmp_path):
    (tmp_path / "secret").write_text("x")
    file = File(f"file://localhost{tmp_path}/secret", "0" * 32, 1000, "a test")
    with pytest.raises(DataError, match="over HTTPS only"):
        fetch(file, folder, Watcher())


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    file = File("http://127.0.0.1:1/set.bin", "0" * 32, 1000, "a test")
    with pytest.raises(DataError, match="cannot be written"):
        fetch(file, tmp_path / "file" / "inside", Watcher())


def test_two_at_once_download_once(server, folder):
    server.plan = ["slow"]
    found, file = [], file_of(server)
    threads = [
        threading.Thread(target=lambda: found.append(fetch(file, folder, Watcher())))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0].read_bytes() == CONTENT
    assert len(found) == 2
    assert server.asked == [""]
