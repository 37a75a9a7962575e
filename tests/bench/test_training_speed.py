"""Our loop against the usual one: PIL transforms in a DataLoader, float32, a loss read each step.

Both train ResNet-20 on the same images in one process, in turns, so that what else the machine
does hits both. ``EXPLORER_BENCH_DATA`` names a folder or zip of real images (CIFAR-10, say);
without it the images are noise, which trains no worse in time.
"""

from __future__ import annotations

import os
import statistics
from itertools import cycle
from time import perf_counter

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms

from explorer.builder import build
from explorer.data import load
from explorer.data.dataset import Dataset, Split
from explorer.spec import HeadSpec
from explorer.spec.presets import preset
from explorer.training.augment import draw_epoch
from explorer.training.loop import Trainer
from explorer.training.recipe import Recipe

BATCH = 128
ROUNDS = int(os.environ.get("EXPLORER_BENCH_ROUNDS", "12"))
STEPS = 3
CPU = torch.device("cpu")


def images() -> Dataset:
    asked = os.environ.get("EXPLORER_BENCH_DATA")
    if asked:
        return load(asked)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (BATCH * 40, 32, 32, 3), dtype=np.uint8)
    train = Split(noise, rng.integers(0, 10, len(noise)))
    test = Split(noise[:10], train.labels[:10])
    return Dataset("noise", tuple("0123456789"), train, test, (0.5,) * 3, (0.25,) * 3, "")


class PilImages(torch.utils.data.Dataset):
    def __init__(self, dataset: Dataset):
        self.images, self.labels = dataset.train.images, dataset.train.labels
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(dataset.mean, dataset.std),
            ]
        )

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


class Usual:
    """The loop of most tutorials."""

    def __init__(self, network: nn.Module, dataset: Dataset):
        self.network = network.train()
        loader = DataLoader(PilImages(dataset), batch_size=BATCH, shuffle=True, drop_last=True)
        self.loader, self.iterator = loader, iter(loader)
        self.optimiser = torch.optim.SGD(
            network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True
        )

    def step(self) -> None:
        batch = next(self.iterator, None)
        if batch is None:
            self.iterator = iter(self.loader)
            batch = next(self.iterator)
        x, y = batch
        self.optimiser.zero_grad()
        loss = nn.functional.cross_entropy(self.network(x), y)
        loss.backward()
        self.optimiser.step()
        assert loss.item() > 0


class Ours:
    def __init__(self, network: nn.Module, dataset: Dataset, precision: str):
        recipe = Recipe(batch_size=BATCH, precision=precision)
        self.trainer = Trainer(network, dataset, recipe, seed=0, device=CPU)
        self.trainer.network.train()
        draws = draw_epoch(len(dataset.train), recipe, 0, 0)
        starts = range(0, len(dataset.train) - BATCH + 1, BATCH)
        self.batches = cycle(draws.batch(start, BATCH) for start in starts)

    def step(self) -> None:
        self.trainer._train_step(next(self.batches))


@pytest.mark.bench
def test_our_loop_is_faster_than_the_usual_one():
    dataset = images()
    base = preset("resnet20")
    spec = base.model_copy(update={"head": HeadSpec(num_classes=dataset.num_classes)})
    loops = {
        "usual": Usual(build(spec), dataset),
        "ours, float32": Ours(build(spec), dataset, "float32"),
        "ours, auto": Ours(build(spec), dataset, "auto"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for round_ in range(ROUNDS + 1):
        for name, loop in loops.items():
            start = perf_counter()
            for _ in range(STEPS):
                loop.step()
            if round_:
                seconds[name].append(perf_counter() - start)
    best = {name: min(found) for name, found in seconds.items()}
    for name in loops:
        middle = statistics.median(seconds[name])
        rates = [round(STEPS * BATCH / s) for s in (best[name], middle)]
        ratio = best["usual"] / best[name]
        print(f"\n{name}: {rates[0]} images/s (median {rates[1]}), {ratio:.2f} x", end="")
    assert best["usual"] / best["ours, float32"] > 1.05
    assert best["usual"] / best["ours, auto"] > 1.05
