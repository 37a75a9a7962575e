"""Everything a person can cause to go wrong, as one tree.

    ExplorerError               a message and a hint, both written for the person
      SpecError                 a network description that cannot be meant; knows where
        ShapeError              two branches that do not fit; knows the address and both shapes
        BudgetError             larger than the limits allow; knows which limit
      UrlError                  a link that cannot be read
      DataError                 a data set or an image that cannot be used
      WeightsError              weights that do not belong to the network
      JobError                  background work that cannot be started or went wrong
        DivergedError           a training whose numbers ran away
        MachineMemoryError      more memory than the machine has
        GpuMemoryError          more memory than the GPU has; a smaller batch may do
        LimitError              more time, memory, disk or log than one job may use
      LessonError               a lesson or a glossary that cannot be read

Raise these for whatever a person can cause; use ``assert`` for our own invariants only.
"""

from __future__ import annotations

from typing import Any, ClassVar

from explorer.words import sentences


class ExplorerError(Exception):
    """A sentence about what is wrong, and one about what to do.

    Args:
        message: What is wrong, in one sentence.
        hint: What to do about it, in one sentence; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep both sentences; ``str()`` joins them."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return message and hint as one line."""
        return sentences((self.message, self.hint))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by attributes, so that every error survives the way between processes."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[ExplorerError], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> ExplorerError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class SpecError(ExplorerError):
    """A network description with a value that cannot be meant.

    Args:
        message: What is wrong.
        hint: What to do.
        location: Where: a dotted path such as ``stages.2.block.groups`` or
            ``layer3.0.block.groups``, or the address of a stage or block.
        given: The number that was refused there, if it was one.
        sentence: What is wrong without the place, where the message begins with it.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        location: str = "",
        *,
        given: float | None = None,
        sentence: str = "",
    ) -> None:
        """Keep the location and the number beside the sentences."""
        super().__init__(message, hint)
        self.location = location
        self.given = given
        self.sentence = sentence or message


class ShapeError(SpecError):
    """Two tensors that must be equal in shape and are not, or an op that cannot take its input.

    Args:
        message: What is wrong.
        hint: What to do.
        address: The node at which they meet, such as ``layer2.0.add``.
        shapes: The shapes that met there, each ``(channels, height, width)``.
        sentence: What is wrong without the address, where the message begins with it.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        address: str = "",
        shapes: tuple[tuple[int, ...], ...] = (),
        sentence: str = "",
    ) -> None:
        """Keep the address and the shapes beside the sentences."""
        super().__init__(message, hint, location=address, sentence=sentence)
        self.address = address
        self.shapes = shapes


class BudgetError(SpecError):
    """A network larger than the limits allow.

    Args:
        message: Which limit, by how much.
        hint: How to get under it.
        quantity: The name of the limit, such as ``params``.
        value: What the network needs.
        limit: What is allowed.
    """

    def __init__(self, message: str, hint: str, *, quantity: str, value: int, limit: int) -> None:
        """Keep the figures beside the sentences."""
        super().__init__(message, hint, location=quantity)
        self.quantity = quantity
        self.value = value
        self.limit = limit


class UrlError(ExplorerError):
    """A link that cannot be read."""


class DataError(ExplorerError):
    """A data set or an image that cannot be used."""


class WeightsError(ExplorerError):
    """Weights that do not belong to the network."""


class JobError(ExplorerError):
    """Background work that cannot be started, was refused, or went wrong.

    ``kind`` says why in a word, for programs: it stands with a job that has failed.
    """

    kind: ClassVar[str] = "error"


class DivergedError(JobError):
    """A training whose loss or weights are no longer finite numbers."""

    kind: ClassVar[str] = "diverged"


class MachineMemoryError(JobError):
    """A job that needs more memory than the machine has left."""

    kind: ClassVar[str] = "memory"


class GpuMemoryError(JobError):
    """A job that needs more memory than the GPU has left; a smaller batch may do."""

    kind: ClassVar[str] = "gpu_memory"


class LimitError(JobError):
    """A job that used more time, memory, disk or log than one job may."""

    kind: ClassVar[str] = "limit"


class LessonError(ExplorerError):
    """A lesson or a glossary that cannot be read."""
