"""Fair duels: as many images, as many multiply-adds, or as much time for each contestant.

Multiply-adds of a training are three times those of its forward passes: the backward pass takes
about twice as many, for the gradients of inputs and of weights. The factor is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.analysis.cost import cost
from explorer.errors import JobError
from explorer.training.length import length
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.spec import NetworkSpec
    from explorer.training.recipe import Recipe

Kind = Literal["samples", "macs", "time"]
PASSES = 3
"""Forward, and backward counted twice."""


@dataclass(frozen=True)
class Contestant:
    """A network with the recipe that it is trained by.

    Attributes:
        spec: With the classes of the data.
        recipe: Its batch size and, of the reference, its length.
    """

    spec: NetworkSpec
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Allotted:
    """What a contestant may use.

    Attributes:
        recipe: With ``steps`` or ``seconds`` that follow from the budget.
        samples: Images trained on, counted each time; 0 where time decides.
        macs: Multiply-adds of the whole training [MAC]; 0 where time decides.
    """

    recipe: Recipe
    samples: int
    macs: int


def training_macs(spec: NetworkSpec, samples: int, image_size: int) -> int:
    """Return the multiply-adds of training on so many images, counted each time [MAC].

    Args:
        spec: The network.
        samples: Images, each time that one is seen.
        image_size: Their side [px].
    """
    return PASSES * cost(spec, image_size).macs * samples


def allot(
    contestants: Sequence[Contestant],
    kind: Kind,
    *,
    num_images: int,
    image_size: int,
    seconds: float | None = None,
) -> tuple[Allotted, ...]:
    """Give every contestant what the first one uses, to the nearest whole step.

    Args:
        contestants: The first is the reference.
        kind: What is to be equal.
        num_images: Of the training split.
        image_size: Side of the images [px].
        seconds: Where time is to be equal, how much [s].

    Raises:
        JobError: There is no time to share out, or the reference has no length of its own.
    """
    if kind == "time":
        if seconds is None:
            raise JobError(
                _("A duel by time needs a time."), _("Say how many seconds each may train.")
            )
        recipes = [one.recipe.changed(seconds=seconds, steps=None) for one in contestants]
        return tuple(Allotted(recipe, 0, 0) for recipe in recipes)
    first = contestants[0]
    if first.recipe.seconds is not None:
        raise JobError(
            _("The first contestant trains for a time, so its images cannot be counted ahead."),
            _("Give it epochs or steps, or choose a duel by time."),
        )
    samples = length(first.recipe, num_images).samples
    macs = training_macs(first.spec, samples, image_size)
    return tuple(
        _allotted(one, kind, samples, macs, (num_images, image_size)) for one in contestants
    )


def _allotted(
    one: Contestant, kind: Kind, samples: int, macs: int, data: tuple[int, int]
) -> Allotted:
    num_images, image_size = data
    batch_size = length(one.recipe, num_images).batch_size
    of_a_step = training_macs(one.spec, batch_size, image_size)
    steps = _nearest(macs, of_a_step) if kind == "macs" else _nearest(samples, batch_size)
    recipe = one.recipe.changed(steps=max(1, steps), seconds=None)
    return Allotted(recipe, max(1, steps) * batch_size, max(1, steps) * of_a_step)


def _nearest(whole: int, part: int) -> int:
    """Return the whole number of parts that comes nearest; exact, however large."""
    return (2 * whole + part) // (2 * part)
