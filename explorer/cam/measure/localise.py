"""Measured localisation of trained runs: read their maps on many images, and compare."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from explorer.cam.core import explain
from explorer.cam.layers import require_classifier
from explorer.cam.measure.agreement import noise_floor, shares
from explorer.cam.measure.faithfulness import faithfulness
from explorer.cam.measure.images import masked_images
from explorer.cam.measure.localisation import localisation, pxap
from explorer.cam.measure.randomisation import cascade
from explorer.cam.measure.report import Architecture, Measured, Reading, Report, strata_of, table
from explorer.cam.measure.statistics import NUM_RESAMPLES
from explorer.cam.methods import METHODS, method_of
from explorer.cam.pair import Subject, check_classes, check_grids, prepared
from explorer.errors import ExplorerError
from explorer.store.runs import read, training_of
from explorer.weights import load_run
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from explorer.cam.layers import Layer
    from explorer.cam.measure.images import MaskedImages
    from explorer.cam.measure.randomisation import Step
    from explorer.store.runs import RunRecord

    Values = NDArray[np.float64]

NUM_IMAGES = 200
BATCH = 50
SANITY_IMAGES = 48
"""Images of the randomisation check; a sixth of it for methods of many passes."""
MOST_RUNS = 24


class OnProgress(Protocol):
    """Told how much is done; may raise to stop."""

    def __call__(self, fraction: float, text: str) -> None:
        """Take the share that is done, 0..1, and what is going on."""
        ...


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        data: A data set with masks.
        methods: Keys of ``METHODS``.
        num_images: Held-out images.
        seed: Of the choice of images, of the resampling and of random weights.
        layer: A stage or an address that all runs have; None: the last stage.
        num_resamples: Of the bootstrap.
    """

    data: str = "shapes"
    methods: tuple[str, ...] = ("gradcam",)
    num_images: int = NUM_IMAGES
    seed: int = 0
    layer: str | None = None
    num_resamples: int = NUM_RESAMPLES


@dataclass(frozen=True, eq=False)
class _Maps:
    """One run's maps by one method, measured."""

    shares: Values
    values: dict[str, Values]
    num_dead: int
    pxap: float
    sanity: tuple[Step, ...]


@dataclass(frozen=True, eq=False)
class _Run:
    record: RunRecord
    correct: NDArray[np.bool_]
    layers: dict[str, Layer]
    maps: dict[str, _Maps]


def localise(
    folders: Sequence[Path | str],
    plan: Plan,
    on_progress: OnProgress = lambda fraction, text: None,
) -> Report:
    """Measure where trained runs look, on the same images and for the true class.

    Runs that differ in nothing but their training seed are one architecture; every other
    architecture is compared with that of the first run.

    Args:
        folders: Of the runs.
        plan: What is measured.
        on_progress: Told how far it is; may raise to stop.

    Raises:
        ExplorerError: A run, the data, a method or the layer cannot be used, or two runs cannot
            be compared.
    """
    records = _records(folders)
    for method in plan.methods:
        method_of(method)
    if not plan.methods:
        raise ExplorerError(
            _("No method was chosen."), _("Choose of {names}.").format(names=", ".join(METHODS))
        )
    images = masked_images(plan.data, records[0].data, plan.num_images, plan.seed)
    clock = _Clock(len(folders) * len(plan.methods) * len(images.labels), on_progress)
    runs: list[_Run] = []
    for folder in folders:
        clock.check()
        runs.append(_measured(Path(folder), images, records[0].data.classes, plan, clock))
        _check_pair(runs[0], runs[-1], plan)
    groups = _groups(runs)
    titles = _titles(groups)
    architectures = [
        Architecture(
            title,
            tuple(run.record.title for run in group),
            float(np.mean([run.correct for run in group])),
        )
        for title, group in zip(titles, groups, strict=True)
    ]
    per_method = [
        (method, _stacked(method, titles, groups)) for method in dict.fromkeys(plan.methods)
    ]
    strata = strata_of(images.sizes, per_method[0][1])
    return Report(
        plan.data,
        len(images.labels),
        plan.seed,
        tuple(architectures),
        tuple(_reading(method, titles, groups, plan) for method, _ in per_method),
        tuple(
            row
            for method, measured in per_method
            for row in table(
                method, measured, strata, seed=plan.seed, num_resamples=plan.num_resamples
            )
        ),
    )


class _Clock:
    """Counts measured images."""

    def __init__(self, total: int, on_progress: OnProgress) -> None:
        self._done, self._total, self._tell = 0, total, on_progress
        self.text = mark("Reading the images")

    def tick(self) -> None:
        self._done += 1
        self.check()

    def check(self) -> None:
        self._tell(min(1.0, self._done / self._total), self.text)


def _records(folders: Sequence[Path | str]) -> list[RunRecord]:
    """Read and check the records, before anything is computed."""
    if not 1 <= len(folders) <= MOST_RUNS:
        raise ExplorerError(
            _("{n} runs cannot be measured together.").format(n=len(folders)),
            _("Name 1 to {most} runs.").format(most=MOST_RUNS),
        )
    records = [read(Path(folder)) for folder in folders]
    first = records[0]
    seen: dict[tuple[str, int], str] = {}
    for record in records:
        check_classes(first, record)
        if record.data.seed != first.data.seed:
            raise ExplorerError(
                _(
                    "{run} and {other} split their data by different seeds, so one may have been "
                    "trained on what the other is tested on."
                ).format(run=record.title, other=first.title),
                _("Compare runs with one seed of the data."),
            )
        key = (training_of(record), record.seed)
        if key in seen:
            raise ExplorerError(
                _(
                    "{first} and {run} are one training: same network, data, recipe and seed."
                ).format(first=seen[key], run=record.title),
                _("Give each training once; train again with another seed for a second one."),
            )
        seen[key] = record.title
    return records


