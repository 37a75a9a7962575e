"""Run an experiment of a lesson from its definition, here and now, without the app."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from explorer.errors import JobError
from explorer.lessons import recorded
from explorer.lessons.measures import Subject, measured
from explorer.lessons.results import Results, Run, run_of
from explorer.lessons.sources import locate, words
from explorer.store import runs
from explorer.store.zoo import bundled
from explorer.training.run import train_run
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from explorer.lessons.experiment import Arm, Experiment, Setting
    from explorer.spec import NetworkSpec
    from explorer.training.events import Event

RESULT = "measured.json"


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        experiment: The definition.
        setting: Which of its settings.
        folder: Where the runs lie; what is complete there is not done again.
        data: Where the data lies; None looks into the data home.
        device: As for ``train_run``.
        on_begin: Told the place of a network, how many there are, and its title.
        on_event: Told what a training does.
        should_stop: Asked after every batch; True saves a checkpoint and ends.
    """

    experiment: Experiment
    setting: Setting
    folder: Path
    data: str | None = None
    device: str = "auto"
    on_begin: Callable[[int, int, str], None] = field(default=lambda _i, _n, _title: None)
    on_event: Callable[[Event], None] = field(default=lambda _event: None)
    should_stop: Callable[[], bool] = field(default=lambda: False)

    @property
    def jobs(self) -> list[tuple[Arm, int]]:
        """Return every network with every seed; all networks once before a second seed."""
        seeds = self.setting.seeds if self.setting.epochs else (0,)
        return [(arm, seed) for seed in seeds for arm in self.experiment.arms]


def reproduce(plan: Plan) -> Results:
    """Train and measure every network of an experiment.

    Raises:
        DataError: The data is not there.
        JobError: It was stopped, or a training failed; what is complete is kept.
    """
    data = locate(plan.setting, plan.data)
    found = list(_runs(plan, data))
    first = found[0][1]
    sizes = _sizes(data) if plan.setting.epochs else (0, 0)
    return Results(
        runs=tuple(run for run, _ in found),
        num_train=sizes[0],
        num_test=sizes[1],
        data=words(plan.setting),
        epochs=plan.setting.epochs,
        machine=recorded.machine(first),
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        versions=recorded.versions(),
        definition=recorded.digest(plan.experiment, plan.setting),
        recipe=_recipe(plan),
    )


def _recipe(plan: Plan) -> dict[str, Any]:
    return recorded.recipe_of(plan.setting).model_dump(mode="json") if plan.setting.epochs else {}


def _sizes(data: str) -> tuple[int, int]:
    from explorer.data import load  # noqa: PLC0415 - from the cache by now

    dataset = load(data)
    return len(dataset.train), len(dataset.test)


def _runs(plan: Plan, data: str) -> Iterator[tuple[Run, str]]:
    jobs = plan.jobs
    for place, (arm, seed) in enumerate(jobs):
        plan.on_begin(place, len(jobs), arm.title)
        if plan.should_stop():
            raise _stopped()
        spec = plan.experiment.specs[arm.name]
        folder = plan.folder / f"{arm.name}-{seed}"
        run, device = Run(arm=arm.name, seed=seed), "cpu"
        of = None
        if arm.run:
            of = next(one.folder for one in bundled() if one.name == arm.run)
        elif plan.setting.epochs:
            run, device = _trained(plan, arm, seed, folder, data)
            spec, of = runs.read(folder).spec, folder
        yield _with_measures(plan, run, partial(_subject, plan, spec, of, data), folder), device


def _subject(plan: Plan, spec: NetworkSpec, folder: Path | None, data: str) -> Subject:
    return Subject(spec, folder, data, plan.setting.measured)


def _trained(plan: Plan, arm: Arm, seed: int, folder: Path, data: str) -> tuple[Run, str]:
    record = train_run(
        plan.experiment.specs[arm.name],
        data,
        recorded.recipe_of(plan.setting),
        seed=seed,
        device=plan.device,
        folder=folder,
        title=arm.title,
        resume=True,
        on_event=plan.on_event,
        should_stop=plan.should_stop,
    )
    if record.result is None:
        raise _stopped()
    lines = (folder / runs.METRICS).read_text(encoding="utf-8").splitlines()
    points = [json.loads(line) for line in lines]
    return run_of(arm.name, seed, points, record.result.seconds), record.device


def _stopped() -> JobError:
    return JobError(_("Stopped."), _("The same command goes on where it was."))


def _with_measures(plan: Plan, run: Run, subject: Callable[[], Subject], folder: Path) -> Run:
    """Measure what is asked for, or read what was measured before."""
    asked = plan.experiment.measures
    if not asked:
        return run
    path = folder / RESULT
    key = recorded.digest(plan.experiment, plan.setting)
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key:
            return run.model_copy(update=_parts(Run.model_validate(kept["run"])))
    values: dict[str, float] = {}
    series: dict[str, Any] = {}
    for measure in asked:
        found = measured(measure, subject())
        values |= found.values
        if found.series:
            series[measure] = found.series
    done = run.model_copy(update={"values": values, "series": series})
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"key": key, "run": done.model_dump(mode="json")})
    runs.write_atomic(path, text.encode())
    return done


def _parts(kept: Run) -> dict[str, Any]:
    return {"values": kept.values, "series": kept.series}
