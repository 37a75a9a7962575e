"""Experiments as background jobs: what is submitted, and what came out for one person or all.

Jobs carry the experiment's name, the network's and a digest of the definition in their payload;
results of a class are found by these, and who ran them is nowhere in what is returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.lessons.recorded import digest, recipe_of
from explorer.lessons.results import Results, Run, run_of
from explorer.lessons.sources import locate, words
from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from explorer.lessons.experiment import Experiment, Setting
    from explorer.store.records import Job, Point

EXPERIMENT, ARM, DEFINITION = "experiment", "arm", "definition"
"""Fields of a job's payload."""
SPEED = 2.5e10
"""About how many multiply-adds of a training one core does in a second."""
START = 6.0
"""About what a job takes before its first step [s]."""


class Asked(NamedTuple):
    """One job to submit.

    Attributes:
        title: Of the network.
        payload: What ``explorer.training.job`` takes, and what it is found by.
    """

    title: str
    payload: dict[str, Any]


def key(lesson: str, experiment: Experiment) -> str:
    """Return the name of an experiment among those of all lessons."""
    return f"{lesson}/{experiment.name}"


def jobs_for(
    lesson: str, experiment: Experiment, setting: Setting, arms: Sequence[str] = ()
) -> list[Asked]:
    """Return the jobs of an experiment; all networks once before a second seed.

    Args:
        lesson: Its name.
        experiment: The definition.
        setting: Which of its settings.
        arms: Only these networks; all where there are none.

    Raises:
        DataError: The data is not on this machine.
    """
    recipe = recipe_of(setting).model_dump(mode="json")
    data = locate(setting)
    return [
        Asked(
            arm.title,
            {
                "spec": experiment.specs[arm.name].model_dump(mode="json"),
                "data": data,
                "recipe": recipe,
                "seed": seed,
                "device": "auto",
                "title": arm.title,
                EXPERIMENT: key(lesson, experiment),
                ARM: arm.name,
                DEFINITION: digest(experiment, setting),
            },
        )
        for seed in setting.seeds
        for arm in experiment.arms
        if not arms or arm.name in arms
    ]


def seconds(experiment: Experiment, setting: Setting, num_images: int) -> float:
    """Return about how long a setting takes on one core [s].

    Args:
        experiment: The definition.
        setting: Which of its settings.
        num_images: Training images.
    """
    from explorer.lessons.results import of_network  # noqa: PLC0415 - only here

    macs = sum(of_network(spec, "macs") for spec in experiment.specs.values())
    steps = 3 * macs * num_images * setting.epochs / SPEED
    return (steps + START * len(experiment.arms)) * len(setting.seeds)


def of_experiment(
    lesson: str, experiment: Experiment, setting: Setting, jobs: Iterable[Job]
) -> list[Job]:
    """Return the jobs of one definition, the newest first as they came."""
    asked = key(lesson, experiment), digest(experiment, setting)
    return [
        job for job in jobs if (job.payload.get(EXPERIMENT), job.payload.get(DEFINITION)) == asked
    ]


def latest(jobs: Iterable[Job]) -> list[Job]:
    """Return the newest job of each network and seed, oldest first."""
    found: dict[tuple[object, object], Job] = {}
    for job in jobs:
        found.setdefault((job.payload.get(ARM), job.payload.get("seed")), job)
    return sorted(found.values(), key=lambda job: job.created)


def results(
    setting: Setting, jobs: Iterable[Job], points: Callable[[str], Sequence[Point]]
) -> Results | None:
    """Return what finished jobs of an experiment came to; None while none has.

    Args:
        setting: What they were submitted with.
        jobs: One for each network and seed.
        points: Returns what a job has reported.
    """
    runs: list[Run] = []
    for job in jobs:
        if job.state is State.DONE:
            reported = [point.data for point in points(job.id)]
            name, seed = str(job.payload[ARM]), int(job.payload.get("seed", 0))
            runs.append(run_of(name, seed, reported))
    if not runs:
        return None
    return Results(runs=tuple(runs), data=words(setting), epochs=setting.epochs)


def errors(jobs: Iterable[Job]) -> dict[str, list[float]]:
    """Return the held-out errors of all finished jobs by network, anonymous and in no order."""
    found: dict[str, list[float]] = {}
    for job in jobs:
        if job.state is State.DONE and job.result and "accuracy" in job.result:
            found.setdefault(str(job.payload[ARM]), []).append(1 - job.result["accuracy"])
    return {arm: sorted(values) for arm, values in found.items()}
