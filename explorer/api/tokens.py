"""Signed permission to read one job's live data, short enough for an address.

The routes stand beside the pages and see neither their sessions nor a login; the page that shows
a job signs its id.
"""

from __future__ import annotations

import functools
import os
import secrets
from typing import TYPE_CHECKING

from filelock import FileLock
from itsdangerous import BadSignature, URLSafeTimedSerializer

from explorer.store.paths import VARIABLE, home

if TYPE_CHECKING:
    from pathlib import Path

MAX_AGE = 12 * 3600
"""Seconds a token is good for; every live answer brings a new one."""


def sign(job_id: str) -> str:
    """Return a token that lets its holder read the live data of one job."""
    return _serializer(os.environ.get(VARIABLE)).dumps(job_id)


def check(job_id: str, token: str, *, max_age: int = MAX_AGE) -> bool:
    """Return whether a token is ours, is for this job, and is not too old [s]."""
    try:
        serializer = _serializer(os.environ.get(VARIABLE))
        return serializer.loads(token, max_age=max_age) == job_id
    except BadSignature:
        return False


@functools.lru_cache(maxsize=4)
def _serializer(_place: str | None) -> URLSafeTimedSerializer:
    """Return the one of the current data home; asked anew for each place that is named."""
    return URLSafeTimedSerializer(_key(home().token_key), salt="live")


def _key(path: Path) -> str:
    """Read the key of this data home; the first of several processes makes it."""
    with FileLock(f"{path}.lock"):
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text()
