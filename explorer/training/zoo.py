"""Bundled runs are made, or made again, by the name of their recipe."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import safetensors.torch

from explorer.errors import DataError
from explorer.store.runs import METRICS, RECORD, WEIGHTS, RunRecord, read, write, write_atomic
from explorer.store.zoo import CARD, FOLDER, Card
from explorer.training import recipes
from explorer.training.evaluate import Score, evaluate_run
from explorer.training.run import train_run
from explorer.training.zoo_recipes import ZOO
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from explorer.training.events import Event
    from explorer.training.zoo_recipes import ZooRecipe

TOLERANCE = 0.002
"""Accuracy that half precision may cost; where it costs more, the weights stay in float32."""


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
        raise DataError(
            _("The zoo has no {name!r}.").format(name=name[:60]),
            _("Choose from {names}.").format(names=", ".join(ZOO)),
        )
    source = data or recipe.data
    with tempfile.TemporaryDirectory() as place:
        folder = run or Path(place)
        if run is None:
            how = recipes.resolve(recipe.how).changed(epochs=recipe.epochs)
            train_run(recipe.spec, source, how, seed=recipe.seed, folder=folder, on_event=on_event)
        return _store(name, recipe, folder, source, out or FOLDER / name)


def _store(name: str, recipe: ZooRecipe, folder: Path, data: str, out: Path) -> Card:
    record = read(folder)
    epochs = record.result.epochs if record.result else 0
    if (record.spec, record.seed, epochs) != (recipe.spec, recipe.seed, recipe.epochs):
        raise DataError(
            _("The run in {folder} was not made by the recipe of {name}.").format(
                folder=folder, name=name
            ),
            _("Leave --run out to train it."),
        )
    # A path of this machine says nothing elsewhere.
    data_record = record.data.model_copy(update={"name": recipe.data})
    whole = safetensors.torch.load_file(folder / WEIGHTS)
    halved = {key: _halved(tensor) for key, tensor in whole.items()}
    out.mkdir(parents=True, exist_ok=True)
    command = record.command.replace(shlex.quote(str(data)), recipe.data)
    named = {"title": recipe.title, "data": data_record, "command": command}
    stored = record.model_copy(update=named)
    write(out, RunRecord.model_validate(stored.model_dump()))
    accuracy = record.result.accuracy if record.result else 0.0
    precision = "float16"
    write_atomic(out / WEIGHTS, safetensors.torch.save(halved))
    found = _accuracy(out, data)
    if abs(found - accuracy) > TOLERANCE:
        precision = "float32"
        write_atomic(out / WEIGHTS, safetensors.torch.save(whole))
        found = _accuracy(out, data)
    given = f" --data {recipe.data}" if recipe.data.endswith(".zip") else ""
    card = Card(
        command=f"python -m explorer zoo {name}{given}",
        split=recipe.split,
        licence=recipe.licence,
        precision=precision,
        accuracy_as_stored=found,
        twin=recipe.twin,
        pair=recipe.pair,
    )
    write_atomic(out / CARD, card.model_dump_json(indent=2).encode())
    write_atomic(out / METRICS, _epochs(folder / METRICS))
    for path in (out / RECORD, out / WEIGHTS, out / CARD, out / METRICS):
        path.chmod(0o644)
    return card


def _epochs(path: Path) -> bytes:
    """Return the reports at the ends of epochs: the curve, in a hundredth of the room."""
    lines = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
    return b"".join(line for line in lines if b'"test_loss"' in line)


def _halved(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def _accuracy(folder: Path, data: str) -> float:
    score = evaluate_run(folder, data)
    assert isinstance(score, Score)
    return score.accuracy
