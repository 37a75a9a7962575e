from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from explorer.errors import DataError
from explorer.store.engine import journal_mode, open_engine, write
from explorer.store.ledger import Ledger
from explorer.store.paths import home
from explorer.store.tables import metadata

_STRESS = """
import sys
from explorer.store.ledger import Ledger
from explorer.store.records import State
ledger = Ledger(sys.argv[1])
for _ in range(10):
    ledger.submit("train", {}, title="", user=sys.argv[2])
while (claim := ledger.claim(sys.argv[2])) is not None:
    ledger.report(claim, [(0, {"loss": 1.0})])
    ledger.finish(claim, State.DONE)
    print(claim.job_id)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


def test_the_migrations_make_exactly_the_tables(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        assert set(inspect(db).get_table_names()) == {"alembic_version", *metadata.tables}


def test_opening_again_changes_nothing(url: str, tmp_path: Path) -> None:
    ledger = Ledger(url)
    job_id = ledger.submit("train", {}, title="", user="me")
    ledger.close()
    before = (tmp_path / "ledger.db").read_bytes()
    again = Ledger(url)
    assert again.job(job_id).user == "me"
    again.close()
    assert (tmp_path / "ledger.db").read_bytes() == before


def test_threads_may_open_a_new_database_at_once(url: str) -> None:
    with ThreadPoolExecutor(6) as threads:
        ledgers = list(threads.map(lambda _: Ledger(url), range(6)))
    ids = [ledger.submit("train", {}, title="", user="me") for ledger in ledgers]
    assert {job.id for job in ledgers[0].jobs()} == set(ids)


def test_processes_open_submit_and_claim_at_once(url: str) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _STRESS, url, f"user{n}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        for n in range(3)
    ]
    outputs = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], outputs
    done = [line for out, _ in outputs for line in out.split()]
    ledger = Ledger(url)
    jobs = ledger.jobs()
    assert len(done) == len(set(done)) == 30
    assert {(job.state.value, job.attempt, job.last_seq) for job in jobs} == {("done", 1, 1)}


def test_a_failed_write_leaves_nothing(url: str) -> None:
    engine = open_engine(url)
    row = dict.fromkeys(("id", "kind", "title", "user", "state", "text", "reason"), "x")
    row |= dict.fromkeys(("priority", "attempt", "crashes", "losses", "last_seq"), 0)
    row |= {"revision": 0, "created": 0.0, "payload": {}}
    once = metadata.tables["job"].insert().values(row)

    def write_it_twice() -> None:
        with write(engine) as db:
            db.execute(once)
            db.execute(once)

    with pytest.raises(IntegrityError):
        write_it_twice()
    with engine.connect() as db:
        assert db.execute(metadata.tables["job"].select()).all() == []


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_the_write_ahead_log_only_where_it_is_safe(
    version: tuple[int, int, int], mode: str
) -> None:
    assert journal_mode(version) == mode


@pytest.mark.parametrize(
    ("version", "expected"), [((3, 40, 1), ("truncate", 2)), ((3, 52, 0), ("wal", 1))]
)
def test_every_connection_is_prepared(
    url: str,
    version: tuple[int, int, int],
    expected: tuple[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    with open_engine(url).connect() as db:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        seen = [db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert seen == [*expected, 30_000, 1]


def test_the_home_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "deep" / "home"))
    found = home()
    assert found.root == tmp_path / "deep" / "home"
    assert found.runs.is_dir()
    assert found.log.is_dir()
    assert found.run("abc") == found.root / "runs" / "abc"


def test_without_the_variable_it_is_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXPLORER_HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "own")
    assert home().root == tmp_path / "own"


def test_a_home_that_cannot_be_made_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(DataError, match="cannot be created") as error:
        home()
    assert error.value.hint == "Set EXPLORER_HOME to a folder that you may write to."


def test_a_home_that_is_read_only_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(DataError, match="is read-only"):
        home()
