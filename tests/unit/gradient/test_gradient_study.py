"""What the pages ask for: one study of a network, a training, and responses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.analysis.effective_depth import effective_depth
from explorer.analysis.gradient_study import Question, Weights, over_epochs
from explorer.data.dataset import Dataset, Split
from explorer.errors import DataError, WeightsError
from explorer.gradient.exact import gradient_by_length
from explorer.gradient.linearised import by_autograd, linearise
from explorer.gradient.study import over_training, response_of, study
from explorer.gradient.task import at_initialisation, of_run
from explorer.spec.codec import from_data
from explorer.training import run as run_module
from explorer.training.recipe import Recipe
from explorer.training.run import train_run
from tests.unit.gradient.gradient_lab import BLOCKS, autograd, images_for, network_of

SPEC = from_data(
    {
        "image_size": 8,
        "stem": {"width": 4, "kernel_size": 3, "stride": 1, "pool": False},
        "stages": [{"depth": 2, "width": 4}, {"depth": 1, "width": 8, "stride": 2}],
        "head": {"num_classes": 2},
    }
)


@pytest.fixture(autouse=True)
def data(monkeypatch):
    rng = np.random.default_rng(0)

    def split(num):
        images = rng.integers(0, 256, (num, 8, 8, 3), dtype=np.uint8)
        return Split(images, np.arange(num) % 2)

    dataset = Dataset("tiny", ("a", "b"), split(32), split(11), (0.5,) * 3, (0.3,) * 3, "x")

    def load(name, *, seed=0, image_size=None, on_progress=None):
        return dataset

    monkeypatch.setattr("explorer.training.evaluate.load", load)
    monkeypatch.setattr("explorer.gradient.task.load", load)
    monkeypatch.setattr(run_module, "load", load)


@pytest.fixture
def folder(tmp_path):
    recipe = Recipe(epochs=3, batch_size=8, crop_padding=0, flip="none", precision="float32")
    train_run(SPEC, "tiny", recipe, seed=4, folder=tmp_path / "run", device="cpu")
    return tmp_path / "run"


@pytest.mark.parametrize("name", ["basic A", "preact", "densenet", "v2, exclusive gate"])
def test_the_check_is_against_autograd(name):
    network = network_of(BLOCKS[name])
    images = images_for(network, 2)
    torch.testing.assert_close(by_autograd(linearise(network, images)), autograd(network, images))
    found = gradient_by_length(network, images, check=True)
    assert found.gap is not None
    assert found.gap <= 1e-12
    cut = gradient_by_length(network, images, longest=2, check=True)
    assert not cut.is_complete
    assert cut.gap is not None
    assert cut.gap <= 1e-12


def test_the_check_would_see_a_wrong_sum(monkeypatch):
    network = network_of(BLOCKS["basic A"])
    images = images_for(network)
    wrong = by_autograd(linearise(network, images)) * 1.01
    monkeypatch.setattr("explorer.gradient.exact.by_autograd", lambda _: wrong)
    assert gradient_by_length(network, images, check=True).gap == pytest.approx(0.01 / 1.01)


def test_a_study_of_a_new_network(tmp_path):
    progress = tmp_path / "progress"
    question = Question(num_images=2, num_draws=3, num_samples=4, seed=1)
    found = study(Weights("tiny", spec=SPEC, seed=5), question, progress)
    assert found.is_double
    assert found.exact.gap is not None
    assert found.exact.gap <= 1e-12
    assert found.exact.arriving is not None
    subject = at_initialisation(SPEC, "tiny", 2, seed=5, dtype=torch.float64)
    np.testing.assert_allclose(found.exact.norm, gradient_by_length(*subject).norm, rtol=1e-9)
    rows = found.rows
    assert [row["count"] for row in rows] == ["1", "3", "3", "1"]
    for row in rows:
        assert row["rms_low"] <= row["rms_path_norm"] <= row["rms_high"]
        assert row["mean_low"] <= row["mean_path_norm"] <= row["mean_high"]
        assert row["count_times_mean"] == pytest.approx(int(row["count"]) * row["mean_path_norm"])
    assert 0 < float(progress.read_text()) <= 1
    assert 1 <= found.effective_depth <= 3
    assert found.effective_depth == effective_depth(found.exact.arriving[0])


def test_longest_paths_only():
    found = study(Weights("tiny", spec=SPEC), Question(longest=1, num_draws=2, num_samples=2))
    assert [row["length"] for row in found.rows] == [0, 1]
    assert found.sampled is not None
    assert np.isnan(found.sampled.mean[2:]).all()


def test_over_training(folder):
    found = over_training(folder, "tiny", Question(num_images=3))
    assert [moment.epoch for moment in found] == [0, 1, 2, 3]
    for moment, epoch in zip(found, (0, 1, 2, None), strict=True):
        expected = gradient_by_length(*of_run(folder, "tiny", 3, epoch=epoch))
        np.testing.assert_array_equal(moment.exact.norms, expected.norms)
    sizes = [moment.exact.norm.sum() for moment in found]
    assert len(set(sizes)) == 4
    assert [row["epoch"] for row in over_epochs(found)] == [e for e in range(4) for _ in range(4)]


def test_before_the_first_step_the_weights_are_those_of_the_seed(folder):
    begun = of_run(folder, "tiny", 1, epoch=0).network
    torch.manual_seed(4)
    conv = torch.nn.Conv2d(3, 4, 3, bias=False)
    assert begun.conv1.weight.shape == conv.weight.shape
    fresh = at_initialisation(SPEC, "tiny", 1, seed=4).network
    assert all(map(torch.equal, begun.parameters(), fresh.parameters()))


def test_an_epoch_that_is_not_there(folder):
    with pytest.raises(WeightsError, match="no weights of epoch 9"):
        study(Weights("tiny", run=folder, epoch=9), Question())


def test_responses_of_both(folder):
    for weights in (Weights("tiny", spec=SPEC), Weights("tiny", run=folder)):
        found = response_of(weights, 8)
        assert found[0].layer == "conv1"
        assert len(found) == 7
        assert all(one.std > 0 for one in found)


def test_a_network_for_other_channels_says_so():
    grey = SPEC.model_copy(update={"in_channels": 1})
    with pytest.raises(DataError, match="images of 1 channels, the data set tiny has 3"):
        study(Weights("tiny", spec=grey), Question())
