"""The fair comparison of two runs: refuse what cannot be compared, compute the rest.

One image in one crop, one class of one list, one stride and grid; only the normalisation is each
network's own. The score is the logit, because a probability saturates.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from explorer.cam.compare import Answer, Comparison, Side, disagreement
from explorer.cam.core import explain
from explorer.cam.layers import image_layer, layer_of, require_classifier
from explorer.cam.methods import method_of
from explorer.errors import ExplorerError
from explorer.graph import lower
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.cam.core import Maps
    from explorer.cam.folded import Folded
    from explorer.cam.layers import Layer
    from explorer.store.runs import DataRecord, RunRecord

_LONGEST_LIST = 12


class Subject(NamedTuple):
    """A trained network with its record.

    Attributes:
        network: In evaluation mode.
        record: Of the run.
        folded: What is quicker and as good, for pictures; None: nothing is.
    """

    network: Network
    record: RunRecord
    folded: Folded | None = None

    def layer(self, name: str | None, method: str = "gradcam") -> Layer:
        """Return where a method reads its map when a layer is asked for, at the run's size."""
        graph = lower(self.record.spec, self.record.data.image_size)
        if method_of(method).reads == "image":
            return image_layer(graph)
        return layer_of(graph, name, self.record.title)

    def explain(self, images: Tensor, address: Address, index: int | None, method: str) -> Maps:
        """Explain one class at one layer, the quick way where there is one."""
        if self.folded is not None and self.folded.can_explain(address, method):
            return self.folded.explain(images, [address], index, method)
        return explain(self.network, images, [address], index, method)


class Question(NamedTuple):
    """What is asked about an image.

    Attributes:
        target: The class to explain, by name or by its index in the first run's list; None:
            the true class where it is known, or else what the first network predicts.
        layer: A stage, or an address that both have; None: the last stage.
        method: A key of ``METHODS``.
        num_top: How many of the most probable classes to return.
    """

    target: str | int | None = None
    layer: str | None = None
    method: str = "gradcam"
    num_top: int = 5


def compare(
    a: Subject,
    b: Subject,
    image: NDArray[np.uint8],
    question: Question,
    label: str | None = None,
) -> Comparison:
    """Compare where two networks look; see ``compare_all``."""
    return compare_all((a, b), image, question, label)[0]


def compare_all(
    subjects: Sequence[Subject],
    image: NDArray[np.uint8],
    question: Question,
    label: str | None = None,
    on_side: Callable[[int], None] = lambda _done: None,
) -> tuple[Comparison, ...]:
    """Compare where the first of some networks looks with where each of the others does.

    Args:
        subjects: Two networks or more, in evaluation mode on the CPU; each is run once.
        image: The crop for all, (S, S, 3) uint8, S the image size of the runs.
        question: What is asked.
        label: The true class where it is known.
        on_side: Told how many networks are done, before each; may raise to stop.

    Raises:
        ExplorerError: They cannot be compared, or there is no such class, layer or method.
    """
    first, *others = subjects
    title = method_of(question.method).title
    for subject in subjects:
        require_classifier(subject.network.graph, subject.record.title)
    places = [subject.layer(question.layer, question.method) for subject in subjects]
    for other, place in zip(others, places[1:], strict=True):
        check_classes(first.record, other.record)
        check_grids(first.record, places[0], other.record, place)
    target, classes = question.target, first.record.data.classes
    if target is None and label in classes:
        target = label
    name = None if target is None else class_name(target, classes)
    sides: list[Side] = []
    titles = titles_of([subject.record for subject in subjects])
    for subject, place, called in zip(subjects, places, titles, strict=True):
        on_side(len(sides))
        side, name = _side(subject, place, image, name, question)
        sides.append(replace(side, title=called))
    return tuple(
        Comparison(
            image=image,
            target=name or "",
            label=label,
            method=question.method,
            method_title=title,
            a=sides[0],
            b=side,
            disagreement=disagreement(sides[0], side),
        )
        for side in sides[1:]
    )


