"""The tables of the ledger. A change here needs a migration beside the others."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
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
    Index("job_by_state", "state", "priority", "created"),
    Index("job_by_user", "user", "state"),
    Index("job_by_creation", "created"),
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
