"""Trained runs as they are compared: what each is, its curves along any axis, best and last."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from explorer.compare.table import side_by_side
from explorer.spec.difference import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.spec import NetworkSpec
    from explorer.store.curves import Curves, Moment
    from explorer.store.runs import RunRecord

Axis = Literal["epoch", "samples", "seconds", "macs"]
AXES: tuple[Axis, ...] = get_args(Axis)
TRAINING_PASSES = 3
"""Forward passes that a training step is worth: the backward pass costs about twice the forward."""
ACCURACY, MEAN_IOU = "test_accuracy", "test_mean_iou"

Point = tuple[float, float]


@dataclass(frozen=True)
class Trained:
    """A finished run with everything that it is compared by.

    Attributes:
        id: In links.
        title: For people.
        record: What it says about itself.
        curves: What was reported while it trained; None where that was not kept.
        macs: Of its network for one image [MAC].
        tags: What a person calls it.
    """

    id: str
    title: str
    record: RunRecord
    curves: Curves | None
    macs: int
    tags: tuple[str, ...] = ()

    @property
    def spec(self) -> NetworkSpec:
        """Return its network."""
        return self.record.spec

    @property
    def metric(self) -> str:
        """Return the figure that says how good it is; higher is better."""
        result = self.record.result
        return ACCURACY if result is None or result.mean_iou is None else MEAN_IOU

    @property
    def data_name(self) -> str:
        """Return the name of its data, without a path."""
        return self.record.data.name.rsplit("/", 1)[-1]

    @property
    def last(self) -> float | None:
        """Return accuracy or mean IoU at the end, 0..1."""
        result = self.record.result
        if result is None:
            return None
        return result.accuracy if result.mean_iou is None else result.mean_iou

    @property
    def best(self) -> float | None:
        """Return the highest of all epochs, 0..1; that at the end where no curve was kept."""
        known = [y for _x, y in curve(self, self.metric, "epoch")]
        return max([*known, *([] if self.last is None else [self.last])], default=None)

    @property
    def batch_size(self) -> int:
        """Return the images of one step."""
        return int(self.record.recipe.get("batch_size", 1))


def curve(run: Trained, metric: str, axis: Axis) -> list[Point]:
    """Return a figure of a run along an axis; empty where it was not kept.

    Args:
        run: The run.
        metric: Such as ``test_accuracy``, once an epoch, or ``loss``, several times.
        axis: ``epoch``; ``samples``: images seen; ``seconds`` of training and evaluation;
            ``macs``: multiply-adds of training, three forward passes for each image.
    """
    if run.curves is None:
        return []
    found = [m for m in run.curves.epochs if metric in m.values]
    found = found or [m for m in run.curves.steps if metric in m.values]
    return [
        (x, moment.values[metric])
        for moment in found
        if (x := _place(run, moment, axis)) is not None
    ]


def _place(run: Trained, moment: Moment, axis: Axis) -> float | None:
    samples = moment.step * run.batch_size
    match axis:
        case "epoch":
            return moment.epoch
        case "samples":
            return float(samples)
        case "macs":
            return float(TRAINING_PASSES * run.macs * samples)
        case _:
            return _seconds(run, moment)


def _seconds(run: Trained, moment: Moment) -> float | None:
    """Return the time of a moment; between two epochs it is taken to pass evenly."""
    if moment.seconds is not None:
        return moment.seconds
    ends = [(m.step, m.seconds) for m in (run.curves.epochs if run.curves else ())]
    known = [(0, 0.0), *((step, s) for step, s in ends if s is not None)]
    k = bisect_right([step for step, _ in known], moment.step)
    if k == len(known):
        return known[-1][1] if moment.step == known[-1][0] else None
    (a, s), (b, t) = known[k - 1], known[k]
    return s + (t - s) * (moment.step - a) / (b - a)


class Field(NamedTuple):
    """Something that runs can be grouped by.

    Attributes:
        name: In the link, such as ``recipe.lr`` or ``layer2.kind``.
        part: ``run``, ``recipe``, or where it stands in the network.
        title: The field in words, as in the form.
        values: Of each run.
    """

    name: str
    part: str
    title: str
    values: tuple[Any, ...]


def fields_that_differ(runs: Sequence[Trained]) -> tuple[Field, ...]:
    """Return what runs differ in: data, recipe and network, besides the seed."""
    if len(runs) < 2:
        return ()
    found = [
        Field("data", "run", "Data", tuple(run.data_name for run in runs)),
        Field("device", "run", "Device", tuple(run.record.device for run in runs)),
    ]
    names = dict.fromkeys(name for run in runs for name in run.record.recipe)
    for name in names:
        values = tuple(_plain(run.record.recipe.get(name)) for run in runs)
        found.append(Field(f"recipe.{name}", "recipe", name, values))
    for row in side_by_side([run.spec for run in runs]):
        if row.differs and row.field:
            name = f"{row.address}.{row.field}"
            found.append(Field(name, row.address, title_of(row.field, row.address), row.values))
    return tuple(field for field in found if len(set(map(repr, field.values))) > 1)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def recipe_rows(records: Sequence[RunRecord | None]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return data, recipe and seed of runs by name, each with its values; None without a run."""
    known = [record for record in records if record is not None]
    names = dict.fromkeys(name for record in known for name in record.recipe)
    rows: list[tuple[str, tuple[Any, ...]]] = [
        ("data", tuple(r and r.data.name.rsplit("/", 1)[-1] for r in records)),
        *((name, tuple(r and _plain(r.recipe.get(name)) for r in records)) for name in names),
        ("seed", tuple(None if r is None else r.seed for r in records)),
        ("device", tuple(r and r.device for r in records)),
    ]
    return rows


def twins_but_for_seed(run: Trained) -> tuple[object, ...]:
    """Return what runs share that differ in their seed alone."""
    record = run.record
    recipe: Mapping[str, Any] = record.recipe
    return (
        record.spec.digest,
        record.data.name,
        record.data.fingerprint,
        repr(sorted(recipe.items())),
    )
