from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.blocks.preact import PreAct
from explorer.data.dataset import Dataset, Split
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.store import bundles
from explorer.training import run as run_module
from explorer.training.recipe import Recipe
from explorer.training.run import train_run

SIZE = 10


def make_split(count: int, seed: int) -> Split:
    """Return images whose brightest channel is their class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    images = rng.integers(0, 120, (count, SIZE, SIZE, 3))
    images[np.arange(count), :, :, labels] += 100
    return Split(images.astype(np.uint8), labels.astype(np.int64))


@pytest.fixture(autouse=True)
def one_thread():
    """Sums in one order, whatever machine the tests run on."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def dataset() -> Dataset:
    train, test = make_split(50, 1), make_split(21, 2)
    names = ("red", "green", "blue")
    return Dataset("colours", names, train, test, (0.4, 0.4, 0.4), (0.2, 0.2, 0.2), "f" * 64)


@pytest.fixture
def spec() -> NetworkSpec:
    """A network with dropout, so that every generator matters."""
    stem = StemSpec(width=4, kernel_size=3, stride=1, pool=False, activation=False)
    stages = (
        StageSpec(depth=1, width=4, block=PreAct(dropout=0.3)),
        StageSpec(depth=1, width=8, stride=2, block=PreAct(dropout=0.3)),
    )
    return NetworkSpec(image_size=SIZE, stem=stem, stages=stages, head=HeadSpec(num_classes=3))


@pytest.fixture
def recipe() -> Recipe:
    """Three epochs of six steps."""
    return Recipe(
        epochs=3, batch_size=8, lr=0.05, crop_padding=2, label_smoothing=0.1, precision="float32"
    )


@pytest.fixture
def data(dataset, monkeypatch) -> str:
    """The name under which a training finds the tiny data."""

    def load(name, *, seed=0, image_size=None, on_progress=None):
        if on_progress is not None:
            on_progress("Reading images", 0.5)
        return dataset

    monkeypatch.setattr(run_module, "load", load)
    return "colours"


@pytest.fixture
def short(recipe):
    return recipe.changed(epochs=2)


@pytest.fixture
def run(spec, data, short, tmp_path):
    """The folder of a run that has ended, as a job leaves it."""
    folder = tmp_path / "run"
    train_run(spec, data, short, seed=3, device="cpu", folder=folder, submitted=1.0)
    (folder / "log.txt").write_text("what a job printed\n")
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "old").write_text("no part of the run")
    return folder


@pytest.fixture
def unfinished(spec, data, short, tmp_path):
    """The folder of a run that was stopped in its second epoch."""
    folder, seen = tmp_path / "unfinished", []
    train_run(
        spec,
        data,
        short,
        device="cpu",
        folder=folder,
        title="Half a run",
        on_event=seen.append,
        should_stop=lambda: len(seen) > 9,
    )
    return folder


@pytest.fixture
def bundle(run, tmp_path):
    target = tmp_path / "run.zip"
    bundles.pack(run, target)
    return target
