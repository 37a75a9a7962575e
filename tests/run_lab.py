"""Finished training runs for tests, without training: folder, curves, and the row of the ledger."""

from __future__ import annotations

import json
import math
import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from explorer.jobs import client
from explorer.spec import edit
from explorer.spec.presets import preset
from explorer.store import runs
from explorer.store.clock import Now
from explorer.store.engine import write
from explorer.store.paths import home
from explorer.store.records import State
from explorer.store.runs import DataRecord, Result, RunRecord
from explorer.store.tables import job
from explorer.training.recipes import recipes

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.spec import NetworkSpec

STEPS = 20
"""Of an epoch."""


def digits_spec(name: str = "resnet20") -> NetworkSpec:
    """Return a preset as it is trained on digits."""
    return edit.change(preset(name), image_size=16)


def accuracy_at(epoch: float, top: float) -> float:
    """Return a curve that rises to ``top``."""
    return top * (1 - math.exp(-epoch)) / (1 - math.exp(-5))


def finished_run(
    spec: NetworkSpec | None = None,
    *,
    title: str = "ResNet-20",
    seed: int = 0,
    epochs: int = 5,
    top: float = 0.9,
    with_curves: bool = True,
    **recipe: Any,
) -> str:
    """Write a finished run into the current data home and return its id."""
    spec = spec or digits_spec()
    run_id = uuid.uuid4().hex
    payload = {"spec": spec.model_dump(mode="json"), "data": "digits", "seed": seed}
    # Written as it is in the end: no worker may take it up.
    with write(client.ledger().engine) as db:
        counts = {"attempt": 1, "crashes": 0, "losses": 0, "revision": 1}
        counts["last_seq"] = epochs if with_curves else 0
        db.execute(
            insert(job).values(
                id=run_id,
                kind="train",
                title=title,
                user="me",
                payload=payload,
                priority=0,
                state=State.DONE,
                result={"accuracy": top},
                text="",
                reason="",
                created=Now(),
                started=Now(),
                finished=Now(),
                **counts,
            )
        )
    write_run(
        home().run(run_id),
        spec,
        {"epochs": epochs, **recipe},
        title=title,
        seed=seed,
        top=top,
        with_curves=with_curves,
    )
    return run_id


def write_run(
    folder: Path,
    spec: NetworkSpec,
    recipe: dict[str, Any],
    *,
    title: str = "ResNet-20",
    seed: int = 0,
    top: float = 0.9,
    with_curves: bool = True,
) -> None:
    """Write the folder of a run."""
    values = {**recipes()["sgd"].recipe.model_dump(mode="json"), **recipe}
    epochs = values["epochs"]
    data = DataRecord(
        name="digits",
        classes=tuple("0123456789"),
        image_size=spec.image_size,
        mean=(0.5, 0.5, 0.5),
        std=(0.3, 0.3, 0.3),
        fingerprint="digits",
    )
    result = Result(accuracy=top, loss=0.3, num_images=359, seconds=3.0 * epochs, epochs=epochs)
    record = RunRecord(
        title=title, spec=spec, data=data, recipe=values, seed=seed, device="cpu", result=result
    )
    runs.write(folder, record)
    (folder / runs.WEIGHTS).write_bytes(b"not read by these tests")
    if with_curves:
        lines = [json.dumps(line) for line in _lines(epochs, top)]
        (folder / runs.METRICS).write_text("\n".join(lines) + "\n")


def _lines(epochs: int, top: float):
    for epoch in range(1, epochs + 1):
        for step in range((epoch - 1) * STEPS + 5, epoch * STEPS + 1, 5):
            at = step / STEPS
            yield {"step": step, "epoch": at, "loss": 2.3 * math.exp(-at / 2), "lr": 0.1}
        accuracy = accuracy_at(epoch, top)
        yield {
            "step": epoch * STEPS,
            "epoch": epoch,
            "train_loss": 2 * math.exp(-epoch / 2),
            "train_accuracy": accuracy,
            "test_loss": 1.0 / epoch,
            "test_accuracy": accuracy,
            "seconds": 3.0 * epoch,
        }
