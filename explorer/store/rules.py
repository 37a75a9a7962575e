"""The rules of a class: how much one user may have at once, and what a day's GPU time is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from explorer.errors import JobError
from explorer.store.tables import rules
from explorer.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

MAX_QUEUED = 20
"""Jobs one user may have waiting, unless a teacher has set another number."""
_ROW = 1


@dataclass(frozen=True)
class Rules:
    """What holds for every user; None means no limit.

    Attributes:
        paused: Whether no job may start. Those that run go on.
        user_running: Jobs of one user that may run at once.
        user_queued: Jobs of one user that may wait.
        gpu_minutes: Of one user on one day (UTC), weighted by the share of the GPU.
    """

    paused: bool = False
    user_running: int | None = None
    user_queued: int | None = MAX_QUEUED
    gpu_minutes: float | None = None

    def require_sense(self) -> None:
        """Refuse limits that would stop everyone for ever.

        Raises:
            JobError: A limit is not a number above zero.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "paused" and value is not None and value <= 0:
                raise JobError(
                    _("The limit {name} cannot be {value:g}.").format(name=field.name, value=value),
                    _(
                        "Give a number above zero, or none for no limit; to stop everything, "
                        "pause the queue."
                    ),
                )


def read(db: Connection) -> Rules:
    """Return the rules in force."""
    row = db.execute(select(rules).where(rules.c.id == _ROW)).mappings().one_or_none()
    if row is None:
        return Rules()
    return Rules(**{name: row[name] for name in Rules.__dataclass_fields__})


def write(db: Connection, changed: Rules) -> None:
    """Put rules in force; inside a write transaction."""
    changed.require_sense()
    db.execute(delete(rules).where(rules.c.id == _ROW))
    db.execute(insert(rules).values(id=_ROW, **asdict(changed)))
