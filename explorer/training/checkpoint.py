"""What an interrupted training goes on from: one file that is never half written.

A safetensors file: tensors, and beside them the rest as JSON. Nothing in it can be executed, so
it may also come from another installation.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open

from explorer.errors import JobError
from explorer.store.runs import CHECKPOINT, write_atomic
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 2
_TENSOR, _PAIRS = "tensor", "pairs"


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; a crash at any moment leaves the one before or this one.

    Args:
        folder: Of the run.
        state: Tensors, numbers, strings, None, and lists and dicts of them.
    """
    tensors: dict[str, torch.Tensor] = {}
    outline = _flattened(state, tensors)
    facts = {"format": FORMAT, "sum": _checksum(tensors), "state": outline}
    data = safetensors.torch.save(tensors, {"explorer": json.dumps(facts)})
    write_atomic(folder / CHECKPOINT, data)


def load(folder: Path) -> dict[str, Any] | None:
    """Return the checkpoint of a run with all tensors on the CPU; None if it has none.

    Raises:
        JobError: The file is damaged or of another version.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["explorer"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        known = facts["format"] == FORMAT and facts["sum"] == _checksum(tensors)
        state: dict[str, Any] = _restored(facts["state"], tensors) if known else {}
    except (SafetensorError, OSError, ValueError, LookupError, TypeError, RecursionError):
        known, state = False, {}
    if not known:
        raise JobError(
            _("The checkpoint {path} cannot be read.").format(path=path),
            _("Delete it to train from the beginning."),
        )
    return state


def remove(folder: Path) -> None:
    """Delete the checkpoint of a run that has ended."""
    (folder / CHECKPOINT).unlink(missing_ok=True)


def _flattened(value: Any, tensors: dict[str, torch.Tensor]) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with names in place of tensors, which are put aside."""
    if isinstance(value, torch.Tensor):
        name = f"{_TENSOR}{len(tensors)}"
        tensors[name] = value.detach().cpu().contiguous()
        return {_TENSOR: name}
    if isinstance(value, dict):
        # As pairs, because an optimiser counts its parameters and JSON has no numbers as keys.
        pairs = [[key, _flattened(inner, tensors)] for key, inner in value.items()]  # pyright: ignore[reportUnknownVariableType]
        return {_PAIRS: pairs}
    if isinstance(value, list | tuple):
        return [_flattened(inner, tensors) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _restored(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_restored(inner, tensors) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict):
        return value
    if _TENSOR in value:
        return tensors[value[_TENSOR]]
    return {key: _restored(inner, tensors) for key, inner in value[_PAIRS]}


def _checksum(tensors: Mapping[str, torch.Tensor]) -> int:
    """Return the CRC-32 of all bytes, in the order of the names."""
    found = 0
    for name in sorted(tensors):
        flat = tensors[name].reshape(-1).view(torch.uint8)
        found = zlib.crc32(flat.numpy().data, found)
    return found
