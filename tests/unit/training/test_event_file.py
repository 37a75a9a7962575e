"""Event files, read by TensorBoard's own reader."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from explorer.store import runs
from explorer.training import event_file, loop
from explorer.training.metrics import lines
from explorer.training.run import train_run


def read(folder):
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    found.Reload()
    return found


def values(found, tag):
    return [(event.step, event.value) for event in found.Scalars(tag)]


def test_known_checksums():
    # RFC 3720, appendix B.4.
    assert event_file._crc32c(bytes(32)) == 0x8A9136AA
    assert event_file._crc32c(b"\xff" * 32) == 0x62A8AB43
    assert event_file._crc32c(bytes(range(32))) == 0x46DD794E
    assert event_file._crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("step", [0, 1, 127, 128, 300, 2**31, 2**40])
def test_steps_of_any_size(tmp_path, step):
    path = tmp_path / event_file.NAME
    with path.open("wb") as file:
        event_file.begin(file, 12.5)
        event_file.add(file, {"step": step, "time": 13.25, "loss": 0.5, "lr": 1e-3})
    first, event = EventFileLoader(str(path)).Load()
    assert first.file_version == "brain.Event:2"
    assert first.wall_time == 12.5
    assert (event.step, event.wall_time) == (step, 13.25)
    assert [value.tag for value in event.summary.value] == ["step/loss", "step/lr"]


def test_a_run_can_be_read_by_tensorboard(spec, data, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    train_run(spec, data, recipe, device="cpu", folder=tmp_path)
    found = read(tmp_path / event_file.FOLDER)
    told = list(lines(tmp_path))
    steps = [line for line in told if "lr" in line]
    epochs = [line for line in told if "train_loss" in line]
    assert set(found.Tags()["scalars"]) == {
        *(f"gradient norm/{stage}" for stage in ("stem", "layer1", "layer2", "head")),
        *(f"step/{name}" for name in ("loss", "lr", "images_per_second", "threads")),
        *(f"epoch/{name}" for name in epochs[0] if name not in {"step", "time", "epoch"}),
    }
    for tag, lines_, name in (
        ("step/loss", steps, "loss"),
        ("gradient norm/layer2", steps, "gradient_norm_layer2"),
        ("epoch/test_accuracy", epochs, "test_accuracy"),
    ):
        wanted = [(line["step"], pytest.approx(line[name], rel=1e-6)) for line in lines_]
        assert values(found, tag) == wanted
    assert found.Scalars("step/loss")[0].wall_time == steps[0]["time"]


def test_no_step_comes_twice_after_an_interruption(spec, data, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    left = [8]

    def die(_event):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(spec, data, recipe, device="cpu", folder=tmp_path, on_event=die)
    assert len(values(read(tmp_path / event_file.FOLDER), "step/loss")) > 5
    train_run(spec, data, recipe, device="cpu", folder=tmp_path, resume=True)
    found = values(read(tmp_path / event_file.FOLDER), "step/loss")
    assert [step for step, _ in found] == list(range(1, 19))


def test_a_line_that_was_cut_short_is_left_out(tmp_path):
    (tmp_path / runs.METRICS).write_text(json.dumps({"step": 1, "loss": 2.0}) + '\n{"step": 2, "lo')
    assert list(lines(tmp_path)) == [{"step": 1, "loss": 2.0}]
    assert list(lines(tmp_path / "missing")) == []


def test_it_is_light():
    code = "from explorer.training import metrics; import sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert len(event_file._record(b"")) == 16
    buffer = io.BytesIO()
    event_file.begin(buffer, 0.0)
    assert len(buffer.getvalue()) == 16 + 9 + 2 + 13
