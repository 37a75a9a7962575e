from __future__ import annotations

import json
import signal
from dataclasses import replace

import numpy as np
import pytest

from explorer.cli import train
from explorer.cli.commands import main
from explorer.data.dataset import Dataset, Split
from explorer.errors import DataError
from explorer.training import process, step

SPEC = '{"image_size": 8, "stem": {"width": 4, "kernel_size": 3, "stride": 1, "pool": false}, \
"stages": [{"depth": 1, "width": 4}], "head": {"num_classes": 2}}'


@pytest.fixture(autouse=True)
def data(monkeypatch) -> Dataset:
    rng = np.random.default_rng(0)

    def split(count):
        images = rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
        return Split(images, np.arange(count) % 2)

    dataset = Dataset("tiny", ("a", "b"), split(32), split(10), (0.5,) * 3, (0.3,) * 3, "x")

    def load(name, *, seed=0, image_size=None, on_progress=None):
        if name == "other":
            return replace(dataset, classes=("a", "c"))
        if name != "tiny":
            raise DataError(f"There is no data set, folder or file {name!r}.", "Look again.")
        return dataset

    monkeypatch.setattr("explorer.training.run.load", load)
    monkeypatch.setattr("explorer.training.evaluate.load", load)
    monkeypatch.setattr(process, "prepare", lambda: None)
    return dataset


@pytest.fixture
def spec(tmp_path) -> str:
    path = tmp_path / "net.json"
    path.write_text(SPEC)
    return str(path)


def failure(capsys, *arguments: str) -> str:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1
    return err


def test_train_then_evaluate(spec, tmp_path, capsys):
    out = str(tmp_path / "run")
    given = ["train", spec, "--data", "tiny", "--out", out, "--epochs", "2", "--batch-size", "8"]
    assert main([*given, "--lr", "0.01", "--seed", "3", "--device", "cpu", "--json"]) == 0
    captured = capsys.readouterr()
    trained = json.loads(captured.out)
    assert not captured.err
    assert trained["epochs"] == 2
    assert trained["run"] == out
    assert trained["num_images"] == 10
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["seed"] == 3
    assert (record["recipe"]["batch_size"], record["recipe"]["lr"]) == (8, 0.01)

    assert main(["evaluate", out, "--data", "tiny", "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert set(evaluated) == {"accuracy", "loss", "num_images"}
    assert evaluated["accuracy"] == trained["accuracy"]

    assert main(["evaluate", out, "--data", "tiny"]) == 0
    assert "on 10 held-out images." in capsys.readouterr().out
    error = failure(capsys, "evaluate", out, "--data", "other")
    assert error.startswith("The run knows the classes a, b (2), the data has a, c (2).")


def test_a_network_that_segments_says_mean_iou(data, tmp_path, capsys, monkeypatch):
    def with_masks(split):
        return replace(split, masks=split.images.mean(axis=3) > 128)

    masked = replace(data, train=with_masks(data.train), test=with_masks(data.test))
    for module in ("run", "evaluate"):
        monkeypatch.setattr(f"explorer.training.{module}.load", lambda *_, **__: masked)
    network = json.loads(SPEC)
    network["head"] = {"kind": "segment", "num_classes": 7, "width": 8, "dilation": 1}
    path = tmp_path / "segment.json"
    path.write_text(json.dumps(network))
    out = str(tmp_path / "run")
    given = ["train", str(path), "--data", "tiny", "--out", out, "--epochs", "1"]
    assert main([*given, "--json"]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert len(trained["class_iou"]) == 3
    assert "accuracy" not in trained
    assert main(["evaluate", out, "--data", "tiny", "--json"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert set(evaluated) == {"mean_iou", "pixel_accuracy", "loss", "num_images", "class_iou"}
    for name in ("mean_iou", "pixel_accuracy"):
        assert evaluated[name] == trained[name]
        assert 0 <= trained[name] <= 1
    assert main(["evaluate", out, "--data", "tiny"]) == 0
    assert capsys.readouterr().out.startswith("Mean IoU ")


def test_text_for_people_says_what_was_adapted(tmp_path, capsys):
    main(["train", "resnet20", "--data", "tiny", "--out", str(tmp_path / "r"), "--epochs", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The classifier has 2 classes as the data, instead of 10."
    assert lines[-2].startswith("resnet20 on tiny: accuracy ")
    assert lines[-1].startswith("Steps took ")
    assert "s to the first figure and " in lines[-1]


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--data", "nowhere"], "There is no data set"),
        (["--epochs", "0"], "epochs"),
        (["--epochs", "two"], "invalid int value"),
        (["--recipe", "magic"], "no recipe called 'magic'"),
        (["--lr", "-1"], "lr"),
        (["--lr", "nan"], "lr"),
        (["--device", "tpu"], "no device called 'tpu'"),
        (["--seed", "-1"], "seed -1"),
        (["--set", "cutout"], "'cutout' does not say what to set. Write a field and its value"),
        (["--set", "colour=8"], "The recipe cannot be used: colour"),
        (["--set", "cutout=much"], "The recipe cannot be used: cutout"),
        (["--set", "self=1"], "The recipe cannot be used: self"),
        (["--set", "milestones=" + "[" * 100_000], "The recipe cannot be used: milestones"),
        (["--threads", "0"], "0 threads are out of range. Use a number from 1 to 1024."),
    ],
)
def test_errors_are_one_line(spec, tmp_path, capsys, extra, words):
    given = ["train", spec, "--data", "tiny", "--out", str(tmp_path / "run"), "--epochs", "1"]
    assert words in failure(capsys, *given, *extra)
    assert not (tmp_path / "run").exists()


def test_no_such_network(tmp_path, capsys):
    given = ["--data", "tiny", "--out", str(tmp_path)]
    assert "resnet20" in failure(capsys, "train", "resnet2o", *given)


def test_a_second_run_in_one_folder(spec, tmp_path, capsys):
    given = ["train", spec, "--data", "tiny", "--out", str(tmp_path / "r"), "--epochs", "1"]
    main(given)
    capsys.readouterr()
    assert "already holds a run" in failure(capsys, *given)
    main([*given, "--resume", "--json"])
    assert json.loads(capsys.readouterr().out)["epochs"] == 1


def test_a_folder_that_cannot_be_made(spec, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    given = ["train", spec, "--data", "tiny", "--out", str(tmp_path / "file" / "run")]
    assert "cannot be written" in failure(capsys, *given)


def test_evaluate_something_that_is_no_run(tmp_path, capsys):
    assert "There is no run" in failure(capsys, "evaluate", str(tmp_path), "--data", "tiny")


def test_interrupted_and_resumed(spec, tmp_path, capsys, monkeypatch):
    given = ["train", spec, "--data", "tiny", "--out", str(tmp_path / "r"), "--epochs", "2"]
    run = step.Step.run

    def interrupted(self, draws):
        run(self, draws)
        signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(step.Step, "run", interrupted)
        error = failure(capsys, *given)
    assert "Run the same command with --resume." in error
    assert signal.getsignal(signal.SIGINT) is before
    assert main([*given, "--resume"]) == 0


@pytest.fixture
def heeds_interrupts():
    """Have Python's own handler: who starts tests in the background may have left none."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


@pytest.mark.usefixtures("heeds_interrupts")
def test_a_second_interrupt_is_not_caught():
    with train.stop_on_interrupt() as should_stop:
        assert not should_stop()
        signal.raise_signal(signal.SIGINT)
        assert should_stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
