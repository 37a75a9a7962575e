"""Recorded runs: what came out where there was time, kept beside the lessons as small files."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from explorer.errors import DataError
from explorer.lessons.library import folders
from explorer.lessons.results import Results
from explorer.store.runs import write_atomic
from explorer.training.recipes import resolve
from explorer.training.threads import num_cores, num_threads
from explorer.words import _, listed, mark, plural

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.lessons.experiment import Experiment, Setting
    from explorer.training.recipe import Recipe

FOLDER = "recorded"
_SOME_CORES, _CORES = re.compile(r"(\d+) of (\d+) cores"), re.compile(r"(\d+) cores")
DIGITS = 5
"""Significant digits that are kept."""


def file_of(lesson: str, experiment: str) -> Path:
    """Return where the recorded runs of an experiment lie; the lesson must be there."""
    return folders()[lesson].parent / FOLDER / f"{lesson}.{experiment}.json"


def recorded(lesson: str, experiment: str) -> Results | None:
    """Return the recorded runs of an experiment, or None where there are none.

    Raises:
        DataError: The file is damaged.
    """
    path = file_of(lesson, experiment)
    try:
        return Results.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise DataError(
            _("The recorded runs {name} cannot be read.").format(name=path.name),
            _("Make them again with `python -m explorer reproduce {lesson} --record`.").format(
                lesson=lesson
            ),
        ) from None


def record(lesson: str, experiment: str, results: Results) -> Path:
    """Write recorded runs, rounded, so that the files stay small."""
    path = file_of(lesson, experiment)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = _rounded(results.model_dump(mode="json"))
    write_atomic(path, json.dumps(data, separators=(",", ":")).encode() + b"\n")
    path.chmod(0o644)
    return path


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case float():
            return float(f"{value:.{DIGITS}g}")
        case dict():
            return {key: _rounded(inner) for key, inner in value.items()}
        case list():
            return [_rounded(inner) for inner in value]
        case _:
            return value


def recipe_of(setting: Setting) -> Recipe:
    """Return how a setting trains.

    Raises:
        JobError: There is no such recipe, or a value is out of range.
    """
    changes = {"epochs": max(1, setting.epochs)}
    if setting.batch_size:
        changes["batch_size"] = setting.batch_size
    return resolve(setting.recipe).changed(**changes)


def digest(experiment: Experiment, setting: Setting) -> str:
    """Return what changes with anything that the results of a setting depend on."""
    facts = {
        "networks": {name: spec.digest for name, spec in experiment.specs.items()},
        "setting": setting.model_dump(mode="json"),
        "measures": experiment.measures,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def machine(device: str = "cpu") -> str:
    """Return this machine in general words: ``1 of 2 cores, x86-64, no GPU``."""
    used, there = num_threads(), num_cores()
    cores = f"{there} cores" if used == there else f"{used} of {there} cores"
    kind = platform.machine().lower().replace("_", "-").replace("amd64", "x86-64")
    graphics = mark("with a GPU") if device.startswith("cuda") else mark("no GPU")
    return f"{cores}, {kind}, {graphics}"


def machine_words(text: str) -> str:
    """Return what ``machine`` wrote in the reader's language."""
    return listed(_machine_part(part) for part in text.split(", "))


def _machine_part(text: str) -> str:
    if found := _SOME_CORES.fullmatch(text):
        return _("{used} of {there} cores").format(used=found[1], there=found[2])
    if found := _CORES.fullmatch(text):
        return plural("{n} core", "{n} cores", int(found[1]))
    return _(text)


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    from importlib.metadata import version  # noqa: PLC0415 - looked up only when recording

    return {"torch": version("torch"), "python": platform.python_version()}
