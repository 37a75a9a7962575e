"""Downloading a data set as a background job: the worker calls ``run`` with what it knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from explorer.data.fetch import fetch
from explorer.data.registry import canonical, load
from explorer.errors import DataError
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from explorer.data.published_file import Watcher


class Context(Protocol):
    """What a job sees of the worker that runs it."""

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for: ``data``, the name of a set."""
        ...

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Say how far the job is, 0..1; may raise to stop."""
        ...

    def check(self) -> None:
        """Raise if the job is to stop."""
        ...


def run(context: Context) -> dict[str, Any]:
    """Download the set that the payload names; stopped, it goes on where it was the next time.

    Returns:
        ``data``, ``num_images`` and ``folder``.

    Raises:
        DataError: What ``fetch`` raises, or a payload that names nothing.
        BaseException: What the context raised to stop the job.
    """
    name = context.payload.get("data")
    if not isinstance(name, str):
        raise DataError(_("This job does not say what to download."), _("Start it again."))
    watcher: Watcher = context
    folder = fetch(name, watcher)
    dataset = load(name)
    return {
        "data": canonical(name),
        "num_images": len(dataset.train) + len(dataset.test),
        "folder": str(folder),
    }
