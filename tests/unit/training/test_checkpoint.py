from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from explorer.errors import JobError
from explorer.store.runs import CHECKPOINT
from explorer.training import checkpoint


def test_what_is_saved_is_loaded_without_running_anything(tmp_path):
    checkpoint.save(tmp_path, {"a": torch.arange(3), "b": {"c": [1, 2.5, "x", None]}})
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert found["b"] == {"c": [1, 2.5, "x", None]}
    assert torch.equal(found["a"], torch.arange(3))
    assert torch.load(tmp_path / CHECKPOINT, weights_only=True)["format"] == checkpoint.FORMAT


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
    torch.save({"format": 99}, tmp_path / "later")
    torch.save([1], tmp_path / "list")
    files = [(tmp_path / name).read_bytes() for name in ("harmful", "later", "list")]
    for content in (b"", b"text", whole[: len(whole) // 2], whole[:-30], *files):
        path.write_bytes(content)
        with pytest.raises(JobError, match=r"checkpoint\.pt cannot be read") as caught:
            checkpoint.load(tmp_path)
        assert caught.value.hint == "Delete it to train from the beginning."
    assert not (tmp_path / "harm").exists()
