"""Sentences that depend on what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.lessons.quantities import QUANTITIES
from explorer.lessons.results import figure as value_of

if TYPE_CHECKING:
    from explorer.lessons.experiment import Experiment
    from explorer.lessons.lesson import Claim
    from explorer.lessons.results import Results


def holds(claim: Claim, experiment: Experiment, results: Results) -> bool | None:
    """Return whether a claim is what came out; None where a network has no such figure."""
    more, less = (value_of(experiment, results, arm, claim.of) for arm in (claim.more, claim.less))
    return None if more is None or less is None else more - less >= claim.margin


def sentence(claim: Claim, experiment: Experiment, results: Results) -> str:
    """Return what a claim says about what came out; empty where a figure is missing."""
    found = holds(claim, experiment, results)
    if found is None:
        return ""
    more = value_of(experiment, results, claim.more, claim.of) or 0.0
    less = value_of(experiment, results, claim.less, claim.of) or 0.0
    quantity = QUANTITIES[claim.of]
    return (claim.holds if found else claim.fails).format_map(
        {
            "more": quantity.words(more),
            "less": quantity.words(less),
            "gap": quantity.gap(abs(more - less)),
        }
    )
