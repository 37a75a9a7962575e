"""Our loop against the usual one: a ``DataLoader``, float32, a loss read each step.

Each loop has a process of its own, ours set up as a worker sets it up, and they take turns: what
else the machine does hits all of them. How long threads spin is the same for all: on a busy
machine the default costs the usual loop ten times as much, and that is another matter.
``EXPLORER_BENCH_DATA`` names a folder or zip of real images (CIFAR-10, say); without it the
images are noise, which trains no worse in time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from explorer.training import threads
from explorer.training.device import multiplies_bfloat16

pytestmark = pytest.mark.bench

SCRIPT = Path(__file__).with_name("training_loops.py")
ROUNDS = int(os.environ.get("EXPLORER_BENCH_ROUNDS", "12"))
STEPS = 3
BATCH = 128
KINDS = ("usual", "float32", "auto")


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


class Took(NamedTuple):
    steps: float
    batches: float


class Loop:
    def __init__(self, kind: str, name: str):
        root = str(SCRIPT.parents[2])
        setup = threads.WAITING if kind == "usual" else threads.ENVIRONMENT
        env = {**setup, **os.environ, "PYTHONPATH": root}
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), kind, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )

    def read(self) -> str:
        return self.process.stdout.readline()

    def take(self, steps: int) -> Took:
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return Took(*map(float, self.read().split()))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)


@pytest.mark.parametrize("name", ["resnet20", "wrn_16_2", "res2net29_23w_4s"])
def test_our_loop_is_faster_than_the_usual_one(name):
    loops = {}
    for kind in KINDS:
        loops[kind] = Loop(kind, name)
        assert loops[kind].read() == "ready\n"
    rounds = [{kind: loop.take(STEPS) for kind, loop in loops.items()} for _ in range(ROUNDS)]
    for loop in loops.values():
        loop.close()
    best = {kind: min(took[kind].steps for took in rounds) for kind in KINDS}
    pairs = {
        kind: statistics.median(took["usual"].steps / took[kind].steps for took in rounds)
        for kind in KINDS
    }
    assembly = statistics.median(took["usual"].batches / took["float32"].batches for took in rounds)
    print(f"\n{name}, batches of {BATCH}, {threads.num_threads()} threads; {load()}")
    for kind in KINDS:
        rate = STEPS * BATCH / best[kind]
        ratio = best["usual"] / best[kind]
        print(f"  {kind}: {rate:.0f} images/s, {ratio:.2f} x; by rounds {pairs[kind]:.2f} x")
    print(f"  batches are made {assembly:.1f} x as fast")
    assert assembly >= 8
    assert pairs["float32"] >= 1.35
    assert pairs["auto"] >= (2.0 if multiplies_bfloat16() else 1.35)
