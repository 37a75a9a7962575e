"""How a network is trained, as one value."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from explorer.errors import JobError
from explorer.words import _

Share = Annotated[float, Field(gt=0, lt=1)]
Metric = Literal["test_accuracy", "test_loss", "test_mean_iou", "train_accuracy", "train_loss"]
Layout = Literal["auto", "channels_last", "contiguous"]
Precision = Literal["auto", "float32", "bfloat16"]
Engine = Literal["auto", "eager", "graph", "compile"]
METRICS: tuple[Metric, ...] = get_args(Metric)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Stop(_Value):
    """When a training ends before its time; looked at after every epoch.

    Attributes:
        metric: A loss or a share of the epoch's report; a loss is better when smaller.
        threshold: Ends as soon as the metric is this good; None: no such value.
        patience: Ends after so many epochs in a row that are no better than the best before;
            0: never.
        min_change: What counts as better than the best.
    """

    metric: Annotated[Metric, Field(title="Metric")] = "test_accuracy"
    threshold: Annotated[float | None, Field(ge=0, le=100, title="Good enough")] = None
    patience: Annotated[int, Field(ge=0, le=1000, title="Epochs without progress")] = 0
    min_change: Annotated[float, Field(ge=0, le=1, title="Least progress")] = 0.0

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.threshold is None and not self.patience:
            raise ValueError(_("give a threshold, a patience, or both"))
        return self


class Recipe(_Value):
    """A frozen, JSON-ready training recipe.

    Attributes:
        name: Of the named recipe that this one is or was made from; empty for none.
        steps: Exactly so many steps, whatever ``epochs`` says; the last epoch may be cut short.
        seconds: Train for about this long [s]: how many steps that is, is measured at the start
            and kept with the run. Goes before ``steps`` and ``epochs``.
        milestones: Shares of the whole training at which the step schedule multiplies the
            learning rate by ``gamma``.
        warmup: Share of the whole training for which the learning rate is lower at first.
        warmup_shape: ``linear`` rises from nothing; ``constant`` is a tenth of the rate, as for
            ResNet-110 (He et al. 2015, section 4.2).
        crop_padding: Largest shift of a random crop [px].
        border: What a crop shows beyond the image: its mirror image, or the mean colour, which
            is zero for the network.
        flip: ``alternating`` flips every image in every other epoch, half of them in the first
            (Jordan 2024), so that both sides are seen equally often.
        cutout: Side of a square that is blanked at a random place of each image [px], which may
            lie partly outside (DeVries, Taylor 2017); 0: none.
        mixup: Each batch is mixed with itself in reverse order, by a share drawn from
            Beta(mixup, mixup) (Zhang et al. 2018); 0: not.
        ema: Decay of the exponential moving average of the weights that is evaluated and kept;
            0: none. In the first steps the decay is at most (1 + step) / (10 + step).
        stop: When to end early.
        precision: ``auto`` is bfloat16 autocast where the hardware multiplies it: on CUDA, and
            on processors with AVX512-BF16 or AMX.
        layout: Of images and weights in memory; ``auto`` measures in longer trainings.
        engine: How a step is run on a GPU; ``auto`` changes from ``eager`` only where that is
            predicted to pay.
    """

    name: Annotated[str, Field(max_length=60, title="Name")] = ""
    epochs: Annotated[int, Field(ge=1, le=1000, title="Epochs")] = 5
    steps: Annotated[int | None, Field(ge=1, le=10**8, title="Steps")] = None
    seconds: Annotated[float | None, Field(gt=0, le=10**7, title="Seconds")] = None
    batch_size: Annotated[int, Field(ge=2, le=4096, title="Batch size")] = 128
    optimiser: Annotated[Literal["sgd", "adamw"], Field(title="Optimiser")] = "sgd"
    lr: Annotated[float, Field(gt=0, le=10, title="Learning rate")] = 0.1
    momentum: Annotated[float, Field(ge=0, lt=1, title="Momentum")] = 0.9
    nesterov: Annotated[bool, Field(title="Nesterov momentum")] = True
    weight_decay: Annotated[float, Field(ge=0, le=1, title="Weight decay")] = 5e-4
    decay_norm_and_bias: Annotated[bool, Field(title="Decay norms and biases too")] = False
    schedule: Annotated[Literal["cosine", "step", "linear"], Field(title="Schedule")] = "cosine"
    milestones: Annotated[tuple[Share, ...], Field(max_length=8, title="Milestones")] = (0.5, 0.75)
    gamma: Annotated[float, Field(gt=0, lt=1, title="Factor at a milestone")] = 0.1
    warmup: Annotated[float, Field(ge=0, le=0.5, title="Warm-up")] = 0.0
    warmup_shape: Annotated[Literal["linear", "constant"], Field(title="Kind of warm-up")] = (
        "linear"
    )
    label_smoothing: Annotated[float, Field(ge=0, lt=1, title="Label smoothing")] = 0.0
    flip: Annotated[Literal["none", "random", "alternating"], Field(title="Flip")] = "random"
    crop_padding: Annotated[int, Field(ge=0, le=32, title="Crop padding [px]")] = 4
    border: Annotated[Literal["mirror", "zero"], Field(title="Beyond the border")] = "mirror"
    cutout: Annotated[int, Field(ge=0, le=128, title="Cutout [px]")] = 0
    mixup: Annotated[float, Field(ge=0, le=10, title="Mixup")] = 0.0
    ema: Annotated[float, Field(ge=0, lt=1, title="Average of weights")] = 0.0
    stop: Annotated[Stop | None, Field(title="End early")] = None
    precision: Annotated[Precision, Field(title="Precision")] = "auto"
    layout: Annotated[Layout, Field(title="Memory layout")] = "auto"
    engine: Annotated[Engine, Field(title="Engine")] = "auto"

    @model_validator(mode="before")
    @classmethod
    def _from_earlier_versions(cls, data: Any) -> Any:  # noqa: ANN401 - whatever is validated
        """Read what runs had before a layout was measured: a yes or no to channels last."""
        if isinstance(data, dict) and "channels_last" in data:
            given = dict(data)  # pyright: ignore[reportUnknownVariableType]
            last = given.pop("channels_last")
            return {"layout": "channels_last" if last else "contiguous", **given}
        return data

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.optimiser == "sgd" and self.nesterov and not self.momentum:
            raise ValueError(_("Nesterov momentum needs a momentum above 0"))
        if list(self.milestones) != sorted(self.milestones):
            raise ValueError(_("the milestones must rise"))
        return self

    def changed(self, **changes: Any) -> Recipe:  # noqa: ANN401 - fields of several types
        """Return this recipe with some fields changed and everything checked again.

        Raises:
            JobError: A value is out of range; the message says which.
        """
        return from_data({**self.model_dump(), **changes})


def from_data(data: object) -> Recipe:
    """Return the recipe that a decoded JSON object describes.

    Raises:
        JobError: A field is unknown or out of range; the message says which.
    """
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        where, what = first_fault(error, "recipe")
        raise JobError(
            _("The recipe cannot be used: {where}: {what}.").format(where=where, what=what),
            _("Change that value."),
        ) from None


def first_fault(error: ValidationError, whole: str) -> tuple[str, str]:
    """Return where the first fault of decoded JSON is, and what it is.

    Args:
        error: What pydantic found.
        whole: The name for a fault of no single field.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or whole
    return where, first["msg"].removeprefix("Value error, ")
