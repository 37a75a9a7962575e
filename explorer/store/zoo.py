"""The bundled zoo: runs that come with the app, under ``assets/zoo``; never written to by it.

Each is a run folder (``explorer.store.runs``) with one file more, ``card.json``.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from explorer.errors import DataError
from explorer.store import runs
from explorer.words import _

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "zoo"
CARD = "card.json"
PREFIX = "zoo-"
"""Begins the id of a bundled run, so that it is never that of a job."""


class Card(BaseModel):
    """What a bundled run says beside its record.

    Attributes:
        command: Makes the run again.
        split: Which images it was trained on, and which were held out.
        licence: Of weights and data, in a sentence.
        precision: How the weights are stored, ``float16`` or ``float32``.
        accuracy_as_stored: On the held-out images with the weights as they are stored, 0..1.
        twin: Name of the bundled run that differs in its shortcuts alone; empty for none.
        pair: Name of the bundled run to compare its maps with; empty for none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    command: str
    split: str
    licence: str
    precision: str
    accuracy_as_stored: float
    twin: str = ""
    pair: str = ""


class Bundled(NamedTuple):
    """One run of the zoo.

    Attributes:
        name: Of its folder.
        folder: Where it lies.
        record: As of any run.
        card: What it says beside.
    """

    name: str
    folder: Path
    record: runs.RunRecord
    card: Card

    @property
    def id(self) -> str:
        """Return its id among all runs."""
        return PREFIX + self.name


@functools.cache
def bundled(folder: Path = FOLDER) -> tuple[Bundled, ...]:
    """Return the complete runs of the zoo.

    Those whose data every machine has come first, and those with shortcuts before plain twins.

    Raises:
        DataError: A card or a record cannot be read.
    """
    folders = [card.parent for card in sorted(folder.glob(f"*/{CARD}"))]
    found = [_read(path) for path in folders if runs.is_complete(path)]
    return tuple(sorted(found, key=_rank))


def _rank(one: Bundled) -> tuple[bool, bool]:
    kinds = {stage.block.kind for stage in one.record.spec.stages}
    return one.record.data.name != "digits", kinds == {"plain"}


def _read(folder: Path) -> Bundled:
    try:
        card = Card.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError):
        raise DataError(
            _("The card of the bundled run {name} cannot be read.").format(name=folder.name),
            _("Install the app again, or make the run anew with `python -m explorer zoo`."),
        ) from None
    return Bundled(folder.name, folder, runs.read(folder), card)
