"""One field of a recipe as a widget, with a hint of what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import streamlit as st

from explorer.errors import JobError
from explorer.training.recipe import Recipe
from explorer.ui.i18n import _
from explorer.words import mark

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

HINTS = {
    "optimiser": mark("How gradients change the weights: SGD with momentum, or AdamW."),
    "batch_size": mark("Images of one step. Larger ones are faster and take more memory."),
    "lr": mark("How far a step goes, at its highest. The most important value of all."),
    "momentum": mark("How much of the last step is taken again."),
    "nesterov": mark("Looks one step ahead: nearly always a little better."),
    "weight_decay": mark("Pulls weights towards zero, which keeps the network simple."),
    "decay_norm_and_bias": mark("Older papers decay every parameter; newer ones leave these out."),
    "schedule": mark("How the learning rate falls: along a cosine, in steps, or a straight line."),
    "milestones": mark("Shares of the training at which the rate falls, such as 0.5, 0.75."),
    "gamma": mark("The learning rate is multiplied by this at each milestone."),
    "warmup": mark("Share of the training in which the rate is lower at first."),
    "warmup_shape": mark("Rises from nothing, or is a tenth of the rate (ResNet-110)."),
    "flip": mark("Mirrors images left to right. Wrong for digits and letters."),
    "crop_padding": mark("Each image is shifted by up to so many pixels, anew in every epoch."),
    "border": mark("What a shifted image shows at its edge."),
    "cutout": mark("Side of a square that is blanked in each image; 0 for none."),
    "mixup": mark("Blends pairs of images and their classes; 0 for not, 0.2 is usual."),
    "label_smoothing": mark("The true class is asked for with less than certainty; 0.1 is usual."),
    "ema": mark("Evaluates a moving average of the weights (EMA); 0 for none, 0.999 is usual."),
    "precision": mark("Numbers of 16 bits are faster where the hardware has them."),
    "layout": mark("How images lie in memory; the fastest is measured in longer trainings."),
    "engine": mark("How steps run on a GPU; automatic changes only where that pays."),
    "metric": mark("What is looked at after every epoch."),
    "threshold": mark("Ends as soon as it is this good; 0 for never."),
    "patience": mark("Ends after so many epochs that were no better; 0 for never."),
    "min_change": mark("What counts as better than before."),
}
OPTIONS = {
    "sgd": "SGD",
    "adamw": "AdamW",
    "cosine": mark("cosine"),
    "step": mark("steps"),
    "linear": mark("straight line"),
    "constant": mark("a tenth"),
    "none": mark("never"),
    "random": mark("by chance"),
    "alternating": mark("every other epoch"),
    "mirror": mark("its mirror image"),
    "zero": mark("the mean colour"),
    "auto": mark("automatic"),
    "float32": mark("32 bits"),
    "bfloat16": mark("16 bits (bfloat16)"),
    "channels_last": mark("by pixel (channels last)"),
    "contiguous": mark("by channel"),
    "eager": mark("step by step"),
    "graph": mark("recorded (CUDA graph)"),
    "compile": mark("compiled"),
    "test_accuracy": mark("accuracy, held-out images"),
    "test_loss": mark("loss, held-out images"),
    "test_mean_iou": mark("mean IoU, held-out images"),
    "train_accuracy": mark("accuracy, training images"),
    "train_loss": mark("loss, training images"),
}
_LEAST, _CLOSE = 1e-6, 1e-6


def words_of(option: object) -> str:
    """Return an option of a field in words."""
    return _(OPTIONS.get(str(option), str(option)))


def title_of(name: str, model: type = Recipe) -> str:
    """Return what a field is called."""
    info: FieldInfo = model.model_fields[name]
    return _(info.title or name)


def field(name: str, current: Any, key: str, model: type = Recipe) -> Any:  # noqa: ANN401
    """Show one field of a recipe, or of when it stops, and return its value.

    Raises:
        JobError: Milestones that are no numbers.
    """
    info: FieldInfo = model.model_fields[name]
    label, hint = title_of(name, model), _(HINTS[name]) if name in HINTS else None
    if name == "milestones":
        return _numbers(label, current, key, hint)
    if get_origin(info.annotation) is Literal:
        options = get_args(info.annotation)
        return st.selectbox(
            label,
            options,
            options.index(current),
            key=key,
            help=hint,
            format_func=words_of,
            persist_state="session",
        )
    if info.annotation is bool:
        return st.toggle(label, current, key=key, help=hint, persist_state="session")
    return _number(info, label, current, key, hint)


def _number(info: FieldInfo, label: str, current: Any, key: str, hint: str | None) -> Any:  # noqa: ANN401
    whole = info.annotation is int
    low, high = _bounds(info)
    kind = int if whole else float
    return st.number_input(
        label,
        kind(low),
        kind(high),
        kind(current if current is not None else low),
        format="%d" if whole else "%.4g",
        key=key,
        help=hint,
        persist_state="session",
    )


def _bounds(info: FieldInfo) -> tuple[float, float]:
    """Return lowest and highest value; those that are only just refused are left out."""
    low, high = 0.0, 1e6
    for rule in info.metadata:
        low = float(getattr(rule, "ge", getattr(rule, "gt", low - _LEAST) + _LEAST))
        high = float(getattr(rule, "le", getattr(rule, "lt", high + _CLOSE) - _CLOSE))
    return low, high


def _numbers(label: str, current: tuple[float, ...], key: str, hint: str | None) -> list[float]:
    text = st.text_input(
        label,
        ", ".join(f"{share:.4g}" for share in current),
        max_chars=100,
        key=key,
        help=hint,
        persist_state="session",
    )
    try:
        return [float(part) for part in text.replace(";", ",").split(",") if part.strip()]
    except ValueError:
        raise JobError(
            _("{text} are no milestones.").format(text=repr(text[:40])),
            _("Write shares of the training, divided by commas, such as 0.5, 0.75."),
        ) from None
