"""How a network is trained, as one value."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from explorer.errors import JobError

Share = Annotated[float, Field(gt=0, lt=1)]


class Recipe(BaseModel):
    """A frozen, JSON-ready training recipe.

    Attributes:
        milestones: Shares of the whole training at which the step schedule multiplies the
            learning rate by ``gamma``.
        warmup: Share of the whole training over which the learning rate rises linearly.
        crop_padding: Largest shift of a random crop [px]; the border is mirrored.
        flip: ``alternating`` flips every image in every other epoch, half of them in the first
            (Jordan 2024), so that both sides are seen equally often.
        precision: ``auto`` is bfloat16 autocast where the hardware multiplies it: on CUDA, and
            on processors with AVX512-BF16 or AMX.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: Annotated[int, Field(ge=1, le=1000, title="Epochs")] = 5
    batch_size: Annotated[int, Field(ge=2, le=4096, title="Batch size")] = 128
    optimiser: Annotated[Literal["sgd", "adamw"], Field(title="Optimiser")] = "sgd"
    lr: Annotated[float, Field(gt=0, le=10, title="Learning rate")] = 0.1
    momentum: Annotated[float, Field(ge=0, lt=1, title="Momentum")] = 0.9
    nesterov: Annotated[bool, Field(title="Nesterov momentum")] = True
    weight_decay: Annotated[float, Field(ge=0, le=1, title="Weight decay")] = 5e-4
    decay_norm_and_bias: Annotated[bool, Field(title="Decay norms and biases too")] = False
    schedule: Annotated[Literal["cosine", "step"], Field(title="Schedule")] = "cosine"
    milestones: Annotated[tuple[Share, ...], Field(max_length=8, title="Milestones")] = (0.5, 0.75)
    gamma: Annotated[float, Field(gt=0, lt=1, title="Factor at a milestone")] = 0.1
    warmup: Annotated[float, Field(ge=0, le=0.5, title="Warm-up")] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1, title="Label smoothing")] = 0.0
    flip: Annotated[Literal["none", "random", "alternating"], Field(title="Flip")] = "random"
    crop_padding: Annotated[int, Field(ge=0, le=32, title="Crop padding [px]")] = 4
    precision: Annotated[Literal["auto", "float32", "bfloat16"], Field(title="Precision")] = "auto"
    channels_last: Annotated[bool, Field(title="Channels last")] = True

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.optimiser == "sgd" and self.nesterov and not self.momentum:
            raise ValueError("Nesterov momentum needs a momentum above 0")
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
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "recipe"
        what = first["msg"].removeprefix("Value error, ")
        raise JobError(
            f"The recipe cannot be used: {where}: {what}.", "Change that value."
        ) from None
