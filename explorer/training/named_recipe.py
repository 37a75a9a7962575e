"""A recipe with a name, and what is said when a training departs from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.words import _

if TYPE_CHECKING:
    from explorer.training.recipe import Recipe

_LENGTH = ("epochs", "steps", "seconds", "stop")
_MACHINE = ("name", "precision", "layout", "engine")


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """A recipe with what there is to say about it.

    Attributes:
        name: What it is asked for by.
        title: For people.
        line: One line about it.
        source: Where it is from.
        recipe: The values.
    """

    name: str
    title: str
    line: str
    source: str
    recipe: Recipe

    def departures(self, recipe: Recipe) -> tuple[str, ...]:
        """Return one sentence about each way in which a training is not what the source says."""
        return (*self._of_length(recipe), *self._of_values(recipe))

    def _of_length(self, recipe: Recipe) -> tuple[str, ...]:
        stated = self.recipe.epochs
        if recipe.seconds is not None:
            length = _("for {n} s").format(n=f"{recipe.seconds:g}")
        elif recipe.steps is not None:
            length = _("for {n} steps").format(n=f"{recipe.steps:,}")
        elif recipe.epochs != stated:
            length = _("for {n} epochs").format(n=recipe.epochs)
        else:
            return ()
        words, places = _("{title} is stated for {stated} epochs; this trains {length}."), []
        if recipe.schedule == "step" and recipe.steps is None and recipe.seconds is None:
            places = [f"{share * recipe.epochs:g}" for share in _rounded(recipe.milestones)]
            words = _(
                "{title} is stated for {stated} epochs; this trains {length}, with the learning "
                "rate falling after {places} of them."
            )
        said = words.format(
            title=_(self.title), stated=stated, length=length, places=_listed(places)
        )
        return (said,)

    def _of_values(self, recipe: Recipe) -> tuple[str, ...]:
        fields = type(recipe).model_fields
        others = [
            _("{field} {value} for {stated}").format(
                field=_(fields[name].title or name).lower(),
                value=_said(value),
                stated=_said(stated),
            )
            for name in fields
            if name not in (*_LENGTH, *_MACHINE)
            and (value := getattr(recipe, name)) != (stated := getattr(self.recipe, name))
        ]
        if not others:
            return ()
        words = _("Unlike {title}: {others}.")
        return (words.format(title=_(self.title), others=_(", ").join(others)),)


def _rounded(shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(share, 4) for share in shares)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return _listed([f"{part:g}" for part in value])
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _listed(words: list[str]) -> str:
    return _(" and ").join([_(", ").join(words[:-1]), words[-1]] if len(words) > 1 else words)
