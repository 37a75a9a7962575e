"""How long a training is: steps, epochs and images, as whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a training on a given number of images.

    An incomplete batch at the end of an epoch is left out: batch norm would see fewer images, and
    the order is new in every epoch, so no image is left out twice in a row but by chance.

    Attributes:
        batch_size: Images of a step.
        steps_per_epoch: Steps in which every image is seen once.
        num_steps: Steps of the whole training.
    """

    batch_size: int
    steps_per_epoch: int
    num_steps: int

    @property
    def num_epochs(self) -> int:
        """Epochs begun; the last may be cut short."""
        return -(-self.num_steps // self.steps_per_epoch)

    @property
    def samples(self) -> int:
        """Images trained on, counted each time."""
        return self.num_steps * self.batch_size

    def steps_of(self, epoch: int) -> int:
        """Return the steps of one epoch, counted from 0."""
        return min(self.steps_per_epoch, self.num_steps - epoch * self.steps_per_epoch)


def length(recipe: Recipe, num_images: int, *, steps: int | None = None) -> Length:
    """Return how long a recipe trains.

    Args:
        recipe: Its ``seconds`` count for nothing here.
        num_images: Of the training split, >= 1.
        steps: What a time came to, once it was measured; goes before the recipe's own.
    """
    batch_size = min(recipe.batch_size, num_images)
    steps_per_epoch = num_images // batch_size
    chosen = steps or recipe.steps or recipe.epochs * steps_per_epoch
    return Length(batch_size, steps_per_epoch, chosen)
