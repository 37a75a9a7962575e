"""Networks that say a class of every pixel: targets, scores, and training."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, jaccard_score

from explorer.blocks.wider import Wider
from explorer.data import IGNORED, Dataset, Split
from explorer.data.shapes.build import load_shapes
from explorer.data.shapes.config import ShapesConfig
from explorer.errors import DataError
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.store import runs
from explorer.training import run as run_module
from explorer.training.augment import Normalise, draw_epoch
from explorer.training.evaluate import evaluate_run
from explorer.training.feed import Batch, Feed
from explorer.training.fit import fit
from explorer.training.predict import predicted_masks
from explorer.training.recipe import Recipe
from explorer.training.run import train_run
from explorer.training.segmentation import NO_TARGET, confusion, iou, score_masks, targets
from explorer.training.step import hits_of
from explorer.weights import load_run

COLOURS = ((40, 40, 40), (220, 60, 60), (60, 60, 220))


def painted(count: int, seed: int, size: int = 16) -> Split:
    """Return grey images with one red or blue rectangle each: learnt in seconds."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 2).astype(np.int64)
    masks = np.zeros((count, size, size), dtype=bool)
    for mask in masks:
        top, left = rng.integers(0, size - 6, 2)
        mask[top : top + 6, left : left + 6] = True
    images = np.empty((count, size, size, 3))
    images[:] = COLOURS[0]
    for i in range(count):
        images[i][masks[i]] = COLOURS[1 + labels[i]]
    noisy = images + rng.integers(-30, 30, images.shape)
    return Split(noisy.clip(0, 255).astype(np.uint8), labels, masks)


@pytest.fixture
def dataset() -> Dataset:
    mean, std = (0.2, 0.2, 0.2), (0.2, 0.2, 0.2)
    return Dataset("painted", ("red", "blue"), painted(64, 1), painted(20, 2), mean, std, "p" * 64)


@pytest.fixture
def data(dataset, monkeypatch) -> str:
    for module in ("training.run", "training.evaluate", "data.samples"):
        # By name in sys.modules: the package has a function called samples as well.
        monkeypatch.setattr(sys.modules[f"explorer.{module}"], "load", lambda *_, **__: dataset)
    return "painted"


@pytest.fixture
def spec() -> NetworkSpec:
    stem = StemSpec(width=8, kernel_size=3, stride=1, pool=False, activation=False)
    stages = (
        StageSpec(depth=1, width=8, block=Wider()),
        StageSpec(depth=1, width=16, stride=2, block=Wider(dilation=2, dropout=0.1)),
    )
    head = HeadSpec(kind="segment", num_classes=5, width=16, dilation=1)
    return NetworkSpec(image_size=16, stem=stem, stages=stages, head=head)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(epochs=3, batch_size=16, lr=0.05, crop_padding=2, precision="float32")


def test_the_figures_are_scikit_learns():
    rng = np.random.default_rng(0)
    wanted, predicted = rng.integers(0, 5, (3, 40, 40)), rng.integers(0, 4, (3, 40, 40))
    wanted[rng.random(wanted.shape) < 0.1] = NO_TARGET
    counts = wanted >= 0
    matrix = confusion(torch.from_numpy(predicted), torch.from_numpy(wanted), 7)
    assert int(matrix.sum()) == counts.sum()
    labels = list(range(5))
    expected = jaccard_score(wanted[counts], predicted[counts], labels=labels, average=None)
    assert iou(matrix)[:5] == pytest.approx(expected, rel=1e-12)
    assert iou(matrix)[5:] == (None, None)
    share = int(matrix.trace()) / int(matrix.sum())
    assert share == pytest.approx(accuracy_score(wanted[counts], predicted[counts]), rel=1e-12)


