"""Sentences that depend on what came out, and whether it is more than chance."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, variance
from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.lessons.quantities import QUANTITIES
from explorer.lessons.results import figure as value_of
from explorer.lessons.results import values
from explorer.units import count
from explorer.words import _

if TYPE_CHECKING:
    from explorer.lessons.experiment import Experiment
    from explorer.lessons.lesson import Claim
    from explorer.lessons.results import Results

CLEAR = 2.0
"""Standard errors that a difference has to exceed to be stated."""
_COUNTED: dict[str, Literal["num_train", "num_test"]] = {
    "train_error": "num_train",
    "test_error": "num_test",
    "best_error": "num_test",
}
"""Quantity that is a share of counted images -> how many they are."""

Outcome = Literal["holds", "fails", "reversed", "unclear"]


class Found(NamedTuple):
    """What came out of the two networks of a claim.

    Attributes:
        more: Figure of the one that is said to have more; the mean over its seeds.
        less: Of the other.
        least: The difference that chance alone may make; 0 where nothing is known about it.
        outcome: What of the claim it is.
    """

    more: float
    less: float
    least: float
    outcome: Outcome


def found(claim: Claim, experiment: Experiment, results: Results) -> Found | None:
    """Return what came out; None where a network has no such figure.

    A difference counts where it is larger than ``CLEAR`` standard errors. Of an error these are
    those of a difference of two proportions, from as many images as it was counted on; where there
    are several seeds their spread comes in addition.
    """
    more, less = (value_of(experiment, results, arm, claim.of) for arm in (claim.more, claim.less))
    if more is None or less is None:
        return None
    least = CLEAR * sqrt(
        sum(_squared_error(results, a, claim.of) for a in (claim.more, claim.less))
    )
    gap = more - less
    if least and abs(gap) <= least:
        return Found(more, less, least, "unclear")
    if gap >= claim.margin:
        return Found(more, less, least, "holds")
    return Found(more, less, least, "reversed" if gap < 0 and -gap >= claim.margin else "fails")


def sentence(claim: Claim, experiment: Experiment, results: Results) -> str:
    """Return what a claim says about what came out; empty where a figure is missing."""
    came = found(claim, experiment, results)
    if came is None:
        return ""
    if came.outcome == "unclear":
        return _unclear(claim, experiment, results, came)
    said = {"holds": claim.holds, "reversed": claim.reversed}.get(came.outcome) or claim.fails
    quantity = QUANTITIES[claim.of]
    return said.format_map(
        {
            "more": quantity.words(came.more),
            "less": quantity.words(came.less),
            "gap": quantity.gap(abs(came.more - came.less)),
        }
    )


def _squared_error(results: Results, arm: str, of: str) -> float:
    """Return the squared standard error of a network's figure."""
    seen = values(results, arm, of)
    images = getattr(results, _COUNTED[of]) if of in _COUNTED else 0
    # The same images in every run: more seeds do not make them more.
    by_images = fmean(seen) * (1 - fmean(seen)) / images if images and seen else 0.0
    return by_images + (variance(seen) / len(seen) if len(seen) > 1 else 0.0)


def _unclear(claim: Claim, experiment: Experiment, results: Results, came: Found) -> str:
    """Say that a difference is no larger than what chance may make."""
    quantity = QUANTITIES[claim.of]
    if claim.of in _COUNTED:
        text = _(
            "too small to tell at {images} images: {one} {more}, {other} {less} ({title}). Chance "
            "alone can make a difference of {least}."
        )
    else:
        text = _(
            "too small to tell from these seeds: {one} {more}, {other} {less} ({title}). Chance "
            "alone can make a difference of {least}."
        )
    return text.format(
        title=_(quantity.title),
        images=count(getattr(results, _COUNTED.get(claim.of, "num_test"))),
        one=experiment.arm(claim.more).title,
        more=quantity.words(came.more),
        other=experiment.arm(claim.less).title,
        less=quantity.words(came.less),
        least=quantity.gap(came.least),
    )
