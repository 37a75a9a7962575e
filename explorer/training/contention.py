"""Threads that get in each other's way: fewer for a while, where that is quicker.

When other programs keep the cores busy, threads that wait for each other at every op lose far
more than their share. So when reports become slow, one thread is tried, and kept while it is
quicker; after a minute all of them are tried again. How many there are decides the order of
additions, and with it the last digits of the weights, so this is done only where whoever runs the
machine asks for it by ``EXPLORER_ADAPT_THREADS=on``: a seed must otherwise give the same weights.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SLOW = 0.4
"""Share of the best rate below which a report is slow."""
ASKED = "EXPLORER_ADAPT_THREADS"
BETTER = 1.2
"""How much quicker another number of threads must be to be kept."""
SLOW_REPORTS = 8
TRIAL_REPORTS = 4
RETRY_REPORTS = 240
"""About a minute."""


@dataclass
class ThreadWatch:
    """Decides the number of threads from the rates of a training's reports.

    Attributes:
        most: Threads at first.
        change: Called with a new number.
        threads: Now.
        changed: Whether a change was ever kept.
    """

    most: int
    change: Callable[[int], None]
    threads: int = field(init=False)
    changed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Begin with all threads."""
        self.threads = self.most
        self._best = 0.0
        self._slow: list[float] = []
        self._trial: list[float] = []
        self._before: float | None = None  # the rate that a trial must beat; None outside of one
        self._since_change = 0
        self._settled: list[float] = []

    @property
    def is_on(self) -> bool:
        """Whether there is anything to decide."""
        asked = os.environ.get(ASKED, "").strip().lower() in {"on", "1", "yes"}
        return asked and self.most > 1

    def saw(self, rate: float) -> None:
        """Take in a report [images/s]; may change the number of threads."""
        if not self.is_on:
            return
        if self._before is not None:
            self._in_trial(rate, self._before)
        elif self.threads == self.most:
            self._with_all(rate)
        else:
            self._with_one(rate)

    def _with_all(self, rate: float) -> None:
        self._best = max(self._best, rate)
        self._slow = [*self._slow, rate] if rate < SLOW * self._best else []
        if len(self._slow) >= SLOW_REPORTS:
            self._try(1, median(self._slow))

    def _with_one(self, rate: float) -> None:
        self._settled = [*self._settled, rate][-TRIAL_REPORTS:]
        self._since_change += 1
        if self._since_change >= RETRY_REPORTS:
            self._try(self.most, median(self._settled))

    def _try(self, threads: int, before: float) -> None:
        self._before, self._trial = before, []
        self._set(threads)

    def _in_trial(self, rate: float, before: float) -> None:
        self._trial.append(rate)
        if len(self._trial) <= TRIAL_REPORTS:
            return
        # The first report of a trial lies on both sides of the change.
        is_better = median(self._trial[1:]) >= BETTER * before
        if is_better:
            self.changed = True
        else:
            self._set(self.most if self.threads == 1 else 1)
        self._before, self._slow, self._settled, self._since_change = None, [], [], 0
        # What is slow is judged anew, or a lasting load would cause one trial after the other.
        self._best = 0.0

    def _set(self, threads: int) -> None:
        self.threads = threads
        self.change(threads)
