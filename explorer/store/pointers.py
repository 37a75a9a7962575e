"""Which checkpoints a job has: what the ledger names is resumed, whatever else lies on a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from explorer.store.records import Saved
from explorer.store.tables import checkpoint

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

KEPT = 2
"""How many of the latest are kept, beside the best."""


def add(db: Connection, job_id: str, saved: Saved) -> list[str]:
    """Note a checkpoint and return the URLs of those that are no longer needed."""
    db.execute(delete(checkpoint).where(_is(job_id, saved)))
    db.execute(
        insert(checkpoint).values(
            job_id=job_id,
            attempt=saved.attempt,
            step=saved.step,
            url=saved.url,
            digest=saved.digest,
            score=saved.score,
        )
    )
    known = of(db, job_id)
    scored = [one for one in known if one.score is not None]
    kept = [*known[:KEPT], *sorted(scored, key=lambda one: -(one.score or 0.0))[:1]]
    dropped = [one for one in known if one not in kept]
    for one in dropped:
        db.execute(delete(checkpoint).where(_is(job_id, one)))
    return [one.url for one in dropped]


def of(db: Connection, job_id: str) -> list[Saved]:
    """Return a job's checkpoints, the one to resume from first."""
    columns = (checkpoint.c[name] for name in Saved.__dataclass_fields__)
    chosen = (
        select(*columns)
        .where(checkpoint.c.job_id == job_id)
        .order_by(checkpoint.c.attempt.desc(), checkpoint.c.step.desc())
    )
    return [Saved(*row) for row in db.execute(chosen)]


def drop(db: Connection, job_id: str) -> list[str]:
    """Forget a job's checkpoints and return their URLs."""
    urls = [one.url for one in of(db, job_id)]
    db.execute(delete(checkpoint).where(checkpoint.c.job_id == job_id))
    return urls


def _is(job_id: str, saved: Saved) -> ColumnElement[bool]:
    return (
        (checkpoint.c.job_id == job_id)
        & (checkpoint.c.attempt == saved.attempt)
        & (checkpoint.c.step == saved.step)
    )
