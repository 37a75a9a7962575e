from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import fsspec
import pytest

from explorer.store import checkpoint_files
from explorer.store.ledger import Ledger
from explorer.store.records import LeaseLostError, Saved

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


def written(folder: Path, text: str) -> Path:
    path = folder / "checkpoint.pt"
    draft = folder / "draft"
    draft.write_text(text)
    return draft.replace(path)


@pytest.mark.parametrize("scheme", ["", "file://", "memory://"])
def test_a_checkpoint_goes_out_and_comes_back(tmp_path: Path, scheme: str) -> None:
    root = f"{scheme}{tmp_path / 'kept'}"
    saved = checkpoint_files.put(written(tmp_path, "state"), root, attempt=2, step=40, score=0.5)
    assert saved.url.endswith("ckpt-2-40.pt")
    assert saved.digest == hashlib.sha256(b"state").hexdigest()
    written(tmp_path, "later")  # replaced, never changed in place
    target = tmp_path / "elsewhere.pt"
    assert checkpoint_files.fetch([saved], target) == saved
    assert target.read_text() == "state"
    checkpoint_files.remove(saved.url)
    checkpoint_files.remove(saved.url)
    assert checkpoint_files.fetch([saved], tmp_path / "none.pt") is None


def test_on_a_local_disk_it_takes_no_room_twice(tmp_path: Path) -> None:
    source = written(tmp_path, "state")
    checkpoint_files.put(source, str(tmp_path / "kept"), 1, 5)
    assert source.samefile(tmp_path / "kept" / "ckpt-1-5.pt")


@pytest.mark.parametrize("damage", ["cut", "gone", "other"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path, damage: str) -> None:
    root = str(tmp_path / "kept")
    old = checkpoint_files.put(written(tmp_path, "old"), root, 1, 5)
    new = checkpoint_files.put(written(tmp_path, "new"), root, 1, 10)
    path = tmp_path / "kept" / "ckpt-1-10.pt"
    path.unlink()
    if damage != "gone":
        path.write_text("ne" if damage == "cut" else "old")
    target = tmp_path / "checkpoint.pt"
    assert checkpoint_files.fetch([new, old], target) == old
    assert target.read_text() == "old"


def test_the_last_two_and_the_best_are_kept(ledger: Ledger) -> None:
    ledger.submit("train", {}, title="", user="me")
    claim = ledger.claim("worker")
    assert claim is not None
    dropped: list[str] = []
    for step, score in enumerate([0.1, 0.9, 0.3, 0.2, 0.4]):
        dropped += ledger.save(claim, Saved(1, step, f"file:///{step}", "d", score))
    assert [one.step for one in ledger.checkpoints(claim.job_id)] == [4, 3, 1]
    assert sorted(dropped) == ["file:///0", "file:///2"]


def test_a_later_attempt_comes_first_whatever_its_step(ledger: Ledger) -> None:
    ledger.submit("train", {}, title="", user="me")
    first = ledger.claim("worker")
    assert first is not None
    ledger.save(first, Saved(1, 50, "file:///a", "d"))
    ledger.give_back(first, crash="It died.")
    second = ledger.claim("worker")
    assert second is not None
    ledger.save(second, Saved(2, 20, "file:///b", "d"))
    assert [one.url for one in ledger.checkpoints(first.job_id)] == ["file:///b", "file:///a"]
    with pytest.raises(LeaseLostError):  # a stale writer moves no pointer
        ledger.save(first, Saved(1, 60, "file:///c", "d"))
    ledger.finish(second, _done())
    assert sorted(ledger.drop_checkpoints(first.job_id)) == ["file:///a", "file:///b"]


def _done():
    from explorer.store.records import State

    return State.DONE


def test_the_memory_file_system_is_really_used(tmp_path: Path) -> None:
    saved = checkpoint_files.put(written(tmp_path, "state"), "memory://jobs/x", 1, 1)
    assert fsspec.filesystem("memory").cat("/jobs/x/ckpt-1-1.pt") == b"state"
    checkpoint_files.remove(saved.url)
