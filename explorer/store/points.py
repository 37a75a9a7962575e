"""A job's points in the database: rows while it lives, one packed value once it has ended."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from explorer.store.records import Point
from explorer.store.tables import curve, metric
from explorer.store.thinning import LIMIT, thinned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from explorer.store.records import Claim

_SLACK = LIMIT // 4
"""Points beyond the limit that may gather before they are thinned."""
_CHUNK = 500


def add(
    db: Connection,
    claim: Claim,
    reported: Sequence[tuple[int, Mapping[str, float | None]]],
    last_seq: int,
) -> None:
    """Add points, in place of what earlier attempts said at or after the first of their steps.

    Args:
        db: Inside a write transaction.
        claim: Whose points they are.
        reported: Pairs of step and values.
        last_seq: The number of the last of them.
    """
    first = last_seq - len(reported) + 1
    if first > 1:
        db.execute(
            delete(metric).where(
                metric.c.job_id == claim.job_id,
                metric.c.attempt < claim.attempt,
                metric.c.step >= min(step for step, _ in reported),
            )
        )
    points = [
        Point(first + index, step, claim.attempt, dict(data))
        for index, (step, data) in enumerate(reported)
    ]
    _insert(db, claim.job_id, points)
    # Counting is for the database; only now and then can there be too many.
    if last_seq // _SLACK != (first - 1) // _SLACK:
        _thin(db, claim.job_id)


def read(db: Connection, job_id: str, since: int = 0) -> list[Point]:
    """Return the points with ``seq > since``, in order, wherever they are kept."""
    chosen = (
        select(metric.c.seq, metric.c.step, metric.c.attempt, metric.c.data)
        .where(metric.c.job_id == job_id, metric.c.seq > since)
        .order_by(metric.c.seq)
    )
    rows = [Point(*row) for row in db.execute(chosen)]
    if rows:
        return rows
    packed = db.scalar(select(curve.c.data).where(curve.c.job_id == job_id))
    return [point for point in unpacked(packed) if point.seq > since] if packed else []


def pack(db: Connection, job_id: str) -> None:
    """Turn the rows of a job that has ended into one packed value."""
    points = read(db, job_id)
    db.execute(delete(curve).where(curve.c.job_id == job_id))
    db.execute(delete(metric).where(metric.c.job_id == job_id))
    if points:
        db.execute(insert(curve).values(job_id=job_id, data=packed(thinned(points))))


def unpack(db: Connection, job_id: str) -> None:
    """Turn the packed value of a job that goes on into rows again."""
    points = read(db, job_id)
    if db.execute(delete(curve).where(curve.c.job_id == job_id)).rowcount:
        db.execute(delete(metric).where(metric.c.job_id == job_id))
        _insert(db, job_id, points)


def forget(db: Connection, job_id: str) -> None:
    """Delete all points of a job."""
    for table in (curve, metric):
        db.execute(delete(table).where(table.c.job_id == job_id))


def packed(points: Sequence[Point]) -> bytes:
    """Return points as few bytes."""
    columns: dict[str, Any] = {
        "seq": [point.seq for point in points],
        "step": [point.step for point in points],
        "attempt": [point.attempt for point in points],
        "data": [point.data for point in points],
    }
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode())


def unpacked(data: bytes) -> list[Point]:
    """Return the points of ``packed``."""
    columns = json.loads(zlib.decompress(data))
    names = ("seq", "step", "attempt", "data")
    return [Point(*row) for row in zip(*(columns[name] for name in names), strict=True)]


def _insert(db: Connection, job_id: str, points: Sequence[Point]) -> None:
    rows = [
        {"job_id": job_id, "seq": p.seq, "attempt": p.attempt, "step": p.step, "data": p.data}
        for p in points
    ]
    for start in range(0, len(rows), _CHUNK):
        db.execute(insert(metric), rows[start : start + _CHUNK])


def _thin(db: Connection, job_id: str) -> None:
    count = db.scalar(select(func.count()).where(metric.c.job_id == job_id)) or 0
    if count < LIMIT + _SLACK:
        return
    points = read(db, job_id)
    kept = {point.seq for point in thinned(points)}
    dropped = [point.seq for point in points if point.seq not in kept]
    for start in range(0, len(dropped), _CHUNK):
        some = dropped[start : start + _CHUNK]
        db.execute(delete(metric).where(metric.c.job_id == job_id, metric.c.seq.in_(some)))
