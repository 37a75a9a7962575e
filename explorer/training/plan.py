"""What a recipe leaves open, decided for one run: kept with it, so that it goes on as it began."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.errors import DataError
from explorer.words import _

MAX_PARTS = 4


class Plan(BaseModel):
    """How a recipe is carried out on one machine.

    Attributes:
        layout: Of images and weights in memory.
        precision: What convolutions multiply in.
        engine: How a step is run.
        parts: Into how many parts a batch is split because it does not fit; their gradients are
            added up, but batch norm sees one part at a time.
        steps: What the recipe's time came to; None without one.
        threads: Of the processor.
        measured: Milliseconds of a step by what was tried, such as ``channels_last bfloat16``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    layout: Literal["channels_last", "contiguous"] = "channels_last"
    precision: Literal["float32", "bfloat16"] = "float32"
    engine: Literal["eager", "graph", "compile"] = "eager"
    parts: Annotated[int, Field(ge=1, le=MAX_PARTS)] = 1
    steps: Annotated[int | None, Field(ge=1)] = None
    threads: Annotated[int, Field(ge=1)] = 1
    measured: dict[str, float] = {}

    def changed(self, **changes: Any) -> Plan:  # noqa: ANN401 - fields of several types
        """Return this plan with some fields changed."""
        return self.model_copy(update=changes)


def from_record(data: dict[str, Any]) -> Plan | None:
    """Return the plan that a run has kept, or None where it has none yet.

    Raises:
        DataError: It was made by a later version.
    """
    if not data:
        return None
    try:
        return Plan.model_validate(data)
    except ValidationError:
        raise DataError(
            _("How this run was carried out cannot be read."),
            _("It is of a newer version; train it anew."),
        ) from None