def _side(
    subject: Subject,
    layer: Layer,
    image: NDArray[np.uint8],
    target: str | None,
    question: Question,
) -> tuple[Side, str]:
    """Explain one class of one network, its prediction for None; return the class as well."""
    record = subject.record
    classes = record.data.classes
    index = None if target is None else classes.index(target)
    images = prepared(image[None], record.data)
    maps = subject.explain(images, layer.address, index, question.method)
    logits, chosen = maps.logits[0], int(maps.target[0])
    probabilities = logits.double().softmax(0)
    best = logits.argsort(descending=True, stable=True)[: max(1, question.num_top)].tolist()
    side = Side(
        title=record.title,
        layer=layer,
        heat=maps.heat[layer.address][0].numpy(),
        logit=float(logits[chosen]),
        probability=float(probabilities[chosen]),
        rank=1 + int((logits > logits[chosen]).sum()),
        top=tuple(Answer(classes[i], float(probabilities[i])) for i in best),
    )
    return side, classes[chosen]


def titles_of(records: Sequence[RunRecord]) -> list[str]:
    """Return what runs are called; those of one title by their seed as well, or by their data."""
    titles = [record.title for record in records]
    seeds = [_("{title}, seed {n}").format(title=r.title, n=r.seed) for r in records]
    data = [f"{record.title}, {record.data.name.rsplit('/', 1)[-1]}" for record in records]
    found: list[str] = []
    for i, title in enumerate(titles):
        same = [j for j, other in enumerate(titles) if other == title]
        by_seed = len({records[j].seed for j in same}) == len(same)
        by_data = len({data[j] for j in same}) == len(same)
        by = seeds if by_seed else data if by_data else titles
        found.append(title if len(same) == 1 else by[i])
    return found


def prepared(images: NDArray[np.uint8], data: DataRecord) -> Tensor:
    """Return images (N, S, S, 3) as the run's training saw them, (N, 3, S, S)."""
    mean, std = (np.array(triple, dtype=np.float32) for triple in (data.mean, data.std))
    values = (images.astype(np.float32) / 255 - mean) / std
    return torch.from_numpy(values.transpose(0, 3, 1, 2).copy())


def class_name(target: str | int, classes: tuple[str, ...]) -> str:
    """Return the class that a name or an index means.

    Raises:
        ExplorerError: There is no such class.
    """
    if target in classes:
        return str(target)
    if isinstance(target, str) and target.isdecimal() and len(target) < 9:
        target = int(target)
    if isinstance(target, int) and 0 <= target < len(classes):
        return classes[target]
    shown = ", ".join(classes[:_LONGEST_LIST])
    more = len(classes) - _LONGEST_LIST
    there = _("There are {names} and {n} more.") if more > 0 else _("There are {names}.")
    raise ExplorerError(
        _("There is no class {target}.").format(target=target), there.format(names=shown, n=more)
    )


def check_classes(a: RunRecord, b: RunRecord) -> None:
    """Refuse two runs with different classes.

    Raises:
        ExplorerError: One knows a class that the other does not.
    """
    only_one = sorted(set(a.data.classes) ^ set(b.data.classes))
    if only_one:
        knows = a if only_one[0] in a.data.classes else b
        raise ExplorerError(
            _("{a} and {b} were trained on different classes: only {knows} knows {name!r}.").format(
                a=a.title, b=b.title, knows=knows.title, name=only_one[0]
            ),
            _("Compare runs on the same data."),
        )


def check_grids(a: RunRecord, layer_a: Layer, b: RunRecord, layer_b: Layer) -> None:
    """Refuse two maps whose cells do not stand for the same pixels.

    Raises:
        ExplorerError: Image sizes or grids differ.
    """
    size_a, size_b = a.data.image_size, b.data.image_size
    if size_a != size_b:
        raise ExplorerError(
            _(
                "{a} sees images of {size_a} px and {b} of {size_b} px, so a cell of one map "
                "is not a cell of the other."
            ).format(a=a.title, size_a=size_a, b=b.title, size_b=size_b),
            _("Compare runs with one image size."),
        )
    if layer_a[2:5] != layer_b[2:5]:
        raise ExplorerError(
            _("{grid}, but {other}.").format(grid=_grid(a, layer_a), other=_grid(b, layer_b)),
            _("Choose a layer with the same stride in both."),
        )


def _grid(record: RunRecord, layer: Layer) -> str:
    return _("{layer} of {run} has {height} × {width} cells of {stride} px").format(
        layer=layer.address,
        run=record.title,
        height=layer.height,
        width=layer.width,
        stride=layer.stride,
    )