def _measured(
    folder: Path, images: MaskedImages, names: Sequence[str], plan: Plan, clock: _Clock
) -> _Run:
    network, record = load_run(folder)
    subject = Subject(network.requires_grad_(requires_grad=False), record)
    require_classifier(network.graph, record.title)
    # A class is the same by its name, wherever a run has it.
    classes = [record.data.classes.index(names[label]) for label in images.labels]
    pixels = prepared(images.images, record.data)
    maps: dict[str, _Maps] = {}
    layers: dict[str, Layer] = {}
    correct = np.zeros(0, dtype=bool)
    for method in plan.methods:
        clock.text = f"{METHODS[method].title} of {record.title}"
        layer = layers[method] = subject.layer(plan.layer, method)
        heat, logits = _read(subject, pixels, layer, classes, method, clock)
        correct = (logits.argmax(1) == torch.tensor(classes)).numpy()
        maps[method] = _one(subject, images, pixels, heat, (layer, method, classes, plan, clock))
    return _Run(record, correct, layers, maps)


def _read(
    subject: Subject,
    pixels: Tensor,
    layer: Layer,
    classes: list[int],
    method: str,
    clock: _Clock,
) -> tuple[Tensor, Tensor]:
    """Return the maps (N, h, w) and the logits of all images."""
    batch = 2 if METHODS[method].is_long else BATCH
    heat: list[Tensor] = []
    logits: list[Tensor] = []
    for start in range(0, len(pixels), batch):
        chosen = slice(start, start + batch)
        found = explain(subject.network, pixels[chosen], [layer.address], classes[chosen], method)
        heat.append(found.heat[layer.address])
        logits.append(found.logits)
        clock.check()
    return torch.cat(heat), torch.cat(logits)


def _one(
    subject: Subject,
    images: MaskedImages,
    pixels: Tensor,
    heat: Tensor,
    how: tuple[Layer, str, list[int], Plan, _Clock],
) -> _Maps:
    layer, method, classes, plan, clock = how
    values = heat.numpy()
    found = localisation(values, images.masks, images.counted)
    is_dead = found.is_dead
    trusted = faithfulness(
        subject.network, pixels, heat, torch.tensor(classes), on_image=clock.tick
    )
    few = SANITY_IMAGES // 6 if METHODS[method].is_long else SANITY_IMAGES
    steps = cascade(
        subject.network,
        pixels[:few],
        layer.address,
        classes[:few],
        method,
        seed=plan.seed,
        on_step=clock.check,
    )
    measured = {name: array for name, array in asdict(found).items() if name != "is_dead"}
    measured |= {name: array.double().numpy() for name, array in trusted._asdict().items()}
    return _Maps(shares(values), measured, int(is_dead.sum()), pxap(values, images.masks), steps)


def _check_pair(first: _Run, other: _Run, plan: Plan) -> None:
    for method in plan.methods:
        check_grids(first.record, first.layers[method], other.record, other.layers[method])


def _groups(runs: Sequence[_Run]) -> list[list[_Run]]:
    found: dict[str, list[_Run]] = {}
    for run in runs:
        found.setdefault(training_of(run.record), []).append(run)
    return list(found.values())


def _titles(groups: Sequence[Sequence[_Run]]) -> list[str]:
    """Return one title for each architecture, numbered where two are called the same."""
    titles: list[str] = []
    for group in groups:
        title = group[0].record.title
        same = sum(known == title or known.startswith(f"{title} (") for known in titles)
        titles.append(f"{title} ({same + 1})" if same else title)
    return titles


def _stacked(
    method: str, titles: Sequence[str], groups: Sequence[Sequence[_Run]]
) -> list[Measured]:
    return [
        Measured(
            title,
            {
                name: np.array([run.maps[method].values[name] for run in group])
                for name in group[0].maps[method].values
            },
            np.array([run.correct for run in group]),
        )
        for title, group in zip(titles, groups, strict=True)
    ]


def _reading(
    method: str, titles: Sequence[str], groups: Sequence[Sequence[_Run]], plan: Plan
) -> Reading:
    """Return what is said about one method's maps as a whole."""
    first = groups[0]
    layer = first[0].layers[method]
    runs = [run for group in groups for run in group]
    names = _run_names(runs)
    return Reading(
        method=method,
        layer=layer.address,
        grid=(layer.height, layer.width),
        stride=layer.stride,
        num_dead={n: run.maps[method].num_dead for n, run in zip(names, runs, strict=True)},
        pxap={n: run.maps[method].pxap for n, run in zip(names, runs, strict=True)},
        sanity={n: run.maps[method].sanity for n, run in zip(names, runs, strict=True)},
        noise={
            title: noise_floor(
                [run.maps[method].shares for run in first],
                [run.maps[method].shares for run in group],
                layer.stride,
                seed=plan.seed,
                num_resamples=min(plan.num_resamples, 2000),
            )
            for title, group in zip(titles[1:], groups[1:], strict=True)
        },
    )


def _run_names(runs: Sequence[_Run]) -> list[str]:
    return [f"{run.record.title}, seed {run.record.seed}" for run in runs]
