"""The command line that makes a run again."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from explorer.spec.codec import encode
from explorer.spec.presets import name_of
from explorer.training.recipe import from_data
from explorer.training.recipes import DEFAULT, recipes

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.spec import NetworkSpec
    from explorer.store.runs import RunRecord

PINNED = ("layout", "precision", "engine")
"""What a plan settles, and a repetition must not decide anew."""
FOLDER = "RUN"
"""Stands for the folder that a repetition is written to."""
_BEGINNING = ["python", "-m", "explorer", "train"]


def command(spec: NetworkSpec, record: RunRecord) -> str:
    """Return the command that trains the same network in the same way.

    It states what was decided on the machine of the run, so that the same machine gives the same
    weights, bit for bit; another one gives the same up to rounding.

    Args:
        spec: As it was asked for; a preset is called by its name.
        record: Of the run, with its plan.
    """
    words = [*_BEGINNING, name_of(spec) or encode(spec)]
    words += ["--data", record.data.name, "--recipe", _base(record)]
    for field, value in changes(record).items():
        words += ["--set", f"{field}={_text(value)}"]
    words += ["--seed", str(record.seed), "--device", record.device.partition(":")[0]]
    threads = record.plan.get("threads")
    if threads and record.device == "cpu":
        words += ["--threads", str(threads)]
    return shlex.join([*words, "--out", FOLDER])


def resume_command(record: RunRecord, folder: Path) -> str:
    """Return the command that goes on with a run that has not ended.

    Args:
        record: Of the run, with its command.
        folder: Where it lies.
    """
    words = shlex.split(record.command)
    if words[-1:] == [FOLDER]:
        words[-1] = str(folder)
    return shlex.join([*words, "--resume"])


def is_command(text: str) -> bool:
    """Return whether a text is one command of this kind, which a shell takes as such a one only."""
    try:
        words = shlex.split(text)
    except ValueError:
        return False
    return words[:4] == _BEGINNING and words[-2:] == ["--out", FOLDER] and shlex.join(words) == text


def pinned(record: RunRecord) -> dict[str, Any]:
    """Return a run's recipe with what was decided on its machine, as JSON values."""
    plan = record.plan
    wanted = from_data(record.recipe).model_dump(mode="json")
    wanted.update({field: plan[field] for field in PINNED if field in plan})
    if wanted["seconds"] is not None and plan.get("steps"):
        wanted.update(seconds=None, steps=plan["steps"])
    return wanted


def changes(record: RunRecord) -> dict[str, Any]:
    """Return the fields in which a run's recipe is not the named one, as JSON values."""
    named = recipes()[_base(record)].recipe.model_dump(mode="json")
    wanted = pinned(record)
    return {field: value for field, value in wanted.items() if value != named[field]}


def _base(record: RunRecord) -> str:
    name = str(record.recipe.get("name", ""))
    return name if name in recipes() else DEFAULT


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) and not _is_json(value) else _compact(value)


def _compact(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, separators=(",", ":"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