def test_mean_iou_of_batches_is_that_of_all_pixels(monkeypatch):
    monkeypatch.setattr("explorer.training.segmentation.BATCH_SIZE", 3)
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (7, 6, 6, 3), dtype=np.uint8)
    masks = rng.integers(0, 3, (7, 6, 6)).astype(np.uint8)
    masks[0, 0] = IGNORED
    device = torch.device("cpu")
    normalise = Normalise((0.5,) * 3, (0.2,) * 3, device, torch.contiguous_format)
    # The channels themselves are the logits, so that every figure can be had from the images.
    score = score_masks(torch.nn.Identity(), *map(torch.from_numpy, (images, masks)), normalise)
    logits = (images / 255 - 0.5) / 0.2
    counts, answers = masks != IGNORED, logits.argmax(-1)
    expected = jaccard_score(masks[counts], answers[counts], average="macro")
    assert score.mean_iou == pytest.approx(expected)
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    true = np.take_along_axis(logs, np.where(counts, masks, 0)[..., None].astype(int), -1)[..., 0]
    assert score.loss == pytest.approx(-true[counts].mean(), rel=1e-5)
    assert score.num_images == 7


@pytest.mark.parametrize("layout", ["channels_last", "contiguous"])
@pytest.mark.parametrize("border", ["mirror", "zero"])
def test_masks_move_with_their_images(border, layout):
    split = painted(12, 5)
    # An image whose every channel is its mask: they must stay equal where there is an image.
    values = np.where(split.masks, split.labels[:, None, None] + 1, 0).astype(np.uint8)
    images = np.repeat(values[..., None], 3, axis=3)
    split = Split(images, split.labels, split.masks)
    dataset = Dataset("same", ("a", "b"), split, split, (0.5,) * 3, (0.25,) * 3, "")
    recipe = Recipe(flip="random", crop_padding=3, border=border, cutout=5)
    draws = draw_epoch(12, recipe, seed=1, epoch=0, size=(16, 16))
    assert draws.flip.any()
    assert draws.dx.any()
    feed = Feed(dataset, recipe, torch.device("cpu"), segments=True)
    batch = feed.batch(draws, layout)
    shown = ((batch.images * 0.25 + 0.5) * 255).round().long()[:, 1]
    hidden = shown == 128  # the mean colour
    assert 0.02 < float(hidden.float().mean()) < 0.4
    assert (batch.targets[hidden] == NO_TARGET).all()
    assert torch.equal(shown[~hidden], batch.targets[~hidden])


def test_ignored_pixels_count_nowhere():
    masks = torch.tensor([[[0, IGNORED], [2, 1]]], dtype=torch.uint8)
    wanted = targets(masks)
    assert wanted.tolist() == [[[0, NO_TARGET], [2, 1]]]
    logits = torch.nn.functional.one_hot(torch.tensor([[[0, 2], [2, 2]]]), 3).permute(0, 3, 1, 2)
    hits = hits_of(logits.float(), Batch(torch.zeros(1), wanted))
    assert float(hits) == pytest.approx(2 / 3)


def test_the_head_follows_the_masks(spec, dataset, recipe):
    fitted = fit(spec, recipe, dataset)
    assert fitted.spec.head.num_classes == 3
    assert fitted.spec.head.upsample
    classes, enlarged = fitted.notes
    assert classes == (
        "The classifier has 3 classes as the data, the background among them, instead of 5."
    )
    assert enlarged == "The scores are enlarged to the size of the images."


def test_data_without_masks_is_refused(spec, dataset, recipe):
    bare = replace(dataset, train=replace(dataset.train, masks=None))
    with pytest.raises(DataError, match="painted has no masks, so no network can learn"):
        fit(spec, recipe, bare)


