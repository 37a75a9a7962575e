"""The recipes that have names."""

from __future__ import annotations

from explorer.errors import JobError
from explorer.training.named_recipe import NamedRecipe
from explorer.training.paper_recipes import PAPERS
from explorer.training.recipe import Recipe, from_data
from explorer.words import _

DEFAULT = "sgd"
"""ResNet-20 on CIFAR-10 images, one seed: 64.8 % after one epoch and 73.2 % after two, where
``quick`` came to 63.1 % and 70.8 %.
"""

_EARLIER = {"paper": "he2015_cifar"}
"""Names of earlier versions, which jobs that wait may still hold."""

_OURS = (
    NamedRecipe(
        "sgd",
        "SGD, cosine",
        "SGD with Nesterov momentum, a long warm-up and cosine decay.",
        "Loshchilov, Hutter 2017; weight decay of Zagoruyko, Komodakis 2016; the rest measured",
        Recipe(
            name="sgd",
            epochs=5,
            batch_size=64,
            lr=0.1,
            warmup=0.2,
            flip="alternating",
            crop_padding=2,
        ),
    ),
    NamedRecipe(
        "quick",
        "Quick, AdamW",
        "AdamW with warm-up and cosine decay: less depends on the learning rate and the seed.",
        "Loshchilov, Hutter 2019; values measured on the drawn shapes",
        Recipe(
            name="quick",
            epochs=5,
            batch_size=64,
            optimiser="adamw",
            lr=3e-3,
            weight_decay=0.05,
            warmup=0.1,
            flip="alternating",
            crop_padding=2,
        ),
    ),
)


def recipes() -> dict[str, NamedRecipe]:
    """Return every named recipe by name, the default first."""
    return {found.name: found for found in (*_OURS, *PAPERS)}


def resolve(asked: object) -> Recipe:
    """Return the recipe that a name, or the fields of a recipe, mean.

    Raises:
        JobError: There is no such recipe, or a value is out of range.
    """
    if not isinstance(asked, str):
        return from_data(asked)
    found = recipes().get(_EARLIER.get(asked, asked))
    if found is None:
        names = ", ".join(recipes())
        raise JobError(
            _("There is no recipe called {asked!r}.").format(asked=asked[:100]),
            _("Choose from {names}.").format(names=names),
        )
    return found.recipe


def departures(recipe: Recipe) -> tuple[str, ...]:
    """Return one sentence about each way in which a recipe is not the named one it is made from.

    Our own recipes are meant to be changed, so there are none about them.
    """
    named = {found.name: found for found in PAPERS}.get(recipe.name)
    return named.departures(recipe) if named else ()
