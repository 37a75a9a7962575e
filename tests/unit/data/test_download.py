"""Downloads from a server that misbehaves: slow, broken off, wrong, gone; and without a network."""

from __future__ import annotations

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from explorer.data import download as module
from explorer.data.download import Wanted, can_reach, download
from explorer.errors import DataError

CONTENT = bytes(range(256)) * 4096
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves ``CONTENT`` in many bad ways, by its path."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_GET(self):  # noqa: C901, PLR0912 - one branch for each way to misbehave
        kind = self.path.strip("/")
        self.server.seen.append((kind, self.headers.get("Range")))
        if kind.isdecimal():
            self.send_error(int(kind))
            return
        start = 0
        given = self.headers.get("Range")
        if given and kind != "noranges":
            start = int(given.removeprefix("bytes=").rstrip("-"))
            if start >= len(CONTENT):
                self.send_error(416)
                return
            self.send_response(206)
        else:
            self.send_response(200)
        body = CONTENT[start:]
        if kind == "endless":
            body = body * 20
        if kind == "other":
            body = b"x" * len(body)
        if kind != "unsized":
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        half = len(CONTENT) // 2
        if kind == "hangs":
            self.wfile.write(body[:100])
            self.wfile.flush()
            self.server.released.wait(5)
        elif kind in {"truncated", "noranges"} and start == 0 and not self.server.healed:
            self.server.healed = True
            self.wfile.write(body[:half])
        elif kind == "always":
            self.wfile.write(body[:1000])
        elif kind == "slow":
            for at in range(0, len(body), 1 << 16):
                self.wfile.write(body[at : at + (1 << 16)])
                time.sleep(0.01)
        else:
            self.wfile.write(body)


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.seen, found.healed, found.released = [], False, threading.Event()
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield found
    found.released.set()
    found.shutdown()
    found.server_close()


def wanted(server, kind: str, digest: str = DIGEST, max_bytes: int = 2 * len(CONTENT)) -> Wanted:
    url = f"http://127.0.0.1:{server.server_address[1]}/{kind}"
    return Wanted(url, digest, max_bytes, "The file")


@pytest.mark.parametrize("kind", ["whole", "slow", "unsized"])
def test_a_file_arrives_whole_and_is_reported(server, tmp_path, kind):
    told = []
    path = tmp_path / "deep" / "file"
    assert download(wanted(server, kind), path, lambda *at: told.append(at)) == DIGEST
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), None if kind == "unsized" else len(CONTENT))
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_the_first_digits_of_a_digest_are_checked(server, tmp_path):
    assert download(wanted(server, "whole", DIGEST[:8]), tmp_path / "file") == DIGEST


def test_what_broke_off_is_gone_on_with(server, tmp_path):
    download(wanted(server, "truncated"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.seen == [("truncated", None), ("truncated", f"bytes={len(CONTENT) // 2}-")]


def test_a_server_that_knows_no_ranges_is_asked_from_the_beginning(server, tmp_path):
    download(wanted(server, "noranges"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_connection_that_always_breaks_keeps_what_has_arrived(server, tmp_path):
    with pytest.raises(DataError, match="broke off 3 times") as caught:
        download(wanted(server, "always"), tmp_path / "file")
    assert "go on" in caught.value.hint
    assert (tmp_path / "file.part").read_bytes() == CONTENT[:3000]
    download(wanted(server, "whole"), tmp_path / "file")
    assert server.seen[-1] == ("whole", "bytes=3000-")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_that_does_not_fit_is_thrown_away(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT + b"more")
    download(wanted(server, "whole"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize("digest", ["0" * 64, "00000000"])
def test_other_content_is_refused_and_thrown_away(server, tmp_path, digest):
    with pytest.raises(DataError, match="SHA-256 begins with"):
        download(wanted(server, "other", digest), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", ["404", "403"])
def test_a_refusal_is_one_sentence_and_not_tried_again(server, tmp_path, code):
    with pytest.raises(DataError, match=f"answered {code}"):
        download(wanted(server, code), tmp_path / "file")
    assert len(server.seen) == 1


def test_a_server_in_trouble_is_tried_three_times(server, tmp_path):
    with pytest.raises(DataError, match="the server answered 503"):
        download(wanted(server, "503"), tmp_path / "file")
    assert len(server.seen) == 3


@pytest.mark.parametrize("kind", ["endless", "unsized"])
def test_more_than_announced_is_not_taken(server, tmp_path, kind):
    with pytest.raises(DataError, match="larger than announced"):
        download(wanted(server, kind, max_bytes=len(CONTENT) // 2), tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_server_that_falls_silent_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    with pytest.raises(DataError, match="broke off 3 times"):
        download(wanted(server, "hangs"), tmp_path / "file")


def test_it_can_be_stopped_and_the_part_is_kept(server, tmp_path):
    class StoppedError(BaseException):
        pass

    def stop(done, _total):
        if done >= 1 << 18:
            raise StoppedError

    with pytest.raises(StoppedError):
        download(wanted(server, "whole"), tmp_path / "file", stop)
    assert (tmp_path / "file.part").stat().st_size >= 1 << 18
    assert not (tmp_path / "file").exists()


def test_a_full_disk_is_one_sentence(server, tmp_path, monkeypatch):
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _path: full)
    with pytest.raises(DataError, match="free disk"):
        download(wanted(server, "whole"), tmp_path / "file")


def test_without_a_network_it_is_said_within_a_second(tmp_path, monkeypatch):
    monkeypatch.setattr(module.urllib.request, "getproxies", dict)
    nowhere = Wanted("https://weights.invalid/file", DIGEST, 100, "The file")
    monkeypatch.setattr(module.socket, "getaddrinfo", lambda *_args: time.sleep(3) or [])
    begun = time.monotonic()
    with pytest.raises(DataError, match=r"no connection to weights\.invalid") as caught:
        download(nowhere, tmp_path / "file")
    assert time.monotonic() - begun < 1.5
    assert "without a connection" in caught.value.hint


def test_a_name_that_has_an_address_is_reached(monkeypatch):
    monkeypatch.setattr(module.urllib.request, "getproxies", dict)
    monkeypatch.setattr(module.socket, "getaddrinfo", lambda *_args: [1])
    assert can_reach("somewhere.example")


def test_only_https_is_taken(tmp_path):
    with pytest.raises(DataError, match="HTTPS only"):
        download(Wanted("http://example.org/file", DIGEST, 100, "The file"), tmp_path / "file")
