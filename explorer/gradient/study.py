"""What the pages ask of the compute pool: gradients and responses of a run or a new network.

How far it is stands in a small file that whoever waits can read.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from explorer.analysis.cost import cost_of_graph
from explorer.analysis.gradient_study import Moment, Question, Study, Weights
from explorer.analysis.paths import paths_of_graph
from explorer.gradient.exact import gradient_by_length
from explorer.gradient.responses import responses
from explorer.gradient.sampled import path_norms, sampled_norms
from explorer.gradient.task import Subject, at_initialisation, of_run
from explorer.store.runs import read, snapshots

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.analysis.layer_responses import Response

TELL_SECONDS = 0.2


def study(weights: Weights, question: Question, progress: Path | None = None) -> Study:
    """Return the gradient by path length: exact sums, single paths, and the check of the sums.

    Args:
        weights: Of which network.
        question: How closely to look.
        progress: A file for the share that is done, 0..1.

    Raises:
        ExplorerError: The run, the network or the data cannot be used.
    """
    subject = _subject(weights, question.num_images)
    graph = subject.network.graph
    counts = paths_of_graph(graph).counts
    stop = len(counts) if question.longest is None else question.longest + 1
    lengths = [k for k, count in enumerate(counts[:stop]) if count]
    # A draw costs about as much as the sums; a sampled path passes each unit once.
    sampling = question.num_samples / 2
    tell = _Teller(progress, 2 + question.num_draws + sampling)
    is_double = question.in_double(cost_of_graph(graph).macs)
    exact = gradient_by_length(
        *(_double(subject) if is_double else subject),
        longest=question.longest,
        per_unit=True,
        check=True,
    )
    tell(2)
    subject.network.float()
    signs = sampled = None
    if question.num_draws:
        signs = path_norms(
            *subject,
            num_draws=question.num_draws,
            longest=question.longest,
            seed=question.seed,
            on_draw=lambda: tell(1),
        )
    if question.num_samples:
        share = sampling / (question.num_samples * len(lengths))
        sampled = sampled_norms(
            *subject,
            lengths=lengths,
            num_samples=question.num_samples,
            seed=question.seed,
            on_paths=lambda num: tell(num * share),
        )
    return Study(exact, is_double, signs, sampled)


def over_training(
    run: Path, data: str, question: Question, progress: Path | None = None
) -> tuple[Moment, ...]:
    """Return the exact sums at the beginning of a run, at its snapshots, and at its end.

    Args:
        run: Folder of the run.
        data: A data set's name or a path.
        question: How many images and how long paths; the rest is not used.
        progress: As for ``study``.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    result = read(run).result
    kept = snapshots(run)
    last = result.epochs if result else max(kept, default=0) + 1
    epochs: list[tuple[int, int | None]] = [(0, 0), *((e, e) for e in kept), (last, None)]
    tell = _Teller(progress, len(epochs))
    moments: list[Moment] = []
    for number, epoch in epochs:
        subject = of_run(run, data, question.num_images, epoch=epoch)
        found = gradient_by_length(*subject, longest=question.longest, per_unit=True)
        moments.append(Moment(number, found))
        tell(1)
    return tuple(moments)


def response_of(
    weights: Weights, num_images: int, progress: Path | None = None
) -> tuple[Response, ...]:
    """Return how strongly each 3×3 layer responds, in the order of layers.

    Args:
        weights: Of which network.
        num_images: Held-out images.
        progress: As for ``study``.

    Raises:
        ExplorerError: The run, the network or the data cannot be used.
    """
    tell = _Teller(progress, 2)
    subject = _subject(weights, num_images)
    tell(1)
    return responses(subject.network, subject.images)


def _subject(weights: Weights, num_images: int) -> Subject:
    if weights.run is not None:
        return of_run(weights.run, weights.data, num_images, epoch=weights.epoch)
    assert weights.spec is not None
    return at_initialisation(weights.spec, weights.data, num_images, seed=weights.seed)


def _double(subject: Subject) -> Subject:
    return Subject(subject.network.double(), subject.images.double(), subject.labels)


class _Teller:
    """Writes how far it is, a few times a second."""

    def __init__(self, path: Path | None, total: float) -> None:
        self._path, self._total = path, total
        self._done, self._told = 0.0, 0.0

    def __call__(self, steps: float) -> None:
        self._done += steps
        if self._path is not None and monotonic() - self._told >= TELL_SECONDS:
            self._told = monotonic()
            self._path.write_text(f"{min(1.0, self._done / self._total):.4f}")
