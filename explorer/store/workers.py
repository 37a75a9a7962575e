"""Which workers there are: each signs in, and again before its signature is too old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from explorer.store.clock import Now
from explorer.store.engine import write
from explorer.store.records import State
from explorer.store.tables import account, job, worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

_FORGOTTEN = 30 * 86400.0
"""Seconds after which a user who never came back is forgotten; a day's use is long over then."""


def sign_in(
    engine: Engine, owner: str, host: str, slots: Sequence[Sequence[str]], seconds: float
) -> None:
    """Note a worker, or that it is still there.

    Args:
        engine: Of the ledger.
        owner: Its name in claims.
        host: Its machine, for people.
        slots: For each of its slots the devices that it takes.
        seconds: For how long it is believed to be there.
    """
    until = Now() + seconds
    with write(engine) as db:
        known = update(worker).where(worker.c.owner == owner).values(lease_until=until)
        if db.execute(known).rowcount == 0:
            takes = [list(slot) for slot in slots]
            fresh = {"owner": owner, "host": host, "slots": takes, "started": Now()}
            db.execute(insert(worker).values(**fresh, lease_until=until))
            _tidy(db)


def sign_out(engine: Engine, owner: str) -> None:
    """Note that a worker has left."""
    with write(engine) as db:
        db.execute(delete(worker).where(worker.c.owner == owner))


def _tidy(db: Connection) -> None:
    """Forget workers that are gone, and users long away with nothing queued or running."""
    db.execute(delete(worker).where(worker.c.lease_until < Now() - 3600.0))
    owners = select(job.c.user).where(job.c.state.in_([State.QUEUED, State.RUNNING]))
    old = (account.c.served < Now() - _FORGOTTEN) & account.c.user.not_in(owners)
    db.execute(delete(account).where(old))
