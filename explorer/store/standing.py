"""When a waiting job will start: its place in the queue, and an estimate that may be unknown."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.store.desk import Scene
    from explorer.store.records import Job

_LEAST_DONE = 0.02
"""Share of a job that must be done in this attempt before its pace counts."""
_LEAST_SAMPLES = 3
_SPREAD = 4.0
"""Quartiles further apart than this factor say nothing about the next job."""
_SPENT = mark("the GPU minutes of today are used up")
_PAUSED = mark("the queue is paused")
_NO_DEVICE = mark("no worker takes jobs for {device}")
_NOBODY = mark("no worker is there")
_UNKNOWN = mark("start not known yet")


@dataclass(frozen=True)
class Standing:
    """Where a waiting job stands.

    Attributes:
        position: How many starts there are until its own, itself included; None where it will
            not start as things are.
        starts_in: Estimate of the time until it starts [s]; None where it is unknown.
        why: Why it cannot start or the time is unknown, in a few words, for the catalogue to put
            into a language; ``{device}`` stands for the job's. Empty otherwise.
    """

    position: int | None
    starts_in: float | None
    why: str = ""


@dataclass
class _Slot:
    """A place of a worker: what it takes, when it is free, and whose job it runs until then."""

    takes: tuple[str, ...]
    free: float | None = 0.0
    user: str | None = None


@dataclass
class _Play:
    """The queue played forward: the same rules as ``queue.next_job``, with estimated times."""

    scene: Scene
    slots: list[_Slot]
    waiting: list[Job]
    served: dict[str, float]
    clock: float = 0.0
    starts: list[tuple[str, float | None]] = field(default_factory=list[tuple[str, float | None]])

    def run(self) -> None:
        while self.waiting and self._step():
            pass

    def _step(self) -> bool:
        """Start one job or let one end; return whether anything happened."""
        for slot in self.slots:
            if slot.user is None and (chosen := self._next(slot)) is not None:
                self._start(slot, chosen)
                return True
        ending = [slot for slot in self.slots if slot.user is not None]
        if not ending:
            return False
        # Those of unknown length end last: what starts after them starts at an unknown time.
        first = min(ending, key=lambda slot: float("inf") if slot.free is None else slot.free)
        self.clock = float("inf") if first.free is None else max(self.clock, first.free)
        first.user = None
        return True

    def _next(self, slot: _Slot) -> Job | None:
        rules = self.scene.rules
        held = [one.user for one in self.slots]
        allowed = [
            job
            for job in self.waiting
            if job.device in slot.takes
            and (rules.user_running is None or held.count(job.user) < rules.user_running)
            and not (job.user in self.scene.spent and "cpu" not in slot.takes)
        ]
        return min(
            allowed,
            key=lambda job: (
                -job.priority,
                held.count(job.user),
                self.served.get(job.user, 0.0),
                job.position,
            ),
            default=None,
        )

    def _start(self, slot: _Slot, job: Job) -> None:
        self.waiting.remove(job)
        at = None if self.clock == float("inf") else self.clock
        self.starts.append((job.id, at))
        length = typical(self.scene.durations.get(job.kind, ()))
        slot.free = None if at is None or length is None else at + length
        slot.user = job.user
        # Later than everyone before, also where the clock stands still.
        self.served[job.user] = self.scene.now + len(self.starts)


def standings(scene: Scene) -> dict[str, Standing]:
    """Return where every waiting job stands.

    Running jobs end when the pace of this attempt says, waiting ones last as long as jobs of
    their kind usually do; where neither is known, neither is what comes after.
    """
    if scene.rules.paused:
        return {job.id: Standing(None, None, _PAUSED) for job in scene.waiting}
    if not scene.workers:
        return {job.id: Standing(None, None, _NOBODY) for job in scene.waiting}
    play = _Play(scene, _slots(scene), list(scene.waiting), dict(scene.served))
    play.run()
    found = {
        job_id: Standing(number, at, "" if at is not None else _UNKNOWN)
        for number, (job_id, at) in enumerate(play.starts, start=1)
    }
    for job in play.waiting:
        spent = job.user in scene.spent
        found[job.id] = Standing(None, None, _SPENT if spent else _NO_DEVICE)
    return found


def remaining(job: Job, now: float) -> float | None:
    """Return how long a running job still takes [s] by the pace of this attempt, if it has one."""
    if job.fraction is None or job.began is None or job.began_fraction is None:
        return None
    done = job.fraction - job.began_fraction
    if done < _LEAST_DONE:
        return None
    return (1.0 - job.fraction) * (now - job.began) / done


def typical(durations: Sequence[float]) -> float | None:
    """Return how long jobs usually take [s]; None where they differ too much or are too few."""
    if len(durations) < _LEAST_SAMPLES:
        return None
    low, middle, high = statistics.quantiles(durations, n=4)
    return middle if high <= _SPREAD * max(low, 1e-9) else None


def _slots(scene: Scene) -> list[_Slot]:
    """Return the places, with the running jobs in those that take them."""
    slots = [_Slot(takes) for worker in scene.workers for takes in worker.takes]
    for job in scene.running:
        free = [slot for slot in slots if slot.user is None]
        fitting = [slot for slot in free if job.device in slot.takes] or free
        if fitting:
            left = remaining(job, scene.now)
            fitting[0].free, fitting[0].user = left, job.user
    return slots
