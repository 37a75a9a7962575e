"""One training loop in a process of its own: it takes steps when told to, and says how long.

    python training_loops.py usual|float32|auto NETWORK

``usual`` is the loop of most tutorials: PIL transforms in a ``DataLoader``, float32, a loss read
at each step. The others are ours. A line with a number on standard input is answered with the
seconds that so many steps took, and with those that making so many batches takes.
``EXPLORER_THREADS`` sets the threads of all.
"""

from __future__ import annotations

import os
import sys
from itertools import cycle
from time import perf_counter

import numpy as np
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
from explorer.training.device import autocast_dtype
from explorer.training.feed import Feed
from explorer.training.loop import Trainer
from explorer.training.plan import Plan
from explorer.training.process import prepare
from explorer.training.recipe import Recipe
from explorer.training.threads import num_threads

BATCH = 128
CPU = torch.device("cpu")
RATE = 0.1
MORE = 3
"""Batches made for each step, since they take so little of its time."""


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
    def __init__(self, network: nn.Module, dataset: Dataset):
        self.network = network.train()
        self.loader = DataLoader(PilImages(dataset), batch_size=BATCH, shuffle=True, drop_last=True)
        self.batches = self.endless()
        self.optimiser = torch.optim.SGD(
            network.parameters(), lr=RATE, momentum=0.9, weight_decay=5e-4, nesterov=True
        )

    def endless(self):
        while True:
            yield from self.loader

    def batch(self):
        return next(self.batches)

    def step(self) -> None:
        x, y = self.batch()
        self.optimiser.zero_grad()
        loss = nn.functional.cross_entropy(self.network(x), y)
        loss.backward()
        self.optimiser.step()
        assert loss.item() > 0


class Ours:
    def __init__(self, network: nn.Module, dataset: Dataset, precision: str):
        half = autocast_dtype(precision, CPU) is not None
        plan = Plan(precision="bfloat16" if half else "float32", threads=torch.get_num_threads())
        recipe = Recipe(batch_size=BATCH, lr=RATE, precision=precision)
        feed = Feed(dataset, recipe, CPU)
        trainer = Trainer(network, dataset, recipe, seed=0, device=CPU, plan=plan, feed=feed)
        trainer.network.train()
        self.take, self.feed, self.layout = trainer._take_step, feed, plan.layout
        draws = draw_epoch(len(dataset.train), recipe, 0, 0, feed.size)
        starts = range(0, len(dataset.train) - BATCH + 1, BATCH)
        self.draws = cycle([draws.batch(start, BATCH) for start in starts])

    def batch(self):
        return self.feed.batch(next(self.draws), self.layout)

    def step(self) -> None:
        self.take(next(self.draws), RATE)


def timed(act, times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        act()
    return perf_counter() - began


def main(kind: str, name: str) -> None:
    torch.set_num_threads(num_threads())
    if kind != "usual":
        prepare()
    dataset = images()
    head = HeadSpec(num_classes=dataset.num_classes)
    network = build(preset(name).model_copy(update={"head": head}))
    loop = Usual(network, dataset) if kind == "usual" else Ours(network, dataset, kind)
    timed(loop.step, 2)
    print("ready", flush=True)
    for line in sys.stdin:
        steps = int(line)
        print(timed(loop.step, steps), timed(loop.batch, MORE * steps) / MORE, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
