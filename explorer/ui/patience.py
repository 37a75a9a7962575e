"""What takes longer than a moment: asked for by a button, watched, kept, given up by leaving."""

from __future__ import annotations

from concurrent.futures import CancelledError
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from explorer import compute
from explorer.errors import JobError
from explorer.ui import cached, panels
from explorer.ui.i18n import _
from explorer.units import seconds as in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_ONCE = 1.0
"""What takes no longer is not asked about [s]."""
START = 2.0
"""About what reading the data takes, and starting the process [s]."""
LONGEST = 120.0
"""What takes longer is not begun: one process computes for all visitors [s]."""
DEADLINE = 300.0
_LOOK = 0.25


class Request(NamedTuple):
    """One task for the compute pool.

    Attributes:
        task: ``module:function``; takes ``progress``, a file for the share that is done.
        arguments: Its other arguments; their ``repr`` tells them apart.
        seconds: About how long it takes [s].
        stamp: What else the result depends on, such as when a run was trained.
    """

    task: str
    arguments: Mapping[str, Any]
    seconds: float
    stamp: str = ""

    @property
    def digest(self) -> str:
        """Return what identifies the result."""
        asked = (self.task, sorted((k, repr(v)) for k, v in self.arguments.items()), self.stamp)
        return sha256(repr(asked).encode()).hexdigest()


def answers(
    requests: Sequence[Request],
    button: str,
    key: str,
    *,
    too_long: str = "",
    doing: str = "",
    is_asked: bool = False,
    can_stop: bool = False,
) -> list[Any] | None:
    """Return the results, or None while they have not been asked for.

    Results that are there are returned at once. Else a button says how long it will take; what
    takes under a second is computed without one, and what takes minutes not at all. Leaving the
    page ends the computation.

    Args:
        requests: What is asked.
        button: What it does, on the button.
        key: Of the button.
        too_long: Said, with ``{time}``, where it would take minutes.
        doing: Said beside the progress of a single task; empty: that it is computed.
        is_asked: Whether another button has asked already.
        can_stop: Whether a button stops it.

    Raises:
        ExplorerError: What a task raised.
    """
    found = [cached.kept().get(request.digest) for request in requests]
    if all(result is not None for result in found):
        return found
    missing = sum(r.seconds for r, f in zip(requests, found, strict=True) if f is None)
    place = st.empty()
    if missing > LONGEST:
        words = too_long or _(
            "This would take about {time}, too long for a page that others share. Choose fewer "
            "draws, fewer images or shorter paths, or a smaller network."
        )
        panels.note(words.format(time=in_words(round(missing))))
        return None
    if missing > AT_ONCE and not is_asked and not _asked(place, button, key, missing + START):
        return None
    bar = _bar(place, f"{key}-stop" if can_stop else "")
    for i, request in enumerate(requests):
        if found[i] is None:
            found[i] = _computed(request, bar, i, len(requests), doing)
            cached.kept().put(request.digest, found[i])
    place.empty()
    return found


def _bar(place: Any, stop: str) -> Any:  # noqa: ANN401 - st.empty
    """Return where progress is drawn, beside a button that stops it if it has a key."""
    if not stop:
        return place
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.empty()
        # A click draws the page anew, which gives the computation up.
        st.button(_("Stop"), key=stop)
    return bar


def _asked(place: Any, button: str, key: str, seconds: float) -> bool:  # noqa: ANN401 - st.empty
    with place.container():
        label = _("{what} · about {time}").format(what=button, time=in_words(round(seconds)))
        asked = st.button(label, key=key)
        panels.note(_("Nothing is computed before. You can leave the page to give it up."))
    return asked


def _computed(request: Request, place: Any, index: int, total: int, doing: str) -> Any:  # noqa: ANN401
    """Wait for a task and say how far it is."""
    words = doing or _("Computing …")
    if total > 1:
        words = _("Computing {i} of {n} …").format(i=index + 1, n=total)
    with TemporaryDirectory(prefix="explorer-") as folder:
        progress = Path(folder) / "progress"
        call = compute.submit(
            request.task, deadline=DEADLINE, progress=progress, **request.arguments
        )
        try:
            while True:
                try:
                    return call.result(timeout=_LOOK)
                except TimeoutError:
                    # Drawing is also where Streamlit ends a script whose reader has left.
                    place.progress((index + _share(progress)) / total, words)
        except CancelledError:
            raise JobError(_("The computation was given up."), _("Try again.")) from None
        finally:
            call.cancel()


def _share(path: Path) -> float:
    try:
        return min(1.0, max(0.0, float(path.read_text())))
    except (OSError, ValueError):
        return 0.0
