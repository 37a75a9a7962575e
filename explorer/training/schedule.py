"""The learning rate at every step, as a function: nothing to save, nothing to get out of step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.training.recipe import Recipe


def learning_rate(recipe: Recipe, step: int, num_steps: int) -> float:
    """Return the learning rate of one step.

    Linear warm-up to ``recipe.lr``, then either half a cosine to 0 (Loshchilov, Hutter 2017,
    without restarts) or a factor ``gamma`` at every milestone.

    Args:
        recipe: Says which.
        step: 0 .. num_steps - 1.
        num_steps: Steps of the whole training.
    """
    warmup_steps = round(recipe.warmup * num_steps)
    if step < warmup_steps:
        return recipe.lr * (step + 1) / warmup_steps
    if recipe.schedule == "step":
        passed = sum(step >= round(share * num_steps) for share in recipe.milestones)
        return recipe.lr * recipe.gamma**passed
    progress = (step - warmup_steps) / max(1, num_steps - warmup_steps)
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * progress))
