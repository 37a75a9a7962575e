"""Gradient by path length: exact sums, single paths, shares, and how paths go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer.analysis.gradient_study import Question
from explorer.analysis.shortcuts import shortcuts
from explorer.figures import gradient_lengths as figures
from explorer.figures.gradient_lengths import Line
from explorer.ui import guard, panels
from explorer.ui.gradient_choices import (
    CUT,
    DEEP,
    choose_draws,
    choose_images,
    choose_longest,
    measured_on,
    study_of,
)
from explorer.ui.gradient_training import over_training
from explorer.ui.i18n import _, sentences
from explorer.ui.page_theme import page_theme, plot
from explorer.ui.panels import Figure
from explorer.ui.path_units import words_of
from explorer.ui.rows_table import rows_table
from explorer.ui.weights_choice import LARGEST_SEED, choose_weights
from explorer.units import large, percent

if TYPE_CHECKING:
    from explorer.analysis.gradient_study import Study
    from explorer.analysis.path_gradient import GradientByLength
    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand
    from explorer.ui.weights_choice import Chosen


_SMALL = 0.01


def section(now: Hand) -> None:
    """Show the choices at the left and what they give at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    with left, st.container(border=True, key="gradient-choices"):
        chosen = choose_weights(now)
        num_units = len(chosen.graph.blocks)
        longest = choose_longest(num_units, CUT if num_units > DEEP else None)
        draws = choose_draws(chosen, longest)
        num_images = choose_images(chosen)
    question = Question(num_images, longest, draws, draws, _seed_of(chosen))
    with right, guard.guard():
        found = study_of(chosen, question, "ask-gradient")
        if found is None:
            _promise()
        else:
            _show(chosen, question, found)
        if chosen.run is not None:
            over_training(chosen.run, question)


def _seed_of(chosen: Chosen) -> int:
    return min(chosen.run.record.seed, LARGEST_SEED) if chosen.run else chosen.weights.seed


def _promise() -> None:
    panels.heading(
        _("What will be here"),
        _(
            "The gradient tells each weight how to change. It reaches the image along every path "
            "at once; here it is split into the parts that came along paths of 0, 1, 2, … blocks."
        ),
    )


def _show(chosen: Chosen, question: Question, found: Study) -> None:
    _strip(found)
    left, right = st.columns(2, gap="medium")
    with left:
        _shares(found.exact)
        _single(found)
    with right:
        _sums(found)
        _agreement(found)
    panels.note(_caption(chosen, question, found))
    with st.container(border=True, key="gradient-holds"):
        panels.heading(*where_it_holds(chosen.graph))
    rows_table(found.rows, _titles(), "gradient-by-length", _("Counts are exact whole numbers."))


def _strip(found: Study) -> None:
    exact = found.exact
    low, high = exact.effective_range()
    held = sum(exact.counts[low : high + 1]) / sum(exact.counts)
    up_to = len(exact.norm) - 1
    panels.strip(
        [
            Figure(
                _("Effective paths"),
                f"{low} – {high}" if low < high else str(low),
                _("blocks long"),
                _("95 % of the gradient") if exact.is_complete else _("of those up to the cut"),
                _("The fewest neighbouring lengths whose sums hold 95 % of the sum of all norms."),
            ),
            Figure(_("They are"), _share(held), _("of all paths")),
            Figure(
                _("Strongest at"),
                str(int(exact.norm.argmax())),
                _("blocks"),
                _("commonest: {k}").format(k=_commonest(exact)),
                _("The length whose paths, added up, have the largest gradient."),
            ),
            Figure(
                _("Parts sum to the gradient"),
                _("within {gap}").format(gap=power(exact.gap or 0.0)),
                "",
                _("relative to autograd, {bits}").format(
                    bits="float64" if found.is_double else "float32"
                )
                if exact.is_complete
                else _("all lengths at once; shown to {k}").format(k=up_to),
                _(
                    "Automatic differentiation computes the same gradient without splitting it; "
                    "this is how far the two are apart at the worst image."
                ),
            ),
        ]
    )


def power(value: float) -> str:
    """Return a small number as a power of ten that is not below it: ``10⁻¹⁵``."""
    if value <= 0:
        return "0"
    exponent = int(np.ceil(np.log10(value) - 1e-9))
    return f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _share(value: float) -> str:
    return percent(value) if value >= 0.001 else f"{100 * value:.1e} %"


def _commonest(exact: GradientByLength) -> int:
    return max(range(len(exact.counts)), key=lambda k: exact.counts[k])


def _shares(exact: GradientByLength) -> None:
    with st.container(border=True, key="gradient-shares"):
        panels.heading(
            _("Share of the gradient by length"),
            _(
                "[%] Bars: how much of the gradient comes along paths of each length. Dotted: how "
                "many of the paths have it. Paths are commonest at {common}, the gradient is "
                "strongest at {strong}."
            ).format(common=_commonest(exact), strong=int(exact.norm.argmax())),
        )
        axis = words_of("block").axis
        plot(figures.shares(exact, axis, _("paths"), page_theme()), "gradient-shares-chart")
        panels.note(
            _(
                "Exact: the norm of each sum by the sum of all norms, which cannot cancel. Shaded: "
                "the effective paths."
            )
        )


def _sums(found: Study) -> None:
    with st.container(border=True, key="gradient-sums"):
        panels.heading(
            _("All paths of one length together"),
            _(
                "[norm, log scale] The gradients of all paths of a length, added up. These parts "
                "add up to the gradient itself."
            ),
        )
        names = (_("exact sum"), _("count × mean norm: upper bound"))
        axis = words_of("block").axis
        plot(figures.sums(found, names, axis, page_theme()), "gradient-sums-chart")
        if found.sampled is None:
            panels.note(_("Draw single paths to see the upper bound that Veit et al. plot."))
        else:
            panels.note(
                _(
                    "Count × mean norm is what Veit et al. plot. It is only an upper bound: the "
                    "sum would reach it if all paths of a length pulled the same way. {apart}"
                ).format(apart=_apart(found))
            )


