from __future__ import annotations

import errno
import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from explorer.errors import BudgetError, DataError, DivergedError, JobError
from explorer.spec.edit import change_part
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.training import checkpoint, event_file, loop, session, step
from explorer.training.evaluate import evaluate_run
from explorer.training.fit import fit
from explorer.training.run import train_run
from explorer.weights import load_run


@pytest.fixture(autouse=True)
def report_every_step(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)


def lines_of(folder):
    return [json.loads(line) for line in (folder / runs.METRICS).read_text().splitlines()]


def stop_after(batches: int):
    """Ask to stop at one batch; loading asks once too."""
    left = [batches + 1]

    def should_stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return should_stop


def test_the_folder_of_a_run(spec, data, dataset, recipe, tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "run"
    record = train_run(spec, data, recipe, seed=5, device="cpu", folder=folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        runs.METRICS,
        runs.RECORD,
        runs.SNAPSHOTS,
        event_file.FOLDER,
        runs.WEIGHTS,
    ]
    assert runs.snapshots(folder) == (1, 2)
    assert runs.read(folder) == record
    assert record.title == "Network on colours"
    assert record.seed == 5
    assert record.device == "cpu"
    assert record.recipe["lr"] == 0.05
    assert record.environment["torch"] == torch.__version__.partition("+")[0]
    assert record.data.classes == dataset.classes
    assert record.data.fingerprint == dataset.fingerprint
    assert record.notes == ()
    epochs = [line for line in lines_of(folder) if "test_accuracy" in line]
    assert [line["step"] for line in epochs] == [6, 12, 18]
    assert record.result is not None
    assert record.result.accuracy == epochs[-1]["test_accuracy"]
    assert (record.result.epochs, record.result.num_images) == (3, 21)
    network, _ = load_run(folder)
    assert all(value.isfinite().all() for value in network.state_dict().values())

    monkeypatch.setattr("explorer.training.evaluate.load", lambda *_, **__: dataset)
    score = evaluate_run(folder, data, device="cpu")
    assert score.accuracy == record.result.accuracy
    assert score.loss == pytest.approx(record.result.loss, rel=1e-5)
    assert score.num_images == 21


@pytest.mark.parametrize("batches", [1, 5, 6, 7, 8, 13, 20])
def test_resumed_equals_uninterrupted_bit_for_bit(spec, data, recipe, tmp_path, batches):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_run(spec, data, recipe, folder=whole, device="cpu")
    stopped = train_run(
        spec, data, recipe, folder=broken, device="cpu", should_stop=stop_after(batches)
    )
    assert stopped.result is None
    assert (broken / runs.CHECKPOINT).exists()
    torch.rand(7)  # what others draw in between does not matter
    record = train_run(spec, data, recipe, folder=broken, device="cpu", resume=True)
    assert record.result is not None
    one, two = load_file(whole / runs.WEIGHTS), load_file(broken / runs.WEIGHTS)
    assert all(torch.equal(one[name], two[name]) for name in one)
    changing = {"images_per_second", "seconds_left", "seconds", "training_seconds", "time"}
    strip = [
        [{k: v for k, v in line.items() if k not in changing} for line in lines_of(folder)]
        for folder in (whole, broken)
    ]
    assert strip[0] == strip[1]


def test_killed_between_checkpoints_repeats_and_doubles_nothing(
    spec, data, recipe, tmp_path, monkeypatch
):
    monkeypatch.setattr(session, "CHECKPOINT_SECONDS", 0.0)
    seen = []

    def die(event) -> None:
        seen.append(event)
        if len(seen) == 9:
            monkeypatch.setattr(session, "CHECKPOINT_SECONDS", 1e9)
        if len(seen) == 13:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(spec, data, recipe, folder=tmp_path, device="cpu", on_event=die)
    assert len(lines_of(tmp_path)) > 10
    train_run(spec, data, recipe, folder=tmp_path, device="cpu", resume=True)
    steps = [line["step"] for line in lines_of(tmp_path) if "loss" in line]
    assert steps == list(range(1, 19))


def test_resuming_without_a_checkpoint_begins_again(spec, data, recipe, tmp_path):
    def die(event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(spec, data, recipe, folder=tmp_path, on_event=die)
    assert train_run(spec, data, recipe, folder=tmp_path, resume=True).result is not None


def test_resuming_a_finished_run_returns_it(spec, data, recipe, tmp_path):
    record = train_run(spec, data, recipe, folder=tmp_path)
    assert train_run(spec, data, recipe, folder=tmp_path, resume=True) == record


def test_a_folder_is_not_overwritten(spec, data, recipe, tmp_path):
    train_run(spec, data, recipe, folder=tmp_path)
    before = (tmp_path / runs.WEIGHTS).read_bytes()
    with pytest.raises(JobError, match="already holds a run"):
        train_run(spec, data, recipe, folder=tmp_path, seed=1)
    with pytest.raises(JobError, match="begun with another recipe and another seed"):
        train_run(spec, data, recipe.changed(lr=0.1), folder=tmp_path, seed=1, resume=True)
    assert (tmp_path / runs.WEIGHTS).read_bytes() == before


def test_the_callers_random_numbers_are_left_alone(spec, data, recipe, tmp_path):
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    train_run(spec, data, recipe, folder=tmp_path, device="cpu")
    assert torch.equal(torch.rand(3), wanted)


def test_the_network_follows_the_data(data, recipe, tmp_path):
    recipe = recipe.changed(epochs=1, batch_size=50, crop_padding=8)
    record = train_run(preset("resnet20"), data, recipe, folder=tmp_path)
    assert record.spec.head.num_classes == 3
    assert record.spec.image_size == 10
    assert record.title == "resnet20 on colours"
    assert record.recipe["crop_padding"] == 2
    assert record.spec.digest != preset("resnet20").digest
    classes, size, crop = record.notes
    assert classes == "The classifier has 3 classes as the data, instead of 10."
    assert "10 px" in size
    assert "2 px" in crop


def test_networks_that_cannot_follow(spec, data, recipe, tmp_path, monkeypatch):
    grey = spec.model_validate({**spec.model_dump(), "in_channels": 1})
    with pytest.raises(DataError, match="takes images of 1 channels, the data set colours has 3"):
        train_run(grey, data, recipe, folder=tmp_path)
    scores = change_part(spec, "head", kind="segment")
    with pytest.raises(DataError, match="colours has no masks, so no network can learn to segment"):
        train_run(scores, data, recipe, folder=tmp_path)
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "100")
    with pytest.raises(BudgetError, match="the limit here is 100"):
        train_run(spec, data, recipe, folder=tmp_path)
    assert not (tmp_path / runs.RECORD).exists()


def test_digits_are_not_flipped(spec, data, dataset, recipe):
    fitted = fit(spec, recipe, replace(dataset, name="digits"))
    assert fitted.recipe.flip == "none"
    assert "mirrored digit" in fitted.notes[0]
    assert fit(spec, recipe, dataset).recipe.flip == "random"


def test_divergence_keeps_the_last_finite_checkpoint(spec, data, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(session, "CHECKPOINT_SECONDS", 0.0)
    # Nothing is left to choose, so that every step is one of the training.
    settled = {"precision": "bfloat16", "layout": "channels_last"}
    wild = recipe.changed(lr=10, momentum=0.99, weight_decay=1, epochs=60, **settled)
    run, taken = step.Step.run, []

    def poisoned(self, draws):
        run(self, draws)
        taken.append(1)
        if len(taken) == 10:
            with torch.no_grad():
                self.network.get_parameter("conv1.weight")[0] = float("nan")

    monkeypatch.setattr(step.Step, "run", poisoned)
    with pytest.raises(DivergedError, match="no longer a number, in epoch 2"):
        train_run(spec, data, wild, folder=tmp_path, device="cpu")
    state = checkpoint.load(tmp_path)
    assert state is not None
    assert state["trainer"]["epoch"] * 6 + state["trainer"]["position"] == 9
    assert all(value.isfinite().all() for value in state["trainer"]["network"].values())
    assert not runs.is_complete(tmp_path)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "The GPU has too little memory"),
        (MemoryError(), "This machine has too little memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "This machine has too little"),
        (OSError(errno.ENOSPC, "No space left on device"), "cannot be written: No space left"),
    ],
)
def test_what_the_machine_refuses_is_said(spec, data, recipe, tmp_path, monkeypatch, error, words):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(session, "build", refuse)
    with pytest.raises(JobError, match=words):
        train_run(spec, data, recipe, folder=tmp_path)


def test_other_errors_are_not_hidden(spec, data, recipe, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("a defect")

    monkeypatch.setattr(session, "build", fail)
    with pytest.raises(RuntimeError, match="a defect"):
        train_run(spec, data, recipe, folder=tmp_path)


def test_seeds_out_of_range(spec, data, recipe, tmp_path):
    with pytest.raises(JobError, match="The seed -1 is out of range"):
        train_run(spec, data, recipe, folder=tmp_path, seed=-1)


def test_stopped_while_loading(spec, data, recipe, tmp_path):
    with pytest.raises(JobError, match="Stopped before the training began"):
        train_run(spec, data, recipe, folder=tmp_path, should_stop=lambda: True)
    assert not (tmp_path / runs.RECORD).exists()
