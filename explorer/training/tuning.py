"""What a recipe leaves to the machine, decided by a few timed steps and remembered.

Short trainings are not worth a measurement: they get what is usually quickest. Longer ones spend
a small share of their time on it once for each network, batch size, length and machine. Whatever
was measured is remembered, so that the same training is carried out in the same way again: the
choice decides the last digits of the weights.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import torch
from pydantic import Field, TypeAdapter, ValidationError

from explorer.data.cache import data_folder
from explorer.store.runs import write_atomic
from explorer.training.augment import draw_epoch
from explorer.training.device import autocast_dtype
from explorer.training.engine import choose_engine
from explorer.training.length import length
from explorer.training.plan import Plan
from explorer.training.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import nn

    from explorer.training.augment import Draws
    from explorer.training.feed import Feed
    from explorer.training.recipe import Recipe

WORTHWHILE_SECONDS = 60.0
"""Predicted time of a training under which nothing but its first choice is tried."""
LEAST_STEPS = 50
"""Trainings with fewer steps are not measured at all."""
BETTER = 0.9
"""Another choice must take at most this share of the time of the one before it."""
SHARE = 0.01
"""Share of a training's predicted time after which no further choice is tried ..."""
LEAST_SECONDS, MOST_SECONDS = 0.8, 10.0
"""... within these bounds, so that the first report is not waited for [s]."""
MAX_REMEMBERED = 500
_TIMES = TypeAdapter(dict[str, dict[str, Annotated[float, Field(gt=0)]]])


def first_plan(recipe: Recipe, device: torch.device) -> Plan:
    """Return the plan without any measurement: what is usually quickest."""
    half = autocast_dtype(recipe.precision, device) is not None
    return Plan(
        layout="channels_last" if recipe.layout == "auto" else recipe.layout,
        precision="bfloat16" if half else "float32",
        engine=choose_engine(recipe.engine, device, steps=0, step_seconds=0.0, num_nodes=0),
        threads=torch.get_num_threads(),
    )


@dataclass(frozen=True)
class Subject:
    """What is measured.

    Attributes:
        network: Initialised; left as it is.
        feed: The training images.
        recipe: How.
        device: Where.
        digest: Identifies the network's specification.
        num_nodes: Ops of the network.
    """

    network: nn.Module
    feed: Feed
    recipe: Recipe
    device: torch.device
    digest: str
    num_nodes: int

    def candidates(self) -> Iterator[Plan]:
        """Yield the plans to choose from, the likeliest first."""
        first = first_plan(self.recipe, self.device).changed(engine="eager")
        yield first
        layouts = ("channels_last", "contiguous") if self.recipe.layout == "auto" else ()
        free = self.recipe.precision == "auto" and first.precision == "bfloat16"
        precisions = ("bfloat16", "float32") if free and self.device.type == "cpu" else ()
        for precision in precisions or (first.precision,):
            for layout in layouts or (first.layout,):
                plan = first.changed(layout=layout, precision=precision)
                if plan != first:
                    yield plan

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to choose."""
        chooses_engine = self.device.type == "cuda" and self.recipe.engine == "auto"
        return not chooses_engine and len(list(self.candidates())) == 1

    @property
    def key(self) -> str:
        """Identify everything that the times depend on."""
        name = (
            torch.cuda.get_device_name(self.device)
            if self.device.type == "cuda"
            else f"cpu of {torch.get_num_threads()} threads"
        )
        recipe = self.recipe
        size = "x".join(str(side) for side in self.feed.size)
        batch = min(recipe.batch_size, len(self.feed))
        wanted = f"{recipe.layout} {recipe.precision} {recipe.optimiser}"
        steps = length(recipe, len(self.feed)).num_steps
        extent = f"{steps} steps" if recipe.seconds is None else f"{recipe.seconds} s"
        return f"{self.digest} {size} {batch} {wanted} {extent} {name} torch {torch.__version__}"


def decide(subject: Subject) -> Plan:
    """Return the plan of a run, with the times that led to it."""
    recipe, device = subject.recipe, subject.device
    steps = length(recipe, len(subject.feed)).num_steps
    if recipe.seconds is None and (steps < LEAST_STEPS or subject.is_settled):
        return first_plan(recipe, device)
    times = _remembered(subject) or _measured(subject, steps)
    best = _best(subject, times)
    seconds = times[_named(best)] / 1000
    if recipe.seconds is not None:
        steps = max(1, round(recipe.seconds / seconds))
    engine = choose_engine(
        recipe.engine, device, steps=steps, step_seconds=seconds, num_nodes=subject.num_nodes
    )
    return best.changed(
        engine=engine, measured=times, steps=steps if recipe.seconds is not None else None
    )


def _measured(subject: Subject, steps: int) -> dict[str, float]:
    """Time the candidates until it is not worth more, and remember how long they took."""
    began, times = perf_counter(), dict[str, float]()
    draws = draw_epoch(len(subject.feed), subject.recipe, 0, 0, subject.feed.size)
    draws = draws.batch(0, min(subject.recipe.batch_size, len(subject.feed)))
    draws = draws.to(subject.device)
    for plan in subject.candidates():
        times[_named(plan)] = _milliseconds(subject, plan, draws)
        predicted = subject.recipe.seconds or steps * min(times.values()) / 1000
        limit = min(max(SHARE * predicted, LEAST_SECONDS), MOST_SECONDS)
        if predicted < WORTHWHILE_SECONDS or perf_counter() - began > limit:
            break
    _remember(subject.key, times)
    return times


def _milliseconds(subject: Subject, plan: Plan, draws: Draws) -> float:
    """Return the time of a step of a copy of the network, after one to warm up."""
    step = Step(copy.deepcopy(subject.network), subject.feed, subject.recipe, plan, subject.device)
    step.network.train()
    began = 0.0
    for _ in range(2):
        began = perf_counter()
        step(draws, subject.recipe.lr)
        if subject.device.type == "cuda":
            torch.cuda.synchronize(subject.device)
    return max(round((perf_counter() - began) * 1000, 3), 0.001)


def _best(subject: Subject, times: dict[str, float]) -> Plan:
    """Return the candidate to take: a later one must be clearly quicker."""
    best, *others = subject.candidates()
    for plan in others:
        if times.get(_named(plan), float("inf")) < BETTER * times[_named(best)]:
            best = plan
    return best


def _named(plan: Plan) -> str:
    return f"{plan.layout} {plan.precision}"


def _file() -> Path:
    return data_folder() / "tuning.json"


def _remembered(subject: Subject) -> dict[str, float] | None:
    """Return the times that the same training measured before."""
    times = _all_remembered().get(subject.key, {})
    return times if _named(next(subject.candidates())) in times else None


def _all_remembered() -> dict[str, dict[str, float]]:
    try:
        return _TIMES.validate_json(_file().read_bytes())
    except (OSError, ValidationError):
        return {}


def _remember(key: str, times: dict[str, float]) -> None:
    """Keep the newest comparisons; two processes that write at once lose one, which is no harm."""
    kept = {**_all_remembered(), key: times}
    newest = dict(list(kept.items())[-MAX_REMEMBERED:])
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_file(), _TIMES.dump_json(newest))
    except OSError:
        return  # a cache that cannot be written is measured again
