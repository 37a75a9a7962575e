"""A training that was interrupted anywhere ends as if it had not been: every bit of everything.

Weights, the optimiser's state, the average, the generators, the order of the data, the draws of
crops, squares and mixtures, and every reported figure but the times.
"""

from __future__ import annotations

import copy
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explorer.blocks.preact import PreAct
from explorer.data.dataset import Dataset, Split
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.store import runs
from explorer.training import loop, run, session
from explorer.training.plan import Plan
from explorer.training.recipe import Recipe
from explorer.training.run import train_run

SIZE, TIMES = 8, {"images_per_second", "seconds_left", "seconds", "training_seconds", "time"}
SPEC = NetworkSpec(
    image_size=SIZE,
    stem=StemSpec(width=4, kernel_size=3, stride=1, pool=False, activation=False),
    stages=(
        StageSpec(depth=1, width=4, block=PreAct(dropout=0.3)),
        StageSpec(depth=1, width=8, stride=2, block=PreAct(dropout=0.3)),
    ),
    head=HeadSpec(num_classes=3),
)


def images(count: int, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    shown = rng.integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
    return Split(shown, rng.integers(0, 3, count))


DATA = Dataset("noise", ("a", "b", "c"), images(30, 1), images(9, 2), (0.5,) * 3, (0.3,) * 3, "n")

RECIPES = st.builds(
    Recipe,
    epochs=st.integers(1, 4),
    steps=st.none() | st.integers(1, 11),
    batch_size=st.sampled_from([7, 8, 10]),
    optimiser=st.sampled_from(["sgd", "adamw"]),
    lr=st.sampled_from([0.01, 0.1]),
    schedule=st.sampled_from(["cosine", "step", "linear"]),
    warmup=st.sampled_from([0.0, 0.3]),
    warmup_shape=st.sampled_from(["linear", "constant"]),
    label_smoothing=st.sampled_from([0.0, 0.1]),
    flip=st.sampled_from(["none", "random", "alternating"]),
    crop_padding=st.sampled_from([0, 2]),
    border=st.sampled_from(["mirror", "zero"]),
    cutout=st.sampled_from([0, 3]),
    mixup=st.sampled_from([0.0, 0.4]),
    ema=st.sampled_from([0.0, 0.9]),
    stop=st.none() | st.builds(dict, patience=st.integers(1, 2)),
    precision=st.sampled_from(["float32", "bfloat16"]),
    layout=st.sampled_from(["channels_last", "contiguous"]),
)


class Killed(BaseException):
    """The process is gone."""


def finished(folder: Path, recipe: Recipe, parts: int, deaths: list[tuple[str, int]]) -> Any:
    """Train to the end through some deaths, and return everything that there is then."""
    final: dict[str, Any] = {}
    finish = session.Session.finish

    def finishing(self):
        final.update(copy.deepcopy(self._trainer.state_dict()))
        return finish(self)

    left = list(deaths)
    with ExitStack() as patches:
        for patch in (
            mock.patch.object(run, "load", return_value=DATA),
            mock.patch.object(session, "decide", return_value=plan_of(recipe, parts)),
            mock.patch.object(loop, "REPORT_SECONDS", 0.0),
            mock.patch.object(session.Session, "finish", finishing),
        ):
            patches.enter_context(patch)
        while True:
            death = left.pop(0) if left else None
            torch.rand(3)  # what others draw in between does not matter
            record = sitting(folder, recipe, death)
            if record is not None and record.result is not None:
                return record, final


def plan_of(recipe: Recipe, parts: int) -> Plan:
    return Plan(layout=recipe.layout, precision=recipe.precision, parts=parts, threads=1)


def sitting(folder: Path, recipe: Recipe, death: tuple[str, int] | None):
    """Train until the end or a death: asked to stop at a batch, or killed at a report."""
    kind, moment = death or ("", 0)
    batches, events = [moment + 1], [moment]

    def should_stop() -> bool:
        batches[0] -= 1
        return kind == "stop" and batches[0] < 0

    def on_event(_event) -> None:
        events[0] -= 1
        if kind == "kill" and events[0] < 0:
            raise Killed

    # A process that is killed goes on from its last checkpoint, which may be older.
    every = 0.0 if moment % 4 else 1e9
    with mock.patch.object(session, "CHECKPOINT_SECONDS", every):
        try:
            return train_run(
                SPEC,
                "noise",
                recipe,
                seed=3,
                device="cpu",
                folder=folder,
                resume=True,
                on_event=on_event,
                should_stop=should_stop,
            )
        except Killed:
            return None


def equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def reported(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / runs.METRICS).read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in TIMES} for line in lines]


DEATHS = st.tuples(st.sampled_from(["stop", "kill"]), st.integers(0, 10))
EVERYTHING = Recipe(batch_size=8, epochs=3, cutout=3, mixup=0.4, ema=0.9, precision="float32")


@settings(max_examples=10)
@example(EVERYTHING.changed(layout="channels_last"), 1, [("stop", 4), ("kill", 5)])
@example(EVERYTHING.changed(layout="channels_last", optimiser="adamw"), 2, [("kill", 5)])
@given(RECIPES, st.integers(1, 3), st.lists(DEATHS, min_size=1, max_size=3))
def test_an_interrupted_training_ends_as_one_that_was_not(recipe, parts, deaths):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as place:
            whole, broken = Path(place) / "whole", Path(place) / "broken"
            one, final = finished(whole, recipe, parts, [])
            two, other = finished(broken, recipe, parts, deaths)
            assert (whole / runs.WEIGHTS).read_bytes() == (broken / runs.WEIGHTS).read_bytes()
            for name in runs.snapshots(whole):
                snapshots = [runs.snapshot(folder, name).read_bytes() for folder in (whole, broken)]
                assert snapshots[0] == snapshots[1]
            assert runs.snapshots(whole) == runs.snapshots(broken)
            times = ("seconds", "training_seconds")
            for state in (final, other):
                for name in times:
                    del state["meter"][name]
            assert equal(final, other)
            assert reported(whole) == reported(broken)
            assert one.result is not None
            assert two.result is not None
            assert one.result.accuracy == two.result.accuracy
            assert one.result.loss == two.result.loss
            assert one.notes == two.notes
    finally:
        torch.set_num_threads(before)
