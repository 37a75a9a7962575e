"""What runs inside a compute process."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer import words
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from collections.abc import Mapping

NICENESS = 5


@dataclass(frozen=True)
class Raised:
    """An ``ExplorerError`` on its way back: pickle would call its constructor, which may ask more.

    Args:
        kind: Its class.
        message: Its first sentence.
        state: Its attributes.
    """

    kind: type[ExplorerError]
    message: str
    state: dict[str, Any]

    def error(self) -> ExplorerError:
        """Return the error as it was raised, without its traceback."""
        error = self.kind.__new__(self.kind)
        error.args = (self.message,)
        error.__dict__.update(self.state)
        return error


def begin(threads: int, preload: tuple[str, ...]) -> None:
    """Prepare a new compute process: polite, quiet, warm, and gone when its parent is.

    Args:
        threads: How many threads torch may use.
        preload: Modules to import before the first task.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.environ.update(OMP_WAIT_POLICY="PASSIVE", GOMP_SPINCOUNT="0", OMP_NUM_THREADS=str(threads))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for module in preload:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


def call(task: str, arguments: Mapping[str, Any], language: str) -> Any:  # noqa: ANN401 - the task's
    """Run ``module:function`` and return its result, or a ``Raised`` for a person's mistake.

    Args:
        task: What to run.
        arguments: Its keyword arguments.
        language: Of the reader, in which errors are told.
    """
    module, _colon, name = task.partition(":")
    with words.speaking(language):
        try:
            return getattr(importlib.import_module(module), name)(**arguments)
        except ExplorerError as error:
            return Raised(type(error), error.message, dict(error.__dict__))


def _end_with_parent() -> None:
    # Not PR_SET_PDEATHSIG: it fires when the thread that started us ends, which may be the
    # thread of one person's page.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
