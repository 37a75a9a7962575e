"""Many trainings as one value: seeds, and a grid over fields of network and recipe.

A sweep is for the queue nothing but several jobs, whose payloads hold one ``group`` and its
``group_title``, and in ``variant`` what sets each apart from the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from explorer.analysis.budget import admit
from explorer.errors import ExplorerError, JobError
from explorer.spec import codec
from explorer.store.rules import MAX_QUEUED
from explorer.training import budget, recipes
from explorer.training.budget import Kind
from explorer.training.length import length
from explorer.training.recipe import first_fault
from explorer.training.sweep_fields import Payload, with_value
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.analysis.cost import Cost
    from explorer.spec import NetworkSpec
    from explorer.store.runs import RunRecord

MAX_RUNS = MAX_QUEUED
"""Trainings of one sweep: as many as one person may have waiting."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Axis(_Value):
    """A field with the values that it takes.

    Attributes:
        field: As for ``sweep_fields.with_value``.
        values: JSON values, each once.
    """

    field: Annotated[str, Field(min_length=1, max_length=100)]
    values: Annotated[tuple[Any, ...], Field(min_length=1, max_length=MAX_RUNS)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        texts = [json.dumps(value, sort_keys=True) for value in self.values]
        if len(set(texts)) < len(texts):
            raise ValueError(_("each value may come once"))
        return self

    @property
    def name(self) -> str:
        """The last part of the field, with the stage where one is meant."""
        parts = [part for part in self.field.split(".") if part not in {"*", "block", "stages"}]
        return " ".join(parts[1:] or parts)


class Sweep(_Value):
    """A grid of trainings.

    Attributes:
        title: Of the group.
        base: A training's payload, from which every other differs in the axes alone.
        axes: What is varied; every combination is trained.
        seeds: Each combination is trained with each of them; empty for the base's own.
        budget: What the others get, as the first combination uses; None: each its recipe.
        seconds: Where the budget is time, how much [s].
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    base: Payload
    axes: Annotated[tuple[Axis, ...], Field(max_length=4)] = ()
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0, lt=2**63)], ...], Field(max_length=MAX_RUNS)
    ] = ()
    budget: Kind | None = None
    seconds: Annotated[float | None, Field(gt=0)] = None

    @property
    def num_runs(self) -> int:
        """Trainings that it asks for."""
        return prod(len(axis.values) for axis in self.axes) * max(1, len(self.seeds))


@dataclass(frozen=True)
class Variant:
    """One training of a sweep.

    Attributes:
        values: What sets it apart, by field.
        label: The same for people.
        payload: Of its job, without the group.
        spec: Its network with the classes and the image size of the data.
        cost: Of that network.
        samples: Images that it trains on, counted each time; 0 where time decides.
        problem: Why it cannot be trained, in a sentence; empty if it can.
    """

    values: dict[str, Any]
    label: str
    payload: Payload
    spec: NetworkSpec | None = None
    cost: Cost | None = None
    samples: int = 0
    problem: str = ""

    @property
    def macs(self) -> int:
        """Multiply-adds of the whole training [MAC]; 0 where time decides."""
        return budget.PASSES * self.cost.macs * self.samples if self.cost else 0


@dataclass(frozen=True)
class DataFacts:
    """What a sweep needs to know of its data.

    Attributes:
        num_images: Of the training split.
        image_size: Side of the images [px].
        num_classes: That the network tells apart.
    """

    num_images: int
    image_size: int
    num_classes: int


def from_data(data: object) -> Sweep:
    """Return the sweep that a decoded JSON object describes.

    Raises:
        JobError: It cannot be meant, or asks for too many trainings.
    """
    try:
        sweep = Sweep.model_validate(data)
    except ValidationError as error:
        where, what = first_fault(error, "sweep")
        raise JobError(
            _("The sweep cannot be used: {where}: {what}.").format(where=where, what=what),
            _("Change that."),
        ) from None
    if sweep.num_runs > MAX_RUNS:
        raise JobError(
            _("This sweep has {n:,} trainings; the limit is {most}.").format(
                n=sweep.num_runs, most=MAX_RUNS
            ),
            _("Take fewer values or seeds."),
        )
    return sweep


def seeds_upto(count: int) -> tuple[int, ...]:
    """Return the seeds 1 .. count."""
    return tuple(range(1, count + 1))


def preview(sweep: Sweep, data: DataFacts) -> tuple[Variant, ...]:
    """Return every training with what it costs, and with what is wrong where something is.

    Args:
        sweep: Within its limit.
        data: What it is trained on.
    """
    found = tuple(_examined(variant, data) for variant in _combinations(sweep))
    good = [variant for variant in found if not variant.problem]
    if sweep.budget is None or not good:
        return found
    contestants = [
        budget.Contestant(v.spec, recipes.resolve(v.payload["recipe"])) for v in good if v.spec
    ]
    shares = budget.allot(
        contestants,
        sweep.budget,
        num_images=data.num_images,
        image_size=data.image_size,
        seconds=sweep.seconds,
    )
    allotted = {id(v): share for v, share in zip(good, shares, strict=True)}
    return tuple(_within(v, allotted[id(v)]) if id(v) in allotted else v for v in found)


def payloads(sweep: Sweep, data: DataFacts, group: str) -> tuple[Payload, ...]:
    """Return the payloads of a sweep's jobs, to be submitted one after the other.

    Args:
        sweep: Within its limit.
        data: What it is trained on.
        group: Identifies the submission.

    Raises:
        JobError: A combination cannot be trained; the message says which and why.
    """
    variants = preview(sweep, data)
    bad = [variant for variant in variants if variant.problem]
    if bad:
        words = (
            _("The training with {label} cannot be done (and {n} more): {problem}")
            if len(bad) > 1
            else _("The training with {label} cannot be done: {problem}")
        )
        raise JobError(
            words.format(label=bad[0].label, n=len(bad) - 1, problem=bad[0].problem),
            _("Leave that value out."),
        )
    return tuple(
        {
            **variant.payload,
            "title": f"{sweep.title} · {variant.label}" if variant.label else sweep.title,
            "group": group,
            "group_title": sweep.title,
            "variant": variant.values,
        }
        for variant in variants
    )


def pace(records: Sequence[RunRecord]) -> float | None:
    """Return the multiply-adds that trainings here did in a second, the median; None of none."""
    rates = sorted(
        budget.training_macs(
            record.spec, record.result.steps * _batch(record), record.data.image_size
        )
        / record.result.training_seconds
        for record in records
        if record.result is not None and record.result.training_seconds > 0
    )
    return rates[len(rates) // 2] if rates else None


def _batch(record: RunRecord) -> int:
    return int(record.recipe.get("batch_size", 1))


def _combinations(sweep: Sweep) -> Iterator[Variant]:
    seeds = Axis(field="seed", values=sweep.seeds) if sweep.seeds else None
    axes = [*sweep.axes, *([seeds] if seeds else [])]
    base = {**sweep.base, "recipe": _recipe_of(sweep.base)}
    for values in product(*(axis.values for axis in axes)):
        chosen = {axis.field: value for axis, value in zip(axes, values, strict=True)}
        label = ", ".join(
            f"{axis.name} {_said(value)}" for axis, value in zip(axes, values, strict=True)
        )
        payload, problem = base, ""
        try:
            for field, value in chosen.items():
                payload = with_value(payload, field, value)
        except ExplorerError as error:
            problem = error.message
        yield Variant(chosen, label, payload, problem=problem)


def _recipe_of(base: Payload) -> Payload:
    asked = base.get("recipe", recipes.DEFAULT)
    return recipes.resolve(asked).model_dump(mode="json")


def _examined(variant: Variant, data: DataFacts) -> Variant:
    """Work out what a variant costs on the data, and whether it is within the limits."""
    if variant.problem:
        return variant
    try:
        spec = codec.from_data(variant.payload["spec"])
        recipe = recipes.resolve(variant.payload["recipe"])
        head = {**spec.head.model_dump(), "num_classes": data.num_classes}
        fitted = codec.from_data({**spec.model_dump(), "head": head, "image_size": data.image_size})
        found = admit(fitted)[1]
    except ExplorerError as error:
        return replace(variant, problem=error.message)
    samples = 0 if recipe.seconds is not None else length(recipe, data.num_images).samples
    return replace(variant, spec=fitted, cost=found, samples=samples)


def _within(variant: Variant, share: budget.Allotted) -> Variant:
    payload = {**variant.payload, "recipe": share.recipe.model_dump(mode="json")}
    return replace(variant, payload=payload, samples=share.samples)


def _said(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return value if len(value) <= 40 else f"{value[:37]}…"
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)
