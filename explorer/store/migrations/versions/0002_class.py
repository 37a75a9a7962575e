"""A class: order, devices, packed curves, checkpoints, accounts, rules and workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("worker", "rules", "account", "checkpoint", "curve")
_COLUMNS = (
    "position", "device", "batch", "parent", "busy", "began", "began_fraction", "failure",
)


def upgrade() -> None:
    """Add what is new; jobs that are there keep their order and their users their turn."""
    op.add_column("job", sa.Column("position", sa.Float, nullable=False, server_default="0"))
    op.add_column("job", sa.Column("device", sa.String(8), nullable=False, server_default="auto"))
    op.add_column("job", sa.Column("batch", sa.String(32)))
    op.add_column("job", sa.Column("parent", sa.String(32)))
    op.add_column("job", sa.Column("busy", sa.Float, nullable=False, server_default="0"))
    op.add_column("job", sa.Column("began", sa.Float))
    op.add_column("job", sa.Column("began_fraction", sa.Float))
    op.add_column("job", sa.Column("failure", sa.String(16), nullable=False, server_default=""))
    op.execute("UPDATE job SET position = created")
    op.execute(
        "UPDATE job SET busy = finished - started WHERE finished IS NOT NULL AND started IS NOT NULL"
    )
    op.create_index("job_by_batch", "job", ["batch"])
    op.create_table(
        "curve",
        sa.Column("job_id", sa.String(32), _of_job(), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoint",
        sa.Column("job_id", sa.String(32), _of_job(), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("score", sa.Float),
    )
    op.create_table(
        "account",
        sa.Column("user", sa.String(128), primary_key=True),
        sa.Column("served", sa.Float, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("gpu_seconds", sa.Float, nullable=False),
    )
    op.execute(
        'INSERT INTO account ("user", served, day, gpu_seconds) '
        'SELECT "user", MAX(started), 0, 0 FROM job WHERE started IS NOT NULL GROUP BY "user"'
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("user_running", sa.Integer),
        sa.Column("user_queued", sa.Integer),
        sa.Column("gpu_minutes", sa.Float),
    )
    op.create_table(
        "worker",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("slots", sa.JSON, nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Drop it all again."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("job_by_batch", "job")
    with op.batch_alter_table("job") as job:
        for column in _COLUMNS:
            job.drop_column(column)


def _of_job() -> sa.ForeignKey:
    return sa.ForeignKey("job.id", ondelete="CASCADE")