def test_a_run_says_mean_iou_everywhere(spec, data, dataset, recipe, tmp_path):
    recipe = recipe.changed(epochs=12)
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path)
    result = record.result
    lines = [json.loads(line) for line in (tmp_path / runs.METRICS).read_text().splitlines()]
    epochs = [line for line in lines if "test_mean_iou" in line]
    assert len(epochs) == 12
    assert "test_accuracy" not in epochs[-1]
    assert epochs[-1]["test_mean_iou"] == result.mean_iou
    assert epochs[-1]["test_pixel_accuracy"] == result.accuracy
    assert record.data.classes == ("background", "red", "blue")
    assert result.mean_iou > 0.6  # all background: 1/3 of its share of the pixels
    assert result.figures()["mean_iou"] == result.mean_iou
    assert "accuracy" not in result.figures()

    score = evaluate_run(tmp_path, data, device="cpu")
    assert (score.mean_iou, score.pixel_accuracy) == (result.mean_iou, result.accuracy)
    assert score.class_iou == result.class_iou

    shown = predicted_masks(str(tmp_path), (0, 3, 23))
    network, _ = load_run(tmp_path)
    assert len(shown) == 3
    np.testing.assert_array_equal(shown[2].image, dataset.test.images[3])
    np.testing.assert_array_equal(shown[2].predicted, shown[1].predicted)
    np.testing.assert_array_equal(shown[1].wanted > 0, dataset.test.masks[3])
    images = torch.from_numpy(dataset.test.images[:1]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        answer = network.eval()((images - 0.2) / 0.2).argmax(1)[0]
    assert (answer.numpy() == shown[0].predicted).mean() > 0.99


@pytest.mark.parametrize("batches", [1, 4, 6])
def test_resumed_equals_uninterrupted(spec, data, recipe, tmp_path, batches):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    first = train_run(spec, data, recipe, folder=whole, device="cpu")
    left = [batches + 1]

    def should_stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    stopped = train_run(spec, data, recipe, folder=broken, device="cpu", should_stop=should_stop)
    assert stopped.result is None
    again = train_run(spec, data, recipe, folder=broken, device="cpu", resume=True)
    assert again.result.mean_iou == first.result.mean_iou
    assert (whole / runs.WEIGHTS).read_bytes() == (broken / runs.WEIGHTS).read_bytes()


def test_small_shapes_are_learnt_beyond_all_background(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))
    config = ShapesConfig(32, num_train=240, num_test=48, max_clutter=0, noise=(0.0,))
    drawn = load_shapes("shapes", config, seed=0)
    # Which of eight shapes it is takes minutes to learn; where it is, seconds.
    shapes = replace(
        drawn,
        pixel_classes=("background", "shape"),
        train=replace(drawn.train, pixels=drawn.train.masks.astype(np.uint8)),
        test=replace(drawn.test, pixels=drawn.test.masks.astype(np.uint8)),
    )
    monkeypatch.setattr(run_module, "load", lambda *_, **__: shapes)
    stem = StemSpec(width=16, kernel_size=3, stride=1, pool=False, activation=False)
    stages = (
        StageSpec(depth=1, width=16, stride=2, block=Wider()),
        StageSpec(depth=1, width=32, block=Wider(dilation=2)),
    )
    head = HeadSpec(kind="segment", num_classes=9, width=32, dilation=2, upsample=True)
    spec = NetworkSpec(image_size=32, stem=stem, stages=stages, head=head)
    recipe = Recipe(epochs=6, batch_size=16, optimiser="adamw", lr=1e-2, weight_decay=0.01)
    record = train_run(spec, "shapes", recipe, folder=tmp_path / "run", device="cpu")
    background = 1 - shapes.test.masks.mean()
    assert record.data.classes == ("background", "shape")
    assert record.result.accuracy > background + 0.03
    assert record.result.mean_iou > background / 2 + 0.15


def test_a_run_of_whole_images_has_no_masks(spec, data, recipe, tmp_path):
    plain = spec.model_copy(update={"head": HeadSpec(num_classes=2)})
    train_run(plain, data, recipe.changed(epochs=1), folder=tmp_path, device="cpu")
    with pytest.raises(DataError, match="has no masks to show"):
        predicted_masks(str(tmp_path), (0,))
