"""Opening the database: transactions that never upgrade, and a journal mode that is safe."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from filelock import FileLock
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from explorer.errors import JobError
from explorer.store.migrations import upgrade
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import URL, Connection, Engine

BUSY_TIMEOUT = 30.0
_BACKPORTS = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
_TURN = 0x52455351
"""The advisory lock of PostgreSQL that stands for SQLite's one write lock."""
_POSTGRES = {
    "connect_timeout": 5,
    # A server that vanished without a word is noticed before a lease is over.
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 9000,
}


def journal_mode(version: tuple[int, int, int]) -> Literal["WAL", "TRUNCATE"]:
    """Return the journal mode that is safe with a version of SQLite.

    From 3.7.0 to 3.51.2 a write-ahead log can be reset while another connection still reads it,
    which corrupts the file (sqlite.org/wal.html#walresetbug); 3.44.6 and 3.50.7 have the fix.
    """
    fixed = version >= _BACKPORTS.get(version[:2], (3, 51, 3))
    return "WAL" if fixed else "TRUNCATE"


def open_engine(url: str) -> Engine:
    """Open a database, SQLite or PostgreSQL, and bring its tables up to date.

    Safe when several processes do it at once.

    Args:
        url: Such as ``sqlite:////data/ledger.db`` or ``postgresql://app@db/explorer``.

    Raises:
        JobError: The URL is of no such database, or its driver is not installed.
    """
    chosen = _url(url)
    if chosen.get_backend_name() == "postgresql":
        return _open_postgres(chosen)
    engine = create_engine(chosen)
    _prepare_sqlite(engine)
    with FileLock(f"{engine.url.database}.lock", timeout=2 * BUSY_TIMEOUT), write(engine) as db:
        upgrade(db)
    return engine


@contextmanager
def write(engine: Engine) -> Generator[Connection]:
    """Open a transaction for writing; in SQLite it holds the write lock from its first statement.

    A transaction of SQLite that reads first and writes later fails with "database is locked"
    whatever the timeout, because its snapshot may be stale by then.
    """
    with engine.connect().execution_options(explorer_write=True) as connection, connection.begin():
        yield connection


def take_turns(db: Connection) -> None:
    """Wait until no other transaction decides by what it reads: whose turn it is, how many wait.

    SQLite has one writer at a time anyway.
    """
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})


def _url(url: str) -> URL:
    try:
        chosen = make_url(url)
    except ArgumentError:
        chosen = None
    if chosen is None or chosen.get_backend_name() not in {"sqlite", "postgresql"}:
        raise JobError(
            _("The ledger's address names no database that the app knows."),
            _("Set EXPLORER_LEDGER to postgresql://user@host/database, or leave it out."),
        )
    if chosen.drivername == "postgresql":
        chosen = chosen.set(drivername="postgresql+psycopg")
    return chosen


def _open_postgres(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=20, max_overflow=20, connect_args=_POSTGRES
        )
    except ModuleNotFoundError:
        raise JobError(
            _("A ledger in PostgreSQL needs the package psycopg, which is not installed."),
            _("Run `pip install -r requirements-cluster.txt`."),
        ) from None
    with write(engine) as db:
        take_turns(db)
        upgrade(db)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    mode = journal_mode(sqlite3.sqlite_version_info[:3])
    synchronous = "NORMAL" if mode == "WAL" else "FULL"

    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not sqlite3, says when to begin
        for pragma in (
            f"busy_timeout = {int(BUSY_TIMEOUT * 1000)}",
            f"journal_mode = {mode}",
            f"synchronous = {synchronous}",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("explorer_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
