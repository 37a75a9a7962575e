"""How long a training is: in epochs, steps, images, multiply-adds, or time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import streamlit as st

from explorer.training.budget import training_macs
from explorer.training.length import length
from explorer.ui import panels, state
from explorer.ui.i18n import _, meant, plural

if TYPE_CHECKING:
    from explorer.data.facts import Facts
    from explorer.training.recipe import Recipe
    from explorer.ui.state import Hand

By = Literal["epochs", "steps", "images", "macs", "time"]
_TERA = 1e12
_MOST_STEPS = 10**8


def length_choice(
    now: Hand, facts: Facts | None, start: Recipe, key: str, *, batch_size: int
) -> dict[str, Any]:
    """Show what the length is stated in, and return ``steps`` or ``seconds`` of a recipe.

    Args:
        now: The network that is trained.
        facts: Of the data, or None where it is not chosen yet.
        start: What the form begins with.
        key: Begins the keys of the widgets.
        batch_size: Images of a step.
    """
    options = get_args(By)
    words = _words()
    first: By = "time" if start.seconds else "steps" if start.steps else "epochs"
    chosen = st.selectbox(
        _("Length in"),
        options,
        options.index(first),
        key=f"{key}-length",
        persist_state="session",
        format_func=lambda one: words.get(one, str(one)),
        help=_("Equal images, multiply-adds or time make a comparison of networks fair."),
    )
    by: By = chosen or "epochs"
    _tell(f"{key}-by", by)
    if by == "epochs":
        return {}
    if by == "time":
        minutes = _number(_("Minutes"), (start.seconds or 300) / 60, key, "minutes")
        return {"seconds": 60.0 * minutes}
    plan = length(start, facts.num_images if facts else 1000)
    if by == "steps":
        return {"steps": int(_number(_("Steps"), plan.num_steps, key, "steps"))}
    if by == "images":
        wanted = _number(_("Images, each time one is seen"), plan.samples, key, "images")
        return _steps(wanted / batch_size)
    size = facts.image_size if facts else now.working.image_size
    whole, step = (training_macs(now.working, n, size) for n in (plan.samples, batch_size))
    wanted = _number(_("Multiply-adds of the training [T MAC]"), whole / _TERA, key, "macs")
    return _steps(wanted * _TERA / step)


def _words() -> dict[str, str]:
    return {
        "epochs": _("epochs"),
        "steps": meant("of a training", "steps"),
        "images": _("images"),
        "macs": _("multiply-adds"),
        "time": _("time"),
    }


def _number(label: str, value: float, key: str, name: str) -> float:
    is_whole = isinstance(value, int)
    return st.number_input(
        label,
        1 if is_whole else 1e-3,
        _MOST_STEPS if is_whole else 1e6,
        value,
        format="%d" if is_whole else "%.4g",
        key=f"{key}-by-{name}",
        persist_state="session",
    )


def _steps(wanted: float) -> dict[str, Any]:
    steps = min(_MOST_STEPS, max(1, round(wanted)))
    panels.note(plural("That is {n} step.", "That are {n} steps.", steps))
    return {"steps": steps}


def _tell(key: str, by: By) -> None:
    """Have the field of epochs, which stands above, follow at once."""
    if state.recall(key, "epochs") != by:
        state.keep(key, by)
        state.rerun()
