"""How the bundled runs are made: each has a recipe here, and is made again by its name."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import safetensors.torch

from explorer.errors import DataError
from explorer.spec.edit import change_stages
from explorer.spec.presets import preset
from explorer.store.runs import RECORD, WEIGHTS, RunRecord, read, write, write_atomic
from explorer.store.zoo import CARD, FOLDER, Card
from explorer.training import recipes
from explorer.training.evaluate import Score, evaluate_run
from explorer.training.run import train_run

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from explorer.spec import NetworkSpec
    from explorer.training.events import Event

TOLERANCE = 0.001
"""Accuracy that half precision may cost; where it costs more, the weights stay in float32."""

_DIGITS = (
    "Weights: the licence of this repository. Digits: E. Alpaydin and C. Kaynak, UCI 1998, "
    "CC BY 4.0, as scikit-learn ships them."
)
_CIFAR = (
    "Weights: the licence of this repository. CIFAR-10 (A. Krizhevsky 2009) states no licence; "
    "its images are not bundled."
)


@dataclass(frozen=True)
class ZooRecipe:
    """How one bundled run is made.

    Attributes:
        title: Of the run.
        base: The preset that it is, or is made from.
        width: Of the first stage, doubled by every later one; None leaves the preset's.
        data: A data set's name; one that is not bundled is named by ``--data``.
        epochs: How often every training image is seen.
        twin: Name of the run that differs in its shortcuts alone.
        split: Which images are held out.
        licence: Of weights and data.
    """

    title: str
    base: str
    width: int | None
    data: str
    epochs: int
    twin: str
    split: str
    licence: str

    @property
    def spec(self) -> NetworkSpec:
        """Return the network."""
        spec = preset(self.base)
        if self.width is None:
            return spec
        for i in range(len(spec.stages)):
            spec = change_stages(spec, i, width=self.width * 2**i)
        return spec.model_copy(update={"stem": spec.stem.model_copy(update={"width": self.width})})


def _digits(title: str, base: str, twin: str) -> ZooRecipe:
    split = "a fifth of each class held out by seed 0"
    return ZooRecipe(title, base, 8, "digits", 20, twin, split, _DIGITS)


def _cifar(title: str, base: str, twin: str) -> ZooRecipe:
    split = "a tenth of each class of the 50,000 training images held out by seed 0"
    return ZooRecipe(title, base, None, "cifar10-train.zip", 12, twin, split, _CIFAR)


ZOO: dict[str, ZooRecipe] = {
    "digits-resnet32": _digits("ResNet-32, half as wide", "resnet32", "digits-plain32"),
    "digits-plain32": _digits("Plain-32, half as wide", "plain32", "digits-resnet32"),
    "cifar10-resnet32": _cifar("ResNet-32", "resnet32", "cifar10-plain32"),
    "cifar10-plain32": _cifar("Plain-32", "plain32", "cifar10-resnet32"),
}
"""Name -> recipe; the seed is 0 and the recipe ``sgd`` for all."""


def make(
    name: str,
    *,
    data: str | None = None,
    run: Path | None = None,
    out: Path | None = None,
    on_event: Callable[[Event], None] = lambda _event: None,
) -> Card:
    """Train a run of the zoo, or take one that is trained, and store it with its card.

    Args:
        name: A key of ``ZOO``.
        data: Where its data lies; None is the name in its recipe.
        run: A finished run of exactly this recipe; None trains one.
        out: Folder of the stored run; None is its place in ``assets/zoo``.
        on_event: As in ``train_run``.

    Raises:
        DataError: There is no such name, or the run is not one of this recipe.
        ExplorerError: What training and evaluation raise.
    """
    recipe = ZOO.get(name)
    if recipe is None:
        raise DataError(f"The zoo has no {name[:60]!r}.", f"Choose from {', '.join(ZOO)}.")
    source = data or recipe.data
    with tempfile.TemporaryDirectory() as place:
        folder = run or Path(place)
        if run is None:
            how = recipes.resolve("sgd").changed(epochs=recipe.epochs)
            train_run(recipe.spec, source, how, seed=0, folder=folder, on_event=on_event)
        return _store(name, recipe, folder, source, out or FOLDER / name)


def _store(name: str, recipe: ZooRecipe, folder: Path, data: str, out: Path) -> Card:
    record = read(folder)
    epochs = record.result.epochs if record.result else 0
    if (record.spec, record.seed, epochs) != (recipe.spec, 0, recipe.epochs):
        raise DataError(
            f"The run in {folder} was not made by the recipe of {name}.",
            "Leave --run out to train it.",
        )
    # A path of this machine says nothing elsewhere.
    data_record = record.data.model_copy(update={"name": recipe.data})
    whole = safetensors.torch.load_file(folder / WEIGHTS)
    halved = {key: _halved(tensor) for key, tensor in whole.items()}
    out.mkdir(parents=True, exist_ok=True)
    stored = record.model_copy(update={"title": recipe.title, "data": data_record})
    write(out, RunRecord.model_validate(stored.model_dump()))
    accuracy = record.result.accuracy if record.result else 0.0
    precision = "float16"
    write_atomic(out / WEIGHTS, safetensors.torch.save(halved))
    found = _accuracy(out, data)
    if abs(found - accuracy) > TOLERANCE:
        precision = "float32"
        write_atomic(out / WEIGHTS, safetensors.torch.save(whole))
        found = _accuracy(out, data)
    given = "" if recipe.data == "digits" else f" --data {recipe.data}"
    card = Card(
        command=f"python -m explorer zoo {name}{given}",
        split=recipe.split,
        licence=recipe.licence,
        precision=precision,
        accuracy_as_stored=found,
        twin=recipe.twin,
    )
    write_atomic(out / CARD, card.model_dump_json(indent=2).encode())
    for path in (out / RECORD, out / WEIGHTS, out / CARD):
        path.chmod(0o644)
    return card


def _halved(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def _accuracy(folder: Path, data: str) -> float:
    score = evaluate_run(folder, data)
    assert isinstance(score, Score)
    return score.accuracy
