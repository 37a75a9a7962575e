"""The tables of the ledger. A change here needs a migration beside the others."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("user", String(128), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("want", String(16)),
    Column("owner", String(64)),
    Column("attempt", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("lease_until", Float),
    Column("fraction", Float),
    Column("text", Text, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("result", JSON),
    Column("reason", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("position", Float, nullable=False),
    Column("device", String(8), nullable=False),
    Column("batch", String(32)),
    Column("parent", String(32)),
    Column("busy", Float, nullable=False),
    Column("began", Float),
    Column("began_fraction", Float),
    Column("failure", String(16), nullable=False),
    Index("job_by_state", "state", "priority", "created"),
    Index("job_by_user", "user", "state"),
    Index("job_by_creation", "created"),
    Index("job_by_batch", "batch"),
)

metric = Table(
    "metric",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("attempt", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("data", JSON, nullable=False),
)

curve = Table(
    "curve",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The points of a job that has ended, packed; its rows in ``metric`` are gone then."""

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("score", Float),
)

account = Table(
    "account",
    metadata,
    Column("user", String(128), primary_key=True),
    Column("served", Float, nullable=False),
    Column("day", Integer, nullable=False),
    Column("gpu_seconds", Float, nullable=False),
)
"""When a user was last served, and what was used on the day (number since 1970, UTC)."""

rules = Table(
    "rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paused", Boolean, nullable=False),
    Column("user_running", Integer),
    Column("user_queued", Integer),
    Column("gpu_minutes", Float),
)
"""One row, or none: what a teacher has set."""

worker = Table(
    "worker",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("host", Text, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("started", Float, nullable=False),
    Column("lease_until", Float, nullable=False),
)
