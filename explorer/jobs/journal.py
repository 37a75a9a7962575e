"""A run's points as its own process keeps them, so that none depends on the worker's luck."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from explorer.jobs import protocol

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """The points a run has reported, one JSON object a line, in its run folder.

    A checkpoint may be newer than the last points that reached the ledger before the worker died;
    without the journal a resumed curve would have a gap there.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        """Read and write nothing yet."""
        self._path = path

    def resume(self, step: int) -> list[protocol.Report]:
        """Forget what was reported at or after a step, and return the rest."""
        kept = [report for report in self._read() if report.step < step]
        draft = self._path.with_suffix(".draft")
        draft.write_text("".join(report.line() for report in kept), encoding="utf-8")
        draft.replace(self._path)
        return kept

    def append(self, report: protocol.Report) -> None:
        """Add a point; it survives the end of this process."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(report.line())

    def _read(self) -> list[protocol.Report]:
        found: list[protocol.Report] = []
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):  # the last line may be cut short
                    found.append(protocol.Report.model_validate_json(line))
        return found
