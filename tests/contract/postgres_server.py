"""A PostgreSQL server of the tests' own, on loopback, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


def _binary(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else None)
    assert found, "There is no PostgreSQL: run `make database`."
    return found


def _identity() -> dict[str, int]:
    """Return as whom the server runs: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid}
    raise AssertionError("There is no user `postgres` or `nobody` to run PostgreSQL as.")


class Postgres:
    """A server that can be stopped and started again; its data stays until ``remove``."""

    def __init__(self, namespace: str = "", listen: str = "127.0.0.1") -> None:
        self._namespace = namespace
        self._listen = listen
        self._who = _identity()
        self.folder = Path(tempfile.mkdtemp(prefix="explorer-pg-"))
        if self._who:
            os.chown(self.folder, self._who["user"], self._who["group"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        made = [_binary("initdb"), "-D", self._data, "-U", "app", "-A", "trust", "--no-sync"]
        self._run([*made, "-E", "UTF8", "--locale=C"])
        if namespace:
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()

    def _run(self, command: list[str | Path]) -> None:
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, **self._who
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        settings.append(f"-clisten_addresses={self._listen}")
        settings.append(f"-cunix_socket_directories={self.folder}")
        command = [_binary("postgres"), "-D", str(self._data), f"-p{self.port}", *settings]
        who = self._who
        if self._namespace:
            user, group = (
                f"--{name}={who[of]}" for name, of in (("reuid", "user"), ("regid", "group"))
            )
            drop = ["setpriv", user, group, "--clear-groups"]
            command, who = ["ip", "netns", "exec", self._namespace, *drop, *command], {}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True, **who
            )
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.conninfo(), connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop at once: every connection breaks."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def conninfo(self, database: str = "postgres") -> str:
        if self._namespace:  # a socket is a file, and has no network
            return f"postgresql://app@/{database}?host={self.folder}&port={self.port}"
        return f"postgresql://app@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """Make an empty database and return its URL."""
        name = f"lab_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.conninfo(), autocommit=True) as db:
            db.execute(f'CREATE DATABASE "{name}"')
        return self.conninfo(name)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
