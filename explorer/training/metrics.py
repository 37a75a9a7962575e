"""The reports of a run as lines of JSON that a reader can follow while they grow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from explorer.store.runs import METRICS

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.training.events import EpochEvent, StepEvent


class MetricsFile:
    """``metrics.jsonl`` of one run; every line has ``step`` and what the event measures.

    Args:
        folder: Of the run.
        size: Lines beyond this many bytes are dropped: they were written after the checkpoint
            that training goes on from, and will be written again.
    """

    def __init__(self, folder: Path, size: int = 0) -> None:
        """Open the file, or begin it."""
        self._file = (folder / METRICS).open("ab")
        if size < self._file.tell():
            self._file.truncate(size)
            self._file.seek(size)

    def write(self, event: StepEvent | EpochEvent) -> None:
        """Append one line; it can be read at once."""
        line = json.dumps({"step": event.step, **event.metrics()}, allow_nan=False)
        self._file.write(line.encode() + b"\n")
        self._file.flush()

    def size(self) -> int:
        """Return the bytes written so far."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
