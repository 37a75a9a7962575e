"""A training run as a folder.

    run.json              what was trained on what, how, and what came out: ``RunRecord``
    metrics.jsonl         one JSON object for each report, in order
    weights.safetensors   the state dict at the end
    tensorboard/          the same reports for TensorBoard
    log.txt               what a background job printed
    snapshots/3.safetensors  the state dict after 3 epochs; a few, and only of small networks
    checkpoint.safetensors  what an interrupted run goes on from; removed at the end

``run.json`` is written first, without a result, and again at the end with one.
"""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.errors import DataError
from explorer.spec import NetworkSpec
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

RECORD = "run.json"
METRICS = "metrics.jsonl"
WEIGHTS = "weights.safetensors"
SNAPSHOTS = "snapshots"
CHECKPOINT = "checkpoint.safetensors"
FORMAT = 1

Triple = tuple[float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class DataRecord(_Part):
    """The data of a run: enough to prepare an image exactly as in training.

    Attributes:
        name: What was asked for: a data set's name or a path.
        classes: Class names in the order of the logits.
        image_size: Side of the images [px].
        mean: Of the channels, for values in 0..1.
        std: Of the channels, for values in 0..1.
        seed: Of the split.
        fingerprint: Identifies the exact arrays.
    """

    name: str
    classes: tuple[str, ...]
    image_size: int
    mean: Triple
    std: Triple
    seed: int = 0
    fingerprint: str = ""


class Result(_Part):
    """What came out on the held-out images.

    Attributes:
        accuracy: Top-1, 0..1; of the pixels in segmentation.
        loss: Mean cross-entropy [nat].
        num_images: Held-out images.
        seconds: Time spent training [s].
        epochs: Epochs done.
        mean_iou: Mean intersection over union of the classes, 0..1; None in classification.
        class_iou: Of each class; None for one that no pixel has or is given.
        steps: Changes of the weights.
        training_seconds: Spent in steps alone, without evaluation [s].
        first_seconds: From the click to the first report [s]; None where it is not known.
        result_seconds: From the click to this result [s]; None where it is not known.
    """

    accuracy: float
    loss: float
    num_images: int
    seconds: float
    epochs: int
    steps: int = 0
    training_seconds: float = 0.0
    first_seconds: float | None = None
    result_seconds: float | None = None
    mean_iou: float | None = None
    class_iou: tuple[float | None, ...] = ()

    def figures(self) -> dict[str, Any]:
        """Return the figures by name, as they are printed and stored with a job."""
        if self.mean_iou is None:
            return self.model_dump(exclude={"mean_iou", "class_iou"})
        data = self.model_dump()
        shares = {"mean_iou": data.pop("mean_iou"), "pixel_accuracy": data.pop("accuracy")}
        return {**shares, **data}


class RunRecord(_Part):
    """Everything about a run but its weights.

    Attributes:
        notes: One sentence about each thing that is not as it was asked for or published.
        plan: What the recipe leaves open, as it was decided (``explorer.training.plan``).
        command: Makes the run again, on the command line.
        submitted: When it was asked for [s since 1970]; None where that is not known.
        environment: Versions of packages, the processor and the system.
    """

    format: Annotated[int, Field(ge=1, le=FORMAT)] = FORMAT
    title: str
    spec: NetworkSpec
    data: DataRecord
    recipe: dict[str, Any]
    seed: int
    device: str
    notes: tuple[str, ...] = ()
    plan: dict[str, Any] = {}
    command: str = ""
    submitted: float | None = None
    environment: dict[str, str] = {}
    result: Result | None = None


def read(folder: Path) -> RunRecord:
    """Read the record of a run.

    Raises:
        DataError: The folder holds no run, or one of a later version.
    """
    path = folder / RECORD
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except OSError:
        raise DataError(
            _("There is no run in {folder}.").format(folder=folder),
            _("Name a folder that `explorer train` wrote."),
        ) from None
    except ValidationError:
        raise DataError(
            _("The record {path} cannot be read.").format(path=path),
            _("It is damaged or of a newer version."),
        ) from None


_HOW_COMPUTED = {"name", "layout", "channels_last", "engine"}
"""Of a recipe: what does not change what is learned."""


def training_of(record: RunRecord) -> str:
    """Return what two trainings have in common that differ in nothing but their seed."""
    data = record.data
    recipe = {key: value for key, value in record.recipe.items() if key not in _HOW_COMPUTED}
    return json.dumps(
        [record.spec.model_dump_json(), data.name, data.image_size, data.seed, recipe],
        sort_keys=True,
        default=str,
    )


def write(folder: Path, record: RunRecord) -> None:
    """Write the record of a run; a reader sees the old one or the new one, never half."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / RECORD, record.model_dump_json(indent=2).encode())


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that a crash at any moment leaves the old file or the new one.

    Write beside it, flush to the disk, rename over it, flush the folder.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_complete(folder: Path) -> bool:
    """Return whether a run has ended and its weights are there."""
    return (folder / WEIGHTS).is_file() and (folder / RECORD).is_file()


def snapshot(folder: Path, epoch: int) -> Path:
    """Return where the weights after an epoch are kept, if they are."""
    return folder / SNAPSHOTS / f"{epoch}.safetensors"


def snapshots(folder: Path) -> tuple[int, ...]:
    """Return the epochs whose weights a run has kept, in order; the end is not among them."""
    found = (folder / SNAPSHOTS).glob("*.safetensors")
    return tuple(sorted(int(path.stem) for path in found if path.stem.isdecimal()))
