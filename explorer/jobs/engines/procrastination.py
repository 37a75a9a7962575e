"""Procrastinate (PostgreSQL) as the doorbell: a token for each job, woken by LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from sqlalchemy import make_url

from explorer.errors import JobError
from explorer.jobs.engines.polling import try_to_run
from explorer.words import _

if TYPE_CHECKING:
    from explorer.jobs.engines import Runner
    from explorer.store.paths import Home

TASK = "explorer.run"
QUEUE = "explorer"
LOOK = 3.0
"""Seconds between two looks without a token: those that were lost cost no more than that."""
STALLED = 30.0
"""Seconds without a heartbeat after which the token of a dead worker is thrown away."""
_RETRY = 1.0
_TURN = 0x52455352
_logger = logging.getLogger(__name__)


class Procrastination:
    """One token for each job that is submitted; workers take one when they have a place free.

    Args:
        place: The data home; its ledger must be in PostgreSQL, which keeps the tokens too.

    Raises:
        JobError: The ledger is in SQLite.
    """

    def __init__(self, place: Home) -> None:
        """Connect with the first token."""
        url = make_url(place.ledger_url)
        if url.get_backend_name() != "postgresql":
            raise JobError(
                _("The job engine procrastinate needs a ledger in PostgreSQL."),
                _("Set EXPLORER_LEDGER to postgresql://user@host/database."),
            )
        plain = url.set(drivername="postgresql")
        self._conninfo = plain.render_as_string(hide_password=False)

    def ring(self) -> None:
        """Put a token in the queue; without one the job is found a little later."""
        try:
            _bell(self._conninfo).configure_task(TASK, queue=QUEUE, allow_unknown=True).defer()
        except (ConnectorException, psycopg.Error, OSError):
            _logger.warning("No token can be sent; workers will find the job by themselves.")

    def serve(self, runner: Runner) -> None:
        """Take tokens until the worker is leaving, whatever becomes of the connection."""
        threading.Thread(target=_look_now_and_then, args=(runner,), daemon=True).start()
        while not runner.leaving.is_set():
            try:
                _prepare(self._conninfo)
                asyncio.run(self._listen(runner))
            except Exception:
                _logger.exception("Tokens cannot be received; trying again.")
                runner.leaving.wait(_RETRY)

    async def _listen(self, runner: Runner) -> None:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=self._conninfo))

        @app.task(name=TASK, queue=QUEUE)
        def run() -> None:
            _run_all(runner)

        threads = ThreadPoolExecutor(runner.places + 2, thread_name_prefix="place")
        asyncio.get_running_loop().set_default_executor(threads)
        async with app.open_async():
            listening = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=runner.places,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=LOOK,
                    update_heartbeat_interval=STALLED / 4,
                    stalled_worker_timeout=STALLED,
                )
            )
            await self._until_over(app, runner, listening)
            listening.cancel()
            await asyncio.wait([listening])
            if not (listening.cancelled() or runner.leaving.is_set()):
                listening.result()

    async def _until_over(
        self, app: procrastinate.App, runner: Runner, listening: asyncio.Task[None]
    ) -> None:
        """Return when the worker is leaving or can listen no more."""
        swept = float("-inf")
        while not (runner.leaving.is_set() or listening.done()):
            if time.monotonic() - swept > STALLED:
                await _throw_stalled_away(app)
                swept = time.monotonic()
            await asyncio.sleep(0.1)


def _run_all(runner: Runner) -> None:
    """Run jobs as long as there are any; one token is enough for many."""
    while not runner.leaving.is_set() and try_to_run(runner):
        pass


def _look_now_and_then(runner: Runner) -> None:
    """Find jobs whose token was lost, or came when their user had enough running."""
    while not runner.leaving.wait(LOOK):
        threading.Thread(target=_run_all, args=(runner,), daemon=True).start()


async def _throw_stalled_away(app: procrastinate.App) -> None:
    """Delete the tokens of workers that died; their jobs are the ledger's business."""
    found = await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED)
    for token in found:
        await app.job_manager.finish_job(token, status=Status.FAILED, delete_job=True)


def _prepare(conninfo: str) -> None:
    """Make Procrastinate's tables if they are not there; several processes may do so at once."""
    with psycopg.connect(conninfo, connect_timeout=5) as db:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
        found = db.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
        if found is None or not found[0]:
            db.execute(SchemaManager.get_schema())


@functools.lru_cache(maxsize=4)
def _bell(conninfo: str) -> procrastinate.App:
    """Return this process's connection for tokens."""
    _prepare(conninfo)
    connector = procrastinate.SyncPsycopgConnector(
        conninfo=conninfo, min_size=0, max_size=2, timeout=3.0
    )
    app = procrastinate.App(connector=connector)
    app.open()
    return app
