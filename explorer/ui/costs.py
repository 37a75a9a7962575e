"""The cost strip: figures of the network in hand, next to what the paper prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.published import Comparison, compare
from explorer.spec.presets import preset
from explorer.ui import cached, panels
from explorer.ui.i18n import _, listed, plural, sentences
from explorer.ui.panels import Figure
from explorer.units import change, change_like, count, large, scaled

if TYPE_CHECKING:
    from explorer.analysis.cost import Cost
    from explorer.analysis.paths import PathLengths
    from explorer.ui.state import Hand


def cost_strip(now: Hand) -> None:
    """Show parameters, MACs, FLOPs, training memory, depth, receptive field and paths."""
    spec = now.working
    graph, cost = cached.network(spec)
    lengths = cached.path_lengths(spec, "block")
    figures = [*_sizes(now, cost), _memory(now), *_shape(cost, len(graph.blocks), lengths)]
    panels.strip(figures, stale=now.error is not None)


def _sizes(now: Hand, cost: Cost) -> list[Figure]:
    # The first is the paper of the network itself; others quote it.
    printed = {c.quantity: c for c in reversed(compare(now.working, cost))}
    return [
        _figure(
            _("Parameters"),
            (count(cost.params), ""),
            printed.get("params"),
            _since_origin(now, cost),
            _("Every number that training changes, batch norm included."),
        ),
        _figure(
            _("MACs at {size} px").format(size=cost.image_size),
            scaled(cost.macs),
            printed.get("macs"),
            "",
            _("Multiply-adds of convolutions and the linear layer for one image."),
        ),
        Figure(
            _("FLOPs = 2 × MACs"),
            *scaled(cost.flops),
            _("papers call MACs FLOPs"),
            _("A multiply-add is two floating-point operations."),
        ),
    ]


def _memory(now: Hand) -> Figure:
    memory = cached.memory(now.working, now.batch_size)
    value, letter = scaled(memory.peak, 3)
    return Figure(
        _("Training memory"),
        value,
        f"{letter}B",
        plural("batch of {n}, float32", "batch of {n}, float32", now.batch_size),
        _(
            "Predicted peak: weights, gradients, SGD momentum, activations kept for the backward "
            "pass, and the largest temporary. The batch size is set under Costs in detail."
        ),
    )


def _shape(cost: Cost, blocks: int, lengths: PathLengths) -> list[Figure]:
    return [
        Figure(
            _("Depth"),
            str(cost.depth),
            _("layers"),
            plural("{n} residual block", "{n} residual blocks", blocks)
            if lengths.num_paths > 1
            else plural("{n} block", "{n} blocks", blocks),
            _("Weight layers in series; projections on shortcuts are not counted."),
        ),
        Figure(
            _("Receptive field"),
            count(cost.receptive_field),
            "px",
            _("the whole image") if cost.receptive_field >= cost.image_size else "",
            _("The part of the image that one value of the last feature map can see."),
        ),
        Figure(
            _("Paths"),
            large(lengths.num_paths),
            "",
            _("mean length {mean}").format(mean=f"{lengths.mean:g}"),
            _("Ways through the network: each residual block is gone through or past."),
        ),
    ]


def _figure(
    label: str, value: tuple[str, str], printed: Comparison | None, otherwise: str, hint: str
) -> Figure:
    if printed is None:
        return Figure(label, *value, otherwise, hint)
    note = _("paper: {printed}").format(printed=printed.printed)
    if not printed.agrees:
        note = listed((note, change_like(printed.difference, printed.printed)))
        if printed.note:
            hint = sentences((hint, _("Paper: {note}").format(note=_(printed.note))))
    return Figure(label, *value, note, hint, printed.agrees)


def _since_origin(now: Hand, cost: Cost) -> str:
    if now.is_preset or not now.origin:
        return ""
    before = cached.network(preset(now.origin))[1]
    added = cost.params - before.params
    return _("{change} since the preset").format(change=change(added)) if added else ""
