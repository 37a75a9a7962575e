"""What an experiment measures of a network beside its training."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import torch

from explorer.analysis.gradient_study import first_depth
from explorer.builder import build
from explorer.cam.measure.localise import Plan, localise
from explorer.gradient.exact import gradient_by_length
from explorer.gradient.responses import responses
from explorer.gradient.task import of_run
from explorer.lesion.task import lab_of_run
from explorer.lessons.results import Series

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from explorer.lessons.experiment import Measure
    from explorer.spec import NetworkSpec

GRADIENT_IMAGES = 4
BATCH = 8
WARM_UP, ROUNDS = 2, 9
METRICS = ("pointing", "coverage")
RESAMPLES = 200
"""Intervals are not kept, only the figures."""


@dataclass(frozen=True)
class Subject:
    """A network that is measured.

    Attributes:
        spec: The network.
        folder: Of its run; None where nothing was trained.
        data: What it was trained on, as ``explorer.data.load`` takes it.
        images: Held-out images that are used.
    """

    spec: NetworkSpec
    folder: Path | None
    data: str
    images: int

    @property
    def run(self) -> Path:
        """Return the folder of its run, which has to be there."""
        assert self.folder is not None
        return self.folder


class Measured(NamedTuple):
    """What came out.

    Attributes:
        values: By the names of ``quantities``.
        series: By block, layer or length; None where there is none.
    """

    values: dict[str, float]
    series: Series | None = None


def measured(measure: Measure, subject: Subject) -> Measured:
    """Measure a network.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    return _MEASURES[measure](subject)


def _latency(subject: Subject) -> Measured:
    """Time an untrained copy: weights do not matter to the clock."""
    network = build(subject.spec).eval()
    size, channels = subject.spec.image_size, subject.spec.in_channels
    one, many = (torch.randn(n, channels, size, size) for n in (1, BATCH))
    with torch.inference_mode():
        seconds = [_seconds(network, images) for images in (one, many)]
    return Measured({"latency": 1000 * seconds[0], "throughput": BATCH / seconds[1]})


def _seconds(network: torch.nn.Module, images: torch.Tensor) -> float:
    times: list[float] = []
    for _ in range(WARM_UP + ROUNDS):
        began = perf_counter()
        network(images)
        times.append(perf_counter() - began)
    return median(times[WARM_UP:])


def _lesion(subject: Subject) -> Measured:
    sweep = lab_of_run(subject.run, subject.data, limit=subject.images).sweep()
    errors = [one.outcome.error for one in sweep.deleted]
    units = tuple(one.units[0] for one in sweep.deleted)
    values = {
        "whole": sweep.baseline.error,
        "median_left": median(errors),
        "worst_left": max(errors),
    }
    return Measured(values, Series(x=units, y=tuple(1 - error for error in errors)))


def _gradient(subject: Subject) -> Measured:
    found = of_run(subject.run, subject.data, GRADIENT_IMAGES)
    exact = gradient_by_length(*found, per_unit=True)
    low, high = exact.effective_range()
    total = float(exact.norm.sum())
    shares = tuple(float(value) / total for value in exact.norm)
    values = {
        "effective_low": float(low),
        "effective_high": float(high),
        "effective_depth": float(first_depth(exact)),
    }
    return Measured(values, Series(x=tuple(float(k) for k in range(len(shares))), y=shares))


def _responses(subject: Subject) -> Measured:
    found = of_run(subject.run, subject.data, subject.images)
    layers = responses(found.network, found.images)
    stds = tuple(one.std for one in layers)
    places = tuple(float(place) for place in range(1, len(stds) + 1))
    return Measured({"mean_response": fmean(stds)}, Series(x=places, y=stds))


def _localise(subject: Subject) -> Measured:
    plan = Plan(data=subject.data, num_images=subject.images, num_resamples=RESAMPLES)
    report = localise([subject.run], plan)
    found = {(row.metric, row.stratum): row.value_a.value for row in report.rows}
    strata = ("small", "medium", "large")
    values = {
        f"{metric}_{stratum}": found[metric, stratum]
        for metric in METRICS
        for stratum in strata
        if (metric, stratum) in found
    }
    pointing = tuple(values.get(f"pointing_{stratum}") for stratum in strata)
    return Measured(values, Series(x=strata, y=pointing))


_MEASURES: dict[Measure, Callable[[Subject], Measured]] = {
    "latency": _latency,
    "lesion": _lesion,
    "gradient": _gradient,
    "responses": _responses,
    "localise": _localise,
}
