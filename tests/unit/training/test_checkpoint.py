from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save

from explorer.errors import JobError
from explorer.store.runs import CHECKPOINT
from explorer.training import checkpoint


def test_what_is_saved_is_loaded_without_running_anything(tmp_path):
    b = {"c": [1, 2.5, "x", None, True], 7: {"tensor": {}}, "pairs": []}
    checkpoint.save(tmp_path, {"a": torch.arange(3), "b": b})
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found["b"] == b
    assert torch.equal(found["a"], torch.arange(3))
    assert set(load_file(tmp_path / CHECKPOINT)) == {"tensor0"}


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_crash_while_saving_leaves_the_one_before(tmp_path, monkeypatch, moment):
    checkpoint.save(tmp_path, {"step": 1})

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if moment == "fsync" else (Path, "replace")), crash)
        with pytest.raises(KeyboardInterrupt):
            checkpoint.save(tmp_path, {"step": 2})
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found["step"] == 1
    checkpoint.save(tmp_path, {"step": 3})
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found["step"] == 3


def test_a_folder_without_one(tmp_path):
    assert checkpoint.load(tmp_path) is None
    checkpoint.remove(tmp_path)


class _Harmful:
    def __reduce__(self):
        return (os.mkdir, ("harm",))


def test_damaged_checkpoints_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoint.save(tmp_path, {"a": torch.arange(1000)})
    path = tmp_path / CHECKPOINT
    whole = path.read_bytes()
    torch.save({"format": 1, "a": _Harmful()}, tmp_path / "harmful")
    flipped = bytearray(whole)
    flipped[-5] ^= 1
    for content in (
        b"",
        b"text",
        whole[: len(whole) // 2],
        whole[:-30],
        bytes(flipped),
        re.sub(rb"(format\W+)2", rb"\g<1>3", whole),
        save({"a": torch.arange(3)}),
        save({"a": torch.arange(3)}, {"explorer": "[]"}),
        (tmp_path / "harmful").read_bytes(),
    ):
        assert content != whole
        path.write_bytes(content)
        with pytest.raises(JobError, match=r"checkpoint\.safetensors cannot be read") as caught:
            checkpoint.load(tmp_path)
        assert caught.value.hint == "Delete it to train from the beginning."
    assert not (tmp_path / "harm").exists()
