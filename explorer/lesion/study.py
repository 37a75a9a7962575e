"""A study of lesions: its question, its result as JSON, and the file that keeps it.

The file is named by a digest of everything that the figures depend on, so that a study is done
once for the same weights, images and settings.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from explorer.store.paths import home
from explorer.store.runs import WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

KIND = "lesion"
FOLDER = "lesions"
_VERSION = 1

What = Literal["sweep", "random", "reorder"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Study(_Part):
    """What is asked.

    Attributes:
        what: Every unit alone, several at random, or units in another order.
        runs: Folders: the run, and its plain twin where there is one.
        stamps: What identifies the weights of each run.
        data: A data set's name or a path.
        data_stamp: What identifies the images behind that name.
        limit: Images that are used; None: all held-out ones.
        repeats: Draws for each number of deletions or swaps.
        seed: Of the draws.
    """

    what: What
    runs: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]
    stamps: tuple[str, ...]
    data: str
    data_stamp: str = ""
    limit: int | None = None
    repeats: Annotated[int, Field(ge=1, le=100)] = 10
    seed: Annotated[int, Field(ge=0)] = 0

    @property
    def digest(self) -> str:
        """Return what names the file of its result."""
        asked = {"version": _VERSION, **self.model_dump(mode="json", exclude={"runs"})}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def file(self) -> Path:
        """Return where its result is kept."""
        return home().shared / FOLDER / f"{self.digest}.json"


class Point(_Part):
    """One lesion.

    Attributes:
        at: The number of deletions or swaps; in a sweep the unit's place.
        accuracy: What is left, 0..1.
        units: Which are deleted, or the new order.
        tau: Kendall's tau of the new order; None where nothing is reordered.
    """

    at: int
    accuracy: float
    units: tuple[str, ...]
    tau: float | None = None


class Curve(_Part):
    """A study of one run.

    Attributes:
        baseline: Accuracy of the whole network, 0..1.
        num_images: On so many.
        num_classes: Chance is one in so many.
        points: In order.
    """

    baseline: float
    num_images: int
    num_classes: int
    points: tuple[Point, ...]


class Found(_Part):
    """What came out, for each run in order."""

    study: Study
    curves: tuple[Curve, ...]


def stamp_of(folder: Path) -> str:
    """Return what identifies the weights of a run."""
    with (folder / WEIGHTS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def kept(study: Study) -> Found | None:
    """Return the result of a study that was done before, or None."""
    try:
        return Found.model_validate_json(study.file.read_bytes())
    except (OSError, ValueError):
        return None
