"""The form that assembles a network: stages, block family, stem, classes."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.cost import node_costs
from explorer.spec import HeadSpec, arrange, edit
from explorer.ui import cached, forms, panels, state
from explorer.ui.budget import budget_lock
from explorer.ui.i18n import _
from explorer.units import count, quantity
from explorer.units import shape as show_shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand

ALL = -1


def editor(now: Hand) -> None:
    """Show the stage table and the form of what is chosen; take edits into the hand."""
    epoch = now.epoch
    table = st.container()
    scope = _scope(now)
    with st.container(border=True, gap="small"):
        _block_form(now, scope)
    with st.container(border=True, gap="small"):
        _stage_form(now, scope)
    with st.expander(_("Image, stem and head")):
        _outer_form(now)
    budget_lock(now)
    with table:
        stage_table(now, scope)
    if now.epoch != epoch:
        state.rerun()


def stage_table(now: Hand, chosen: int | None) -> None:
    """Show what each stage is: blocks, width, output, parameters."""
    graph, _cost = cached.network(now.working)
    costs = node_costs(graph)
    spec = now.working
    rows = [
        _row(
            _("stem"),
            "1",
            spec.stem.width,
            _last_shape(graph, graph.stem),
            sum(costs[a].params for a in graph.stem),
            on=False,
        )
    ]
    for i, (stage, part) in enumerate(zip(spec.stages, graph.stages, strict=True)):
        inside = (n.address for block in part.blocks for n in graph.nodes_of(block))
        rows.append(
            _row(
                part.address,
                str(stage.depth),
                spec.width_of(stage),
                show_shape(graph.nodes[part.blocks[-1].exit].out_shape),
                sum(costs[a].params for a in inside),
                on=i == chosen,
            )
        )
    rows.append(
        _row(
            _("head"),
            "–",
            spec.head.num_classes,
            _last_shape(graph, graph.head),
            sum(costs[a].params for a in graph.head),
            on=False,
        )
    )
    titles = (_("Stage"), _("Blocks"), _("Width"), _("Output"), _("Param."))
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    st.html(
        f'<div class="rx-scroll"><table class="rx-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(name: str, blocks: str, width: int, output: str, params: int, *, on: bool) -> str:
    cells = "".join(f"<td>{escape(str(c))}</td>" for c in (name, blocks, width, output))
    return f"<tr{' class=rx-on' if on else ''}>{cells}<td>{quantity(params)}</td></tr>"


def _last_shape(graph: Graph, addresses: Iterable[str]) -> str:
    return show_shape(graph.nodes[list(addresses)[-1]].out_shape)


def _scope(now: Hand) -> int | None:
    stages = range(len(now.spec.stages))
    chosen = st.segmented_control(
        _("Change"),
        [ALL, *stages],
        default=ALL,
        required=True,
        key=now.key("scope"),
        format_func=lambda i: _("All stages") if i == ALL else str(i + 1),
        width="stretch",
    )
    return None if chosen in {ALL, None} or chosen not in stages else chosen


def _block_form(now: Hand, scope: int | None) -> None:
    stage = now.spec.stages[scope or 0]
    where = _("all stages") if scope is None else f"layer{scope + 1}"
    panels.heading(_("Blocks of {where}").format(where=where))
    kind = forms.family(stage.block.kind, now.key("kind", scope))
    if kind != stage.block.kind:
        now.edit(edit.change_family(now.spec, scope, kind))
    block = now.spec.stages[scope or 0].block
    updates = forms.fields(block, partial(now.key, block.kind, scope))
    if updates:
        now.edit(edit.change_blocks(now.spec, scope, **updates))
    panels.note(f"{block.formula} · {block.reference}")


def _stage_form(now: Hand, scope: int | None) -> None:
    stage = now.spec.stages[scope or 0]
    if scope is None:
        panels.heading(_("Depth and width"))
        same = {s.depth for s in now.spec.stages}
        value = st.number_input(
            _("Blocks in each stage"),
            1,
            1000,
            stage.depth if len(same) == 1 else None,
            key=now.key("depth-all"),
            placeholder=_("differs"),
            help=_("The same number of blocks in every stage."),
        )
        if value and same != {value}:
            now.edit(edit.change_stages(now.spec, None, depth=value))
        k = st.number_input(
            _("Width factor k"),
            0.125,
            32.0,
            now.spec.width_multiplier,
            step=0.5,
            key=now.key("k"),
            help=_("Multiplies the width of every stage, not of the stem."),
        )
        if k != now.spec.width_multiplier:
            now.edit(edit.change(now.spec, width_multiplier=k))
    else:
        panels.heading(_("Stage {n}").format(n=scope + 1))
        updates = forms.fields(stage, partial(now.key, "stage", scope), skip=("block", "overrides"))
        if updates:
            now.edit(edit.change_stages(now.spec, scope, **updates))
    _stage_buttons(now, scope)


def _stage_buttons(now: Hand, scope: int | None) -> None:
    with st.container(horizontal=True):
        st.button(
            _("Add a stage"),
            on_click=lambda: now.replace(arrange.add_stage(now.spec), now.origin),
            disabled=len(now.spec.stages) >= 8,
        )
        if scope is not None:
            st.button(
                _("Remove this stage"),
                on_click=lambda: now.replace(
                    arrange.remove(now.spec, f"layer{scope + 1}"), now.origin
                ),
                disabled=len(now.spec.stages) == 1,
            )


def _outer_form(now: Hand) -> None:
    size = st.number_input(
        _("Image size [px]"),
        8,
        1024,
        now.spec.image_size,
        key=now.key("image"),
        help=_("Side of the square input that the costs hold for."),
    )
    if size != now.spec.image_size:
        now.edit(edit.change(now.spec, image_size=size))
    for part in ("stem", "head"):
        panels.heading(_("Stem") if part == "stem" else _("Head"))
        hidden = part == "head" and now.spec.head.kind == "classify"
        skip = HeadSpec.SEGMENTS_ONLY if hidden else ()
        updates = forms.fields(getattr(now.spec, part), partial(now.key, part), skip=skip)
        if updates:
            now.edit(edit.change_part(now.spec, part, **updates))
    panels.note(_("{n} parameters in the classifier").format(n=count(_classifier(now))))


def _classifier(now: Hand) -> int:
    graph, _cost = cached.network(now.working)
    return node_costs(graph)[graph.output.address].params
