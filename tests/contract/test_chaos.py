"""Workers, jobs and the app are killed at random moments; the account outside must agree."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from chaos import Chaos, judge
from engine_sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgres_server import Postgres

    Found = Callable[[str], Site]

pytestmark = pytest.mark.alone


@pytest.fixture
def found(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Found]:
    """Found an installation; it is closed at the end of the test."""
    sites: list[Site] = []

    def make(name: str) -> Site:
        if name == "sqlite-embedded":
            url = f"sqlite:///{tmp_path / 'ledger.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.create()
        sites.append(Site(name, tmp_path / name, url))
        return sites[-1]

    yield make
    for site in sites:
        site.close()


def report(chaos: Chaos) -> str:
    jobs = chaos.site.ledger.jobs(100_000)
    states = {state: sum(job.state == state for job in jobs) for state in ("done", "failed")}
    waits = sorted(chaos.recoveries)
    return (
        f"{chaos.site.name}: kills {chaos.kills}, acknowledged {len(chaos.signed())}, {states}, "
        f"interrupted {len(chaos.orphaned)}, recovery median "
        f"{statistics.median(waits):.1f} s, max {waits[-1]:.1f} s (lease {chaos.site.lease:g} s)"
    )


@pytest.mark.parametrize("name", ["sqlite-embedded", "postgresql-polling"])
def test_a_few_kills_lose_nothing_and_run_nothing_twice(found: Found, name: str) -> None:
    chaos = Chaos(found(name), seed=1)
    chaos.run(8)
    judge(chaos)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "name", ["sqlite-embedded", "postgresql-polling", "postgresql-procrastinate"]
)
def test_two_hundred_kills_lose_nothing_and_run_nothing_twice(
    found: Found, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chaos = Chaos(found(name), seed=2)
    chaos.run(200)
    with capsys.disabled():
        print(f"\n{report(chaos)}")
    judge(chaos)
    if name == "sqlite-embedded":
        with chaos.site.ledger.engine.connect() as db:
            assert db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