def _apart(found: Study) -> str:
    """Say how far the bound is from the sum where the sum is largest."""
    assert found.sampled is not None
    k = int(found.exact.norm.argmax())
    ratio = float(found.sampled.product[k] / found.exact.norm[k])
    times = large(round(ratio)) if 100 <= ratio < float("inf") else f"{ratio:.3g}"
    return _("At length {k} it is {ratio} times the sum.").format(k=k, ratio=times)


def _single(found: Study) -> None:
    with st.container(border=True, key="gradient-single"):
        panels.heading(
            _("One path alone"),
            _(
                "[norm, log scale] How strong the gradient is that comes along one path of a "
                "length. Longer paths pass more branches, and each weakens or strengthens it."
            ),
        )
        if found.signs is None:
            panels.note(_("Choose 10 draws or more to measure single paths."))
            return
        names = (_("RMS, random signs"), _("mean, drawn paths (Veit)"))
        axis = words_of("block").axis
        plot(figures.single_paths(found, names, axis, page_theme()), "gradient-single-chart")
        panels.note(
            _(
                "Measured, bands are 95 % intervals. The root mean square weighs strong paths "
                "more: the mean is below it, but for chance. Random signs on the branches take in "
                "all paths with each draw; drawing paths sees a few."
            )
        )


def _agreement(found: Study) -> None:
    with st.container(border=True, key="gradient-agreement"):
        panels.heading(
            _("Do paths of equal length agree?"),
            _(
                "[log scale] The exact sum by what it would be if all paths of that length stood "
                "at right angles: 1 (dotted). Above they pull the same way, below they cancel."
            ),
        )
        if found.signs is None:
            panels.note(_("Choose 10 draws or more to measure single paths."))
            return
        values = found.signs.coherence(found.exact)
        line = Line(
            _("sum by right angles"), values, 0, found.signs.coherence_interval(found.exact)
        )
        axis = words_of("block").axis
        plot(figures.curves([line], axis, page_theme(), level=1.0), "gradient-agreement-chart")
        panels.note(_agreement_words(values, found))


def _agreement_words(values: np.ndarray, found: Study) -> str:
    """Say what is seen at the strongest length, and what is known of it."""
    k = int(found.exact.norm.argmax())
    if found.exact.counts[k] == 1:
        return _(
            "There is one path of length {k}, where the sum is largest: nothing to agree with. "
            "Band: 95 % interval."
        ).format(k=k)
    here = _("At length {k}, where the sum is largest, it is {value}.").format(
        k=k, value=f"{float(values[k]):.3g}"
    )
    known = _(
        "Before training the paths of a length are nearly at right angles, so that the upper "
        "bound is far above their sum; training makes them agree. Band: 95 % interval."
    )
    return sentences((here, known))


def _caption(chosen: Chosen, question: Question, found: Study) -> str:
    said = [measured_on(chosen, question), _("Exact at these images: counts, sums, shares.")]
    if not found.exact.is_complete:
        words = _("Paths longer than {k} blocks are left out, which changes no other sum.")
        said.append(words.format(k=len(found.exact.norm) - 1))
        if found.exact.norm_share[-1] > _SMALL:
            said.append(
                _(
                    "The sums have not died away at the cut: take longer paths before you read "
                    "the shares."
                )
            )
    if question.num_draws:
        words = _(
            "Measured: single paths, {n} draws of signs and {n} paths of each length, seed {seed}."
        )
        said.append(words.format(n=question.num_draws, seed=question.seed))
    return sentences(said)


def where_it_holds(graph: Graph) -> tuple[str, str]:
    """Return a heading and a text: where the split into paths holds, from a network's shortcuts."""
    kinds = shortcuts(graph)
    n = kinds.num_units
    if kinds.plain == n:
        title = _("One path")
        text = _("No block has a shortcut: every path goes through every block.")
    elif kinds.rectified:
        title = _("Exact at these images")
        text = _(
            "A ReLU follows the addition in {m} of {n} blocks (v1) and multiplies shortcut and "
            "branch alike. The split holds with its masks frozen as they are at each image; a "
            "longer step would switch some of them."
        ).format(m=kinds.rectified, n=n)
    elif not kinds.identity:
        title = _("No clean shortcut")
        text = _(
            "Something stands on every shortcut. The split holds with it as it is at each image."
        )
    else:
        title = _("Clean shortcuts")
        text = _(
            "In {m} of {n} blocks the shortcut is exactly the identity (v2): a gradient passes it "
            "unchanged, whatever the image. Only what the branches do depends on the image, and "
            "is taken as it is there."
        ).format(m=kinds.identity, n=n)
    said = [text]
    if kinds.changed:
        text = _("In {m} it is projected, pooled, padded, gated, or leaves after an activation.")
        said.append(text.format(m=kinds.changed))
    if 0 < kinds.plain < n:
        text = _("{m} have none: every path goes through them.")
        said.append(text.format(m=kinds.plain))
    return title, sentences(said)


def _titles() -> dict[str, str]:
    return {
        "length": _("Length"),
        "count": _("Paths"),
        "exact_norm": _("Exact sum"),
        "norm_share": _("Share"),
        "rms_path_norm": _("One path, RMS"),
        "mean_path_norm": _("One path, mean"),
        "count_times_mean": _("Count × mean"),
        "coherence": _("Sum by right angles"),
        "alignment": _("Alignment"),
    }
