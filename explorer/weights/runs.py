"""Safetensors of our own runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import safetensors.torch
from safetensors import SafetensorError

from explorer.builder import Network, build
from explorer.errors import WeightsError
from explorer.store.runs import WEIGHTS, read, snapshot, snapshots, write_atomic
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from explorer.store.runs import RunRecord


def save(network: nn.Module, path: Path) -> None:
    """Write the state dict of a network; a crash leaves the old file or the new one."""
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    write_atomic(path, safetensors.torch.save(state))


def load_run(folder: Path, epoch: int | None = None) -> tuple[Network, RunRecord]:
    """Return the trained network of a run, in evaluation mode on the CPU, and its record.

    Args:
        folder: Of the run.
        epoch: After which its weights are wanted, one of ``explorer.store.runs.snapshots``; None:
            at the end.

    Raises:
        DataError: The folder holds no run.
        WeightsError: The run has no weights yet or none of that epoch, or they do not fit.
    """
    record = read(folder)
    path = folder / WEIGHTS if epoch is None else snapshot(folder, epoch)
    if epoch is not None and not path.is_file():
        kept = ", ".join(str(one) for one in snapshots(folder)) or "none"
        raise WeightsError(
            _("The run {run} has no weights of epoch {epoch}.").format(
                run=record.title, epoch=epoch
            ),
            _("It keeps the beginning, the end, and these epochs: {kept}.").format(kept=kept),
        )
    if not path.is_file():
        raise WeightsError(
            _("The run {run} has no weights yet.").format(run=record.title),
            _("Wait until its training has ended."),
        )
    network = build(record.spec)
    try:
        network.load_state_dict(safetensors.torch.load_file(path))
    except (SafetensorError, RuntimeError, OSError):
        raise WeightsError(
            _("The weights of the run {run} do not fit its network.").format(run=record.title),
            _("Train it again."),
        ) from None
    return network.eval(), record
