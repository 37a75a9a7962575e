"""How compute processes are started: fresh interpreters that never see the app's main module."""

from __future__ import annotations

import threading
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_mutex = threading.Lock()


class CleanProcess(SpawnProcess):
    """A spawned process that does not import its parent's ``__main__``.

    Multiprocessing has a new process run the parent's main module again, for functions defined
    there. Streamlit swaps ``__main__`` for the page script in every run: a compute process that
    happens to start then would import Streamlit and run the page.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: ANN401, N802 - the hook's own signature
        original = spawn.get_preparation_data

        def without_main(name: str) -> dict[str, Any]:
            data = original(name)
            return {key: value for key, value in data.items() if not key.startswith("init_main")}

        with _mutex:
            spawn.get_preparation_data = without_main
            try:
                return SpawnProcess._Popen(process_obj)  # noqa: SLF001 - what we extend
            finally:
                spawn.get_preparation_data = original


class CleanContext(SpawnContext):
    """The multiprocessing context of the compute pool."""

    Process = CleanProcess
