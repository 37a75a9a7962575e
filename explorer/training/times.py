"""Both times of a training in words: how long it took, and how long somebody waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.units import seconds
from explorer.words import _, sentences

if TYPE_CHECKING:
    from explorer.store.runs import Result


def told(result: Result) -> str:
    """Return a sentence about each time that is known.

    Example: ``Steps took 52 s, with evaluations 55 s. From the click it was 2.1 s to the first
    figure and 1 min 1 s to the result.``
    """
    training = _("Steps took {steps}, with evaluations {all}.").format(
        steps=seconds(result.training_seconds), all=seconds(result.seconds)
    )
    return sentences((training if result.training_seconds else "", _waited(result)))


def _waited(result: Result) -> str:
    if result.result_seconds is None:
        return ""
    whole = seconds(result.result_seconds)
    if result.first_seconds is None:
        return _("From the click it was {whole} to the result.").format(whole=whole)
    return _("From the click it was {first} to the first figure and {whole} to the result.").format(
        first=seconds(result.first_seconds), whole=whole
    )
