"""Effective depth (Wu et al. 2016): what is trained end to end, and what is over-deepened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.block_range import label_of
from explorer.analysis.effective_depth import effective_depths, ensemble
from explorer.analysis.gradient_study import Question
from explorer.analysis.shortcuts import shortcuts
from explorer.figures.depth_stack import DepthWords, depth_stack
from explorer.figures.unit_reach import unit_reach
from explorer.ui import guard, panels, state, urls
from explorer.ui.gradient_choices import (
    choose_images,
    choose_longest,
    default_longest,
    measured_on,
    study_of,
)
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.model_a import compare
from explorer.ui.page_theme import page_theme, plot
from explorer.ui.panels import Figure
from explorer.ui.rows_table import rows_table
from explorer.ui.urls import Param
from explorer.ui.weights_choice import choose_weights, number_of

if TYPE_CHECKING:
    from explorer.analysis.gradient_study import Study
    from explorer.ui.state import Hand
    from explorer.ui.weights_choice import Chosen


def section(now: Hand) -> None:
    """Show the choices at the left, and the stack at an effective depth at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    with left, st.container(border=True, key="depth-choices"):
        chosen = choose_weights(now)
        num_units = len(chosen.graph.blocks)
        longest = choose_longest(num_units, default_longest(num_units))
        question = Question(choose_images(chosen), longest)
    with right, guard.guard():
        with st.container(border=True, key="depth-measure"):
            panels.heading(
                _("Measured from the gradient"),
                _(
                    "Effective depth l: of the gradient that reaches the first block, the parts "
                    "that came through l later blocks or more hold less than 5 %."
                ),
            )
            found = study_of(chosen, question, "ask-depth")
        measured = found.effective_depth if found else None
        depth = _stack(chosen, measured, is_least=bool(found and not found.exact.is_complete))
        if found is not None:
            _reach(chosen, question, found)
        compare(now, chosen, found, question.num_images, depth)


def _stack(chosen: Chosen, measured: int | None, *, is_least: bool) -> int:
    """Show the slider, what it means, and the stack; return the depth it stands at."""
    num = len(chosen.graph.blocks)
    if shortcuts(chosen.graph).plain == num:
        panels.heading(
            _("No ensemble"),
            _(
                "Without shortcuts there is one chain: its gradient goes through every block, or "
                "it does not come. A residual network adds a shorter way at every block."
            ),
        )
        return num
    with st.container(border=True, key="depth-stack"):
        panels.heading(
            _("What is trained end to end"),
            _(
                "{d} blocks are an ensemble of {d} sub-networks: Mⱼ is block j, fed by all "
                "before it. Each block adds one, so the ensemble grows linearly."
            ).format(d=num),
        )
        panels.note(
            _(
                "With M₀, the stem's output, these are d + 1 members, and where nothing follows an "
                "addition the signal is their sum. The 2ᵈ paths are another reading of the same "
                "network: the gradient at an image is the sum over them."
            )
        )
        depth = _slider(chosen, num, measured)
        members = ensemble(num, depth)
        _strip(num, depth, measured, is_least=is_least)
        st.html(
            depth_stack(members, [label_of(b) for b in chosen.graph.blocks], _words(num, depth))
        )
        panels.note(
            _(
                "Strong: blocks that Mⱼ trains in series, end to end. Faint: blocks that are fixed "
                "preprocessing to it, because no gradient worth speaking of reaches them through "
                "it. Dashed blocks lie beyond the effective depth."
            )
        )
        rows = [member._asdict() for member in members]
        titles = {
            "unit": _("Sub-network"),
            "first": _("Trains from block"),
            "depth": _("Blocks in series"),
            "end_to_end": _("End to end"),
        }
        rows_table(rows, titles, "ensemble", _("Exact, from the depth l alone."))
    return depth


def _slider(chosen: Chosen, num: int, measured: int | None) -> int:
    if num == 1:
        return 1
    # Named after what was measured, so that a new measurement moves the slider.
    key = f"depth-{chosen.spec.digest[:12]}-{measured}"
    default = max(1, min(measured or num, num))
    start = state.start_widget(key, number_of(Param.DEPTH, 0, num) or default)
    marks = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with marks:
        depth = int(st.slider(_("Effective depth l [blocks]"), 1, num, start, key=key))
        if measured is not None:
            st.button(
                _("As measured: {l}").format(l=measured),
                on_click=state.set_widget,
                args=(key, default),
                key="depth-as-measured",
            )
    urls.put(Param.DEPTH, "" if depth == default else str(depth))
    return depth


def _strip(num: int, depth: int, measured: int | None, *, is_least: bool) -> None:
    whole = min(depth, num)
    figures = [
        Figure(
            _("Trained end to end"),
            str(whole),
            _("of {d} sub-networks").format(d=num),
            "",
            _("A gradient reaches every block before it through the whole chain."),
        ),
        Figure(
            _("Over-deepened by"),
            str(num - whole),
            plural("block", "blocks", num - whole),
            _("they add width, not trained depth") if num > whole else _("not over-deepened"),
            _("Blocks beyond the effective depth add features, but no depth that is trained."),
        ),
    ]
    if measured is not None:
        figures.append(
            Figure(
                _("Measured depth"),
                _("at least {l}").format(l=measured) if is_least else str(measured),
                _("of {d} blocks").format(d=num),
                _("longer paths left out") if is_least else _("95 % of the gradient"),
            )
        )
    panels.strip(figures)


def _words(num: int, depth: int) -> DepthWords:
    return DepthWords(
        _(
            "{d} blocks at effective depth {l}: {w} sub-networks are trained end to end, "
            "{o} blocks lie beyond."
        ).format(d=num, l=depth, w=min(depth, num), o=max(0, num - depth)),
        _("M{j} trains blocks 1 to {j} end to end."),
        _("M{j} trains blocks {first} to {j}; blocks 1 to {before} are fixed to it."),
    )


def _reach(chosen: Chosen, question: Question, found: Study) -> None:
    """Show how far the gradient of each block comes."""
    assert found.exact.arriving is not None
    depths = effective_depths(found.exact.arriving)
    labels = [label_of(block) for block in chosen.graph.blocks]
    with st.container(border=True, key="depth-reach"):
        panels.heading(
            _("How deep each block learns"),
            _(
                "[blocks] Bars: the effective depth of the gradient that reaches each block. "
                "Dotted: all the blocks after it, and itself. A gap is depth that is there but "
                "hardly trained."
            ),
        )
        plot(unit_reach(depths, labels, _("block"), page_theme()), "depth-reach-chart")
        cut = "" if found.exact.is_complete else _("With longer paths bars can only grow.")
        exact = _("Exact sums by length; the 5 % are a convention of this page.")
        panels.note(sentences((measured_on(chosen, question), exact, cut)))
        num = len(depths)
        rows = [
            {"block": label, "effective_depth": depth, "available": num - i}
            for i, (label, depth) in enumerate(zip(labels, depths, strict=True))
        ]
        titles = {
            "block": _("Block"),
            "effective_depth": _("Effective depth"),
            "available": _("Blocks from here to the end"),
        }
        rows_table(rows, titles, "effective-depth")
