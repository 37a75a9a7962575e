"""Tags and notes beside a run, curves, and runs put aside."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from explorer.errors import DataError, JobError
from explorer.jobs import client
from explorer.jobs.people import Person
from explorer.store import aside, curves, labels, runs
from explorer.store.engine import write
from explorer.store.labels import Labels
from explorer.store.paths import home
from explorer.store.pretrained import folder_of
from explorer.store.tables import checkpoint
from tests.run_lab import finished_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ME = Person("me")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    yield tmp_path
    client.ledger().close()


def test_labels_live_with_the_run() -> None:
    run_id = finished_run()
    place = labels.place_of(run_id, home().run(run_id))
    assert place == home().run(run_id)
    assert labels.read(place) == labels.NONE
    said = Labels(tags=("baseline", "lesson 1"), notes="Two lines\nof notes.")
    labels.write(place, said)
    assert labels.read(place) == said
    assert runs.read(place).title == "ResNet-20"


def test_a_bundled_run_is_never_written_to(tmp_path: Path) -> None:
    place = labels.place_of("zoo-digits-resnet32", tmp_path / "assets")
    labels.write(place, Labels(tags=("mine",)))
    assert labels.read(place).tags == ("mine",)
    assert not (tmp_path / "assets").exists()
    assert place.is_relative_to(home().root)


@pytest.mark.parametrize("text", ["", "{", '{"tags": [1]}', '{"tags": ["' + "x" * 99 + '"]}', "[]"])
def test_damaged_labels_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / labels.FILE).write_text(text)
    assert labels.read(tmp_path) == labels.NONE


def test_tags_are_what_stands_between_commas() -> None:
    assert labels.tags_of("  wide net ,b,, B, a  c") == ("wide net", "b", "a c")
    assert labels.tags_of(" , ") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("x" * 33, "more than 32 letters"), (",".join(map(str, range(13))), "12 tags at most")],
)
def test_too_much_of_a_tag_is_said(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        labels.tags_of(text)


def test_labels_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        labels.write(tmp_path / "file" / "run", labels.NONE)


def test_curves_are_read_in_order_and_half_a_line_is_left_out(tmp_path: Path) -> None:
    lines = [
        {"step": 10, "epoch": 0.5, "loss": 2.0, "lr": 0.1},
        {"step": 20, "epoch": 1, "test_accuracy": 0.5, "seconds": 3.0, "class_iou": [1, None]},
        {"step": 5, "epoch": 0.25, "loss": 2.5},
        {"step": 30, "epoch": 1.5, "loss": float("nan")},
        {"epoch": 2},
        [1],
        {"step": "x", "epoch": 1},
    ]
    text = "\n".join(map(json.dumps, lines)) + '\n{"step": 40, "ep'
    (tmp_path / runs.METRICS).write_text(text)
    found = curves.read(tmp_path)
    assert found is not None
    assert [m.step for m in found.steps] == [5, 10, 30]
    assert found.steps[1].values == {"loss": 2.0, "lr": 0.1}
    assert found.steps[2].values == {}
    (epoch,) = found.epochs
    assert (epoch.epoch, epoch.seconds, epoch.values) == (1, 3.0, {"test_accuracy": 0.5})


def test_a_run_without_curves_has_none(tmp_path: Path) -> None:
    assert curves.read(tmp_path) is None
    (tmp_path / runs.METRICS).write_text("no json\n")
    assert curves.read(tmp_path) is None


def test_what_is_put_aside_leaves_the_lists_and_comes_back_whole() -> None:
    kept, gone = finished_run(title="kept"), finished_run(title="gone")
    folder = home().run(gone)
    before = sorted(path.name for path in folder.iterdir())
    client.put_aside(gone, by=ME)
    assert [job.id for job in client.jobs(kind="train")] == [kept]
    assert not folder.exists()
    client.bring_back(gone, by=ME)
    assert {job.id for job in client.jobs()} == {kept, gone}
    assert sorted(path.name for path in folder.iterdir()) == before
    assert aside.ids() == frozenset()


def test_a_job_without_a_folder_can_be_put_aside_too() -> None:
    run_id = finished_run()
    for path in home().run(run_id).iterdir():
        path.unlink()
    home().run(run_id).rmdir()
    client.put_aside(run_id, by=ME)
    assert client.jobs() == []
    client.bring_back(run_id, by=ME)
    assert [job.id for job in client.jobs()] == [run_id]
    assert not home().run(run_id).exists()


def test_a_run_that_goes_on_or_is_unknown_stays() -> None:
    waiting = client.ledger().submit("train", {}, title="waits", user="me")
    with pytest.raises(JobError, match="still going on"):
        client.put_aside(waiting, by=ME)
    for junk in ("../runs", "x", ""):
        with pytest.raises(JobError, match="does not exist"):
            client.put_aside(junk, by=ME)
    assert aside.ids() == frozenset()


def test_nobody_puts_aside_the_runs_of_others() -> None:
    run_id = finished_run()
    with pytest.raises(JobError, match="somebody else"):
        client.put_aside(run_id, by=Person("you"))
    client.put_aside(run_id, by=Person("teacher", is_teacher=True))
    with pytest.raises(JobError, match="somebody else"):
        client.bring_back(run_id, by=Person("you"))
    client.bring_back(run_id, by=ME)


def test_what_lies_aside_for_a_day_is_removed_for_good() -> None:
    old, new = finished_run(title="old"), finished_run(title="new")
    client.put_aside(old, by=ME)
    client.put_aside(new, by=ME)
    assert client.remove_expired() == []
    place = home().runs / aside.FOLDER / old
    os.utime(place, (0, 0))
    assert client.remove_expired() == [old]
    assert not place.exists()
    with pytest.raises(JobError, match="does not exist"):
        client.bring_back(old, by=ME)
    client.bring_back(new, by=ME)
    aside.put(new)
    aside.remove(new)
    with pytest.raises(DataError, match="cannot be brought back"):
        client.bring_back(new, by=ME)


def test_the_folder_lies_aside_on_the_disk_of_the_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_RUNS", str(tmp_path / "shared"))
    run_id = finished_run()
    client.put_aside(run_id, by=ME)
    assert (tmp_path / "shared" / aside.FOLDER / run_id / runs.RECORD).is_file()
    client.bring_back(run_id, by=ME)
    assert runs.read(home().run(run_id)).title == "ResNet-20"


def test_checkpoints_that_lie_elsewhere_go_with_the_run(tmp_path: Path) -> None:
    run_id = finished_run()
    far = tmp_path / "far" / "ckpt-1-5.pt"
    far.parent.mkdir()
    far.write_bytes(b"weights")
    with write(client.ledger().engine) as db:
        db.execute(
            insert(checkpoint).values(
                job_id=run_id, attempt=1, step=5, url=str(far), digest="", score=None
            )
        )
    client.put_aside(run_id, by=ME)
    os.utime(home().runs / aside.FOLDER / run_id, (0, 0))
    assert client.remove_expired() == [run_id]
    assert not far.exists()


def test_what_cannot_be_removed_yet_is_not_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = finished_run()
    client.put_aside(run_id, by=ME)
    os.utime(home().runs / aside.FOLDER / run_id, (0, 0))

    def going_on(_job_id: str) -> None:
        raise JobError("still going on", "")

    monkeypatch.setattr(client.ledger(), "delete", going_on)
    assert client.remove_expired() == []
    assert run_id in aside.ids()


def test_two_threads_may_write_one_file_at_once(tmp_path: Path) -> None:
    path, failed = tmp_path / "labels.json", []

    def many(text: bytes) -> None:
        try:
            for _ in range(60):
                runs.write_atomic(path, text)
        except OSError as error:
            failed.append(error)

    texts = [letter * 4096 for letter in (b"a", b"b", b"c")]
    threads = [threading.Thread(target=many, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert path.read_bytes() in texts
    assert [one.name for one in tmp_path.iterdir()] == ["labels.json"]


def test_what_pages_and_workers_share_lies_beside_shared_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home().shared == tmp_path
    monkeypatch.setenv("EXPLORER_RUNS", str(tmp_path / "everywhere"))
    assert home().shared == tmp_path / "everywhere"
    assert folder_of("resnet18").is_relative_to(tmp_path / "everywhere")
