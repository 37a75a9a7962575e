"""The data home: every file the app keeps outside the repository, in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from explorer.errors import DataError
from explorer.words import _

VARIABLE = "EXPLORER_HOME"
LEDGER = "EXPLORER_LEDGER"
RUNS = "EXPLORER_RUNS"
CHECKPOINTS = "EXPLORER_CHECKPOINTS"
APP_NAME = "residual-explorer"


@dataclass(frozen=True)
class Home:
    """A data home and the names of what lies in it.

    Args:
        root: An existing folder that this process may write to.
    """

    root: Path

    @property
    def runs(self) -> Path:
        """The folder that holds one folder for each run: ``EXPLORER_RUNS``, or one in here.

        Several machines that work on one ledger need one that they share.
        """
        chosen = os.environ.get(RUNS, "").strip()
        return Path(chosen).expanduser().absolute() if chosen else self.root / "runs"

    @property
    def shared(self) -> Path:
        """Where lies what pages and workers both need: in here, or beside shared runs."""
        return self.runs if os.environ.get(RUNS, "").strip() else self.root

    @property
    def log(self) -> Path:
        """The folder of the background processes' logs."""
        return self.root / "log"

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the job ledger: ``EXPLORER_LEDGER``, or a file in here."""
        chosen = os.environ.get(LEDGER, "").strip()
        return chosen or f"sqlite:///{self.root / 'ledger.db'}"

    @property
    def worker_lock(self) -> Path:
        """The file whose lock says that a worker is alive."""
        return self.root / "worker.lock"

    @property
    def app_beat(self) -> Path:
        """The file whose modification time says that a web process is alive."""
        return self.root / "app.alive"

    @property
    def token_key(self) -> Path:
        """The file with the key that signs links to live data."""
        return self.root / "token.key"

    def run(self, job_id: str) -> Path:
        """Return the folder of one run; it may not exist yet."""
        return self.runs / job_id

    def checkpoints(self, job_id: str) -> str:
        """Return the fsspec URL of a job's checkpoints.

        That is a folder under ``EXPLORER_CHECKPOINTS``, or one in the run folder.
        """
        chosen = os.environ.get(CHECKPOINTS, "").strip()
        return f"{chosen.rstrip('/')}/{job_id}" if chosen else str(self.run(job_id) / "checkpoints")


def home() -> Home:
    """Return the data home, created if needed: ``EXPLORER_HOME`` or the platform's own place.

    Raises:
        DataError: The folder cannot be created or written to.
    """
    chosen = os.environ.get(VARIABLE)
    root = Path(chosen) if chosen else platformdirs.user_data_path(APP_NAME, appauthor=False)
    found = Home(root.expanduser().absolute())
    try:
        for folder in (found.root, found.runs, found.log):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            _("The data folder {folder} cannot be created: {reason}.").format(
                folder=error.filename or found.root, reason=error.strerror
            ),
            _("Set {variable} to a folder that you may write to.").format(variable=VARIABLE),
        ) from error
    if not os.access(found.root, os.W_OK):
        raise DataError(
            _("The data folder {folder} is read-only.").format(folder=found.root),
            _("Set {variable} to a folder that you may write to.").format(variable=VARIABLE),
        )
    return found
