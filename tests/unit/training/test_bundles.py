"""Runs that go from one installation to another as one file."""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from explorer.errors import DataError
from explorer.store import bundles, runs
from explorer.store.imported import folder_of, imported
from explorer.training import event_file, imports, loop, reproduce
from explorer.training.imports import import_bundle, import_run
from explorer.training.run import train_run


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))


def test_a_run_comes_back_as_it_was(run, bundle, tmp_path):
    there = tmp_path / "there"
    record = import_run(bundle, there)
    assert record == bundles.portable(runs.read(run))
    assert record.result == runs.read(run).result
    packed = {path.relative_to(there) for path in there.rglob("*") if path.is_file()}
    assert {path.as_posix() for path in packed} == {
        "run.json",
        "metrics.jsonl",
        "log.txt",
        "weights.safetensors",
        "snapshots/1.safetensors",
        f"tensorboard/{event_file.NAME}",
    }
    for path in packed - {(there / runs.RECORD).relative_to(there)}:
        assert (there / path).read_bytes() == (run / path).read_bytes()
    found = EventAccumulator(str(there / event_file.FOLDER))
    found.Reload()
    assert len(found.Scalars("epoch/test_accuracy")) == 2


def test_the_same_run_gives_the_same_bytes(run, bundle, tmp_path):
    bundles.pack(run, tmp_path / "again.zip")
    assert bundle.read_bytes() == (tmp_path / "again.zip").read_bytes()
    assert folder_of(bundle) == folder_of(tmp_path / "again.zip")


def test_a_bundle_explains_itself_and_names_no_place(run, bundle, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        read = {name: archive.read(name).decode() for name in archive.namelist() if "js" in name}
        command = archive.read("reproduce.txt").decode()
    assert json.loads(read["spec.json"])["version"] == 1
    assert json.loads(read["recipe.json"])["lr"] == 0.05
    assert json.loads(read["environment.json"])["torch"] == torch.__version__.partition("+")[0]
    assert command.startswith("python -m explorer train ")
    assert "--data colours " in command
    assert runs.read(run).data.name.endswith("/colours")
    for text in (*read.values(), command):
        assert str(tmp_path) not in text
        assert runs.read(run).data.name not in text


@pytest.mark.parametrize("place", ["/home/o'neil/my images.zip", "C:\\Data\\my images.zip"])
def test_places_of_any_system_are_left_out(run, place):
    record = runs.read(run)
    data = record.data.model_copy(update={"name": place})
    record = record.model_copy(update={"data": data})
    record = record.model_copy(update={"command": reproduce.command(record.spec, record)})
    found = bundles.portable(record)
    assert found.data.name == "my images.zip"
    assert " --data 'my images.zip' " in found.command
    assert reproduce.is_command(found.command)


def test_an_unfinished_run_goes_on_elsewhere(spec, data, short, unfinished, tmp_path):
    bundles.pack(unfinished, tmp_path / "half.zip")
    shutil.rmtree(unfinished)
    there = tmp_path / "there"
    record = import_run(tmp_path / "half.zip", there)
    assert record.result is None
    assert (there / runs.CHECKPOINT).is_file()
    ended = train_run(spec, data, short, device="cpu", folder=there, resume=True)
    assert ended.title == "Half a run"
    whole = tmp_path / "whole"
    train_run(spec, data, short, device="cpu", folder=whole)
    one, two = load_file(whole / runs.WEIGHTS), load_file(there / runs.WEIGHTS)
    assert all(torch.equal(one[name], two[name]) for name in one)
    found = EventAccumulator(str(there / event_file.FOLDER))
    found.Reload()
    assert [event.step for event in found.Scalars("step/loss")] == list(range(1, 13))


def test_it_stands_among_the_runs_of_the_app(bundle, unfinished, tmp_path):
    assert imported() == ()
    folder = import_bundle(bundle)
    assert import_bundle(bundle) == folder
    (one,) = imported()
    assert (one.id, one.folder) == (folder.name, folder)
    assert one.id.startswith("imported-")
    assert one.record.title == "Network on colours"
    bundles.pack(unfinished, tmp_path / "half.zip")
    import_bundle(tmp_path / "half.zip")
    (folder.parent / "imported-0").mkdir()
    assert len(imported()) == 1


def test_a_folder_is_not_overwritten(bundle, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(DataError, match=r"There is something in .* already"):
        import_run(bundle, tmp_path / "there")


def test_a_run_that_ends_while_it_is_packed(unfinished, tmp_path, monkeypatch):
    def files(folder):
        return [folder / "checkpoint.safetensors", folder / "gone.safetensors"]

    monkeypatch.setattr(bundles, "_files", files)
    with pytest.raises(DataError, match=r"The run ended while it was being packed. Pack it again"):
        bundles.pack(unfinished, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*.tmp"))


def test_only_the_end_of_a_long_log_is_packed(run, tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "MAX_LOG", 10)
    bundles.pack(run, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.read("log.txt") == b"b printed\n"


def test_links_out_of_the_folder_are_not_followed(run, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (run / "log.txt").unlink()
    (run / "log.txt").symlink_to(tmp_path / "secret")
    bundles.pack(run, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert "log.txt" not in archive.namelist()


def test_a_draft_that_a_crash_left_is_no_run(bundle, tmp_path, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_require_sound", crash)
        with pytest.raises(KeyboardInterrupt):
            import_bundle(bundle)
    assert imported() == ()
    assert import_bundle(bundle).is_dir()
