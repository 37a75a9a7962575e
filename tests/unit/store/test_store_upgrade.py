"""A ledger as an older version left it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect

from explorer.store.desk import Desk
from explorer.store.engine import open_engine, write
from explorer.store.ledger import Ledger
from explorer.store.migrations import configuration
from explorer.store.records import State

FROZEN = Path(__file__).parents[2] / "snapshots" / "ledgers"


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "ledger.db") as db:
        db.executescript((FROZEN / "0001.sql").read_text())
    db.close()
    return f"sqlite:///{tmp_path / 'ledger.db'}"


def test_a_ledger_of_the_first_version_is_taken_over(url: str) -> None:
    ledger = Ledger(url)
    jobs = {job.title: job for job in ledger.jobs()}
    states = {title: job.state.value for title, job in jobs.items()}
    assert states == {
        "Done": "done",
        "Running": "running",
        "Waiting": "queued",
        "Cancelled": "cancelled",
        "Second": "queued",
    }
    assert [(p.seq, p.step, p.data) for p in ledger.metrics(jobs["Done"].id)] == [
        (1, 0, {"loss": 2.5}),
        (2, 1, {"loss": None}),
        (3, 2, {"loss": 1.25, "lr": 0.1}),
    ]
    assert jobs["Done"].result == {"accuracy": 0.9}
    assert jobs["Waiting"].position == jobs["Waiting"].created
    assert 0 < jobs["Done"].busy < 10
    ledger.close()


def test_its_jobs_run_on_and_its_users_keep_their_turn(url: str) -> None:
    ledger = Ledger(url)
    assert set(Desk(ledger).scene().served) == {"anna", "ben"}
    ledger.submit("train", {}, title="New", user="clara")
    started: list[str] = []
    while (claim := ledger.claim("w2")) is not None:
        started.append(ledger.job(claim.job_id).title)
        ledger.report(claim, [(1, {"loss": 1.0})])
        ledger.finish(claim, State.DONE)
    # Clara was never served, Anna longest ago; the lost worker's job goes on where it was.
    assert started == ["New", "Waiting", "Running", "Second"]
    running = next(job for job in ledger.jobs() if job.title == "Running")
    assert (running.losses, running.attempt) == (1, 2)
    assert [p.step for p in ledger.metrics(running.id)] == [0, 1]
    ledger.close()


def test_the_way_back_leaves_what_the_first_version_knew(url: str) -> None:
    engine = open_engine(url)
    with write(engine) as db:
        command.downgrade(configuration(db), "0001")
    with engine.connect() as db:
        names = {column["name"] for column in inspect(db).get_columns("job")}
        tables = set(inspect(db).get_table_names())
        kept = db.exec_driver_sql("SELECT COUNT(*) FROM job").scalar()
    assert tables == {"alembic_version", "job", "metric"}
    assert "position" not in names
    assert kept == 5
    engine.dispose()
