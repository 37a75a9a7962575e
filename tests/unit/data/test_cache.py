from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from explorer.data import cache
from explorer.data.cache import cached, data_folder
from explorer.errors import DataError


class Builder:
    """Counts how often it is asked."""

    def __init__(self, seconds: float = 0.0):
        self.calls = 0
        self.seconds = seconds

    def __call__(self):
        self.calls += 1
        sleep(self.seconds)
        return {"a": np.arange(1000, dtype=np.int64), "b": np.zeros((0, 3), dtype=np.uint8)}


def test_what_was_built_is_read_back_without_building():
    builder = Builder()
    first, second = cached("entry", builder), cached("entry", builder)
    assert builder.calls == 1
    for arrays in (first, second):
        assert arrays["a"].tolist() == list(range(1000))
        assert arrays["b"].shape == (0, 3)
    assert isinstance(second["a"], np.memmap)
    assert not second["a"].flags.writeable


@pytest.mark.parametrize(
    "damage", ["flip", "truncate", "empty", "delete", "manifest", "list", "none"]
)
def test_a_damaged_entry_is_built_again(data_home, damage):
    builder = Builder()
    cached("entry", builder)
    array, manifest = data_home / "entry" / "a.npy", data_home / "entry" / "manifest.json"
    content = bytearray(array.read_bytes())
    content[-5] ^= 1
    match damage:
        case "flip":
            array.write_bytes(content)
        case "truncate":
            array.write_bytes(content[:300])
        case "empty":
            array.write_bytes(b"")
        case "delete":
            array.unlink()
        case "manifest":
            manifest.write_text("{", encoding="utf-8")
        case "list":
            manifest.write_text('["a"]', encoding="utf-8")
        case _:
            manifest.write_text("{}", encoding="utf-8")
    assert cached("entry", builder)["a"].tolist() == list(range(1000))
    assert builder.calls == 2
    cached("entry", builder)
    assert builder.calls == 2


def test_two_at_once_build_it_once():
    builder = Builder(seconds=0.2)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: cached("entry", builder), range(4)))
    assert builder.calls == 1
    assert all(result["a"][999] == 999 for result in results)


def test_a_failed_build_leaves_nothing(data_home):
    def fail():
        raise DataError("No.")

    with pytest.raises(DataError, match="No"):
        cached("entry", fail)
    assert not (data_home / "entry").exists()
    assert cached("entry", Builder())["a"].size == 1000


def test_a_failed_write_leaves_nothing(data_home, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cache.np, "save", full)
        with pytest.raises(DataError, match="cannot be written: No space left") as caught:
            cached("entry", Builder())
    assert "EXPLORER_DATA" in caught.value.hint
    assert [path.name for path in data_home.iterdir() if path.suffix != ".lock"] == []


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("EXPLORER_DATA", str(blocked))
    with pytest.raises(DataError, match="cannot be written"):
        cached("entry", Builder())


def test_a_disk_that_does_not_keep_its_word_is_said(monkeypatch):
    monkeypatch.setattr(cache, "read", lambda *_args, **_options: None)
    with pytest.raises(DataError, match="did not read back") as caught:
        cached("entry", Builder())
    assert caught.value.hint


def test_the_folder_is_configured_or_the_users_own(tmp_path, monkeypatch):
    assert data_folder() == tmp_path / "data-home"
    monkeypatch.setenv("EXPLORER_DATA", " ")
    assert data_folder().name == "data"
    assert "residual-explorer" in str(data_folder())


def test_importing_the_package_stays_light():
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, explorer.data; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    ).stdout.split()
    assert "explorer.data.registry" in listed
    assert not {"torch", "torchvision", "sklearn", "streamlit", "scipy"} & set(listed)
