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
    from explorer.spec import NetworkSpec
    from explorer.store.runs import RunRecord

PINNED = ("layout", "precision", "engine")
"""What a plan settles, and a repetition must not decide anew."""


def command(spec: NetworkSpec, record: RunRecord) -> str:
    """Return the command that trains the same network in the same way.

    It states what was decided on the machine of the run, so that the same machine gives the same
    weights, bit for bit; another one gives the same up to rounding.

    Args:
        spec: As it was asked for; a preset is called by its name.
        record: Of the run, with its plan.
    """
    words = ["python", "-m", "explorer", "train", name_of(spec) or encode(spec)]
    words += ["--data", record.data.name, "--recipe", _base(record)]
    for field, value in changes(record).items():
        words += ["--set", f"{field}={_text(value)}"]
    words += ["--seed", str(record.seed), "--device", record.device.partition(":")[0]]
    threads = record.plan.get("threads")
    if threads and record.device == "cpu":
        words += ["--threads", str(threads)]
    return shlex.join([*words, "--out", "RUN"])


def changes(record: RunRecord) -> dict[str, Any]:
    """Return the fields in which a run's recipe is not the named one, as JSON values."""
    named = recipes()[_base(record)].recipe.model_dump(mode="json")
    plan = record.plan
    wanted = from_data(record.recipe).model_dump(mode="json")
    wanted.update({field: plan[field] for field in PINNED if field in plan})
    if wanted["seconds"] is not None and plan.get("steps"):
        wanted.update(seconds=None, steps=plan["steps"])
    return {field: value for field, value in wanted.items() if value != named[field]}


def _base(record: RunRecord) -> str:
    name = str(record.recipe.get("name", ""))
    return name if name in recipes() else DEFAULT


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
