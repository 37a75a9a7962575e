"""``lesion`` and ``gradients``, from the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.builder import build
from explorer.cli.commands import main
from explorer.data.dataset import Dataset, Split
from explorer.errors import DataError
from explorer.lesion.deletion import delete
from explorer.spec.codec import from_data
from explorer.store.runs import DataRecord, RunRecord, write
from explorer.training import process
from explorer.training.evaluate import held_out
from explorer.weights import save

SPEC = {
    "image_size": 8,
    "stem": {"width": 4, "kernel_size": 3, "stride": 1, "pool": False},
    "stages": [{"depth": 2, "width": 4}, {"depth": 1, "width": 8, "stride": 2}],
    "head": {"num_classes": 2},
}


@pytest.fixture(autouse=True)
def data(monkeypatch):
    rng = np.random.default_rng(0)

    def split(num):
        images = rng.integers(0, 256, (num, 8, 8, 3), dtype=np.uint8)
        return Split(images, np.arange(num) % 2)

    dataset = Dataset("tiny", ("a", "b"), split(32), split(11), (0.5,) * 3, (0.3,) * 3, "x")

    def load(name, *, seed=0, image_size=None, on_progress=None):
        if name != "tiny":
            raise DataError(f"There is no data set, folder or file {name!r}.", "Look again.")
        return dataset

    monkeypatch.setattr("explorer.training.evaluate.load", load)
    monkeypatch.setattr("explorer.gradient.task.load", load)
    monkeypatch.setattr(process, "prepare", lambda: None)


@pytest.fixture
def folder(tmp_path):
    spec = from_data(SPEC)
    facts = {"mean": (0.5,) * 3, "std": (0.3,) * 3, "image_size": 8}
    known = DataRecord(name="tiny", classes=("a", "b"), **facts)
    record = RunRecord(title="tiny", spec=spec, data=known, recipe={}, seed=0, device="cpu")
    write(tmp_path / "run", record)
    save(build(spec), tmp_path / "run" / "weights.safetensors")
    return tmp_path / "run"


def test_lesion(folder, capsys):
    assert main(["lesion", str(folder), "--data", "tiny", "--json"]) == 0
    captured = capsys.readouterr()
    assert not captured.err
    found = json.loads(captured.out)
    assert found["num_images"] == 11
    assert [one["unit"] for one in found["deleted"]] == ["layer1.0", "layer1.1", "layer2.0"]
    given = held_out(folder, "tiny", device="cpu")
    inputs = given.normalise(given.images)
    for one in found["deleted"]:
        right = delete(given.network, [one["unit"]])(inputs).argmax(1) == given.labels
        assert one["accuracy"] == pytest.approx(right.double().mean().item())
        assert one["error"] == pytest.approx(1 - one["accuracy"])
    main(["lesion", str(folder), "--data", "tiny"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("on 11 held-out images. Without one unit:")
    assert [line.split()[0] for line in lines[1:]] == ["layer1.0", "layer1.1", "layer2.0"]


def test_gradients_of_a_run(folder, capsys):
    given = ["gradients", str(folder), "--data", "tiny", "--images", "3"]
    assert main([*given, "--draws", "4", "--samples", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert [row["count"] for row in found["lengths"]] == ["1", "3", "3", "1"]
    assert sum(row["share"] for row in found["lengths"]) == pytest.approx(1, abs=1e-5)
    assert sum(row["norm_share"] for row in found["lengths"]) == pytest.approx(1)
    first, last = found["lengths"][0], found["lengths"][-1]
    for row in (first, last):
        # A single path is all there is of its length, however it is measured.
        assert row["mean_path_norm"] == pytest.approx(row["exact_norm"], rel=1e-4)
    assert 1 <= found["effective_depth"] <= 4
    main([*given, "--longest", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[0] == "Gradient of the loss at 3 images, by units on the path"


def test_gradients_at_initialisation(tmp_path, capsys):
    path = tmp_path / "net.json"
    path.write_text(json.dumps(SPEC))
    given = ["gradients", str(path), "--data", "tiny", "--json"]
    main(given)
    one = json.loads(capsys.readouterr().out)
    main(given)
    assert json.loads(capsys.readouterr().out) == one
    assert one["gradient_norm"] > 0
    main([*given, "--seed", "1"])
    assert json.loads(capsys.readouterr().out)["gradient_norm"] != one["gradient_norm"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["lesion", "nowhere", "--data", "tiny"], "There is no run in nowhere."),
        (["lesion", "RUN", "--data", "nowhere"], "There is no data set"),
        (["gradients", "resnet2o", "--data", "tiny"], "There is no preset called 'resnet2o'."),
        (["gradients", "RUN", "--data", "tiny", "--images", "0"], "At least one image is needed."),
        (["gradients", "RUN", "--data", "tiny", "--longest", "0"], "Paths up to 0 units"),
        (["gradients", "RUN", "--data", "tiny", "--draws", "1"], "One draw has no error"),
    ],
)
def test_mistakes_are_one_line(folder, capsys, given, words):
    with pytest.raises(SystemExit) as left:
        main([str(folder) if word == "RUN" else word for word in given])
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(words)
    assert len(captured.err.splitlines()) == 1


def test_a_network_without_a_training_has_no_epochs(tmp_path, capsys):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    with pytest.raises(SystemExit, match="2"):
        main(["gradients", str(path), "--data", "tiny", "--epoch", "1"])
    assert "Only a run has epochs." in capsys.readouterr().err


def test_gradients_at_an_epoch_that_was_not_kept(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["gradients", str(folder), "--data", "tiny", "--epoch", "3"])
    assert "has no weights of epoch 3" in capsys.readouterr().err
