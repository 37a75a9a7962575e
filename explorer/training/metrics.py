"""The reports of a run as lines of JSON that a reader can follow while they grow."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from explorer.store.runs import METRICS
from explorer.training import event_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from explorer.training.events import EpochEvent, StepEvent

_LINE = TypeAdapter(dict[str, float])


class MetricsFile:
    """``metrics.jsonl`` of one run, and the same for TensorBoard.

    Every line has ``step``, the ``time`` [s since 1970], and what the event measures.

    Args:
        folder: Of the run.
        size: Lines beyond this many bytes are dropped: they were written after the checkpoint
            that training goes on from, and will be written again.
    """

    def __init__(self, folder: Path, size: int = 0) -> None:
        """Open the files, or begin them."""
        self._file = (folder / METRICS).open("ab")
        if size < self._file.tell():
            self._file.truncate(size)
            self._file.seek(size)
        board = folder / event_file.FOLDER
        board.mkdir(exist_ok=True)
        # Made anew from what is kept, so that no step comes twice in it.
        self._board = (board / event_file.NAME).open("wb")
        kept = list(lines(folder))
        event_file.begin(self._board, kept[0].get("time", 0.0) if kept else time.time())
        for line in kept:
            event_file.add(self._board, line)
        self._board.flush()

    def write(self, event: StepEvent | EpochEvent) -> None:
        """Append one line; it can be read at once."""
        data = {"step": event.step, "time": round(time.time(), 3), **event.metrics()}
        self._file.write(json.dumps(data, allow_nan=False).encode() + b"\n")
        self._file.flush()
        event_file.add(self._board, data)
        self._board.flush()

    def size(self) -> int:
        """Return the bytes written so far."""
        return self._file.tell()

    def close(self) -> None:
        """Close the files."""
        self._file.close()
        self._board.close()


def lines(folder: Path) -> Iterator[dict[str, float]]:
    """Yield the reports of a run; a line that was cut short by a crash is left out."""
    with suppress(OSError), (folder / METRICS).open("rb") as file:
        for line in file:
            found = _read(line)
            if found is not None:
                yield found


def _read(line: bytes) -> dict[str, float] | None:
    try:
        return _LINE.validate_json(line)
    except ValidationError:
        return None
