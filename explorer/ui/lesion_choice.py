"""Which trained run is cut, on which images, and how many of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.data.registry import catalogue
from explorer.errors import DataError
from explorer.ui import datasets, urls
from explorer.ui.finished import twin_of
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec
    from explorer.ui.finished import Run

NUMBERS = (250, 500, 1000, 0)
"""Images that are used; 0 is all."""
USUAL = 500


class Subject(NamedTuple):
    """What is cut.

    Attributes:
        run: The trained run.
        twin: Its control, or None.
        data: A data set's name or a path.
        data_stamp: What identifies the images behind a path.
        data_title: Of the data, for people.
        limit: Images that are used; None: all held-out ones.
    """

    run: Run
    twin: Run | None
    data: str
    data_stamp: str
    data_title: str
    limit: int | None


def choose(runs: dict[str, Run], spec: NetworkSpec) -> Subject:
    """Show the choices; the link keeps them.

    Args:
        runs: What can be chosen, at least one.
        spec: The network in hand, whose run is chosen at first if there is one with its images.

    Raises:
        DataError: There are no images of the run's classes on this machine yet.
    """
    at_left, middle, at_right = st.columns((1.6, 1.1, 1), vertical_alignment="bottom")
    with at_left:
        run = runs[_run(runs, spec)]
    with at_right:
        limit = _number()
    with middle:
        data, title = _data(run)
    stamp = ""
    if Path(data).is_absolute():
        facts = Path(data).stat()
        stamp = f"{facts.st_size}-{facts.st_mtime_ns}"
    return Subject(run, twin_of(run, runs), data, stamp, title, limit or None)


def _run(runs: dict[str, Run], spec: NetworkSpec) -> str:
    key, wanted = "lesion-run", urls.get(Param.RUN)
    alike = (i for i, run in runs.items() if run.record.spec == spec)
    ready = (i for i, run in runs.items() if run.card)
    # A bundled network of this kind is no beginning while its images are elsewhere.
    usual = next((i for i in (*alike, *ready) if sources(runs[i])), next(iter(runs)))
    start = start_widget(key, wanted if wanted in runs else usual, runs)
    chosen = st.selectbox(
        _("Trained network"),
        list(runs),
        list(runs).index(start),
        key=key,
        format_func=lambda i: runs[i].label if i in runs else str(i),
    )
    urls.put(Param.RUN, chosen)
    return chosen


def _number() -> int:
    key, wanted = "lesion-images", urls.get(Param.IMAGES)
    found = 0 if wanted == "all" else int(wanted) if wanted.isdecimal() else USUAL
    start = start_widget(key, found if found in NUMBERS else USUAL)
    chosen = st.segmented_control(
        _("Images, at most"),
        NUMBERS,
        default=start,
        key=key,
        required=True,
        width="stretch",
        format_func=lambda n: f"{n:,}" if n else _("all"),
    )
    number = int(chosen or 0)
    urls.put(Param.IMAGES, "" if number == USUAL else str(number or "all"))
    return number


def _data(run: Run) -> tuple[str, str]:
    options = sources(run)
    key, wanted = f"lesion-data-{run.id}", urls.get(Param.DATA)
    names = [*options, datasets.OWN]
    known = wanted if wanted in options else names[0]
    start = start_widget(key, known, names)
    chosen = st.selectbox(
        _("Held-out images of"),
        names,
        names.index(start),
        key=key,
        format_func=lambda n: options.get(n, _("A folder or zip of your own …")),
    )
    if chosen in options:
        urls.put(Param.DATA, "" if chosen == names[0] else chosen)
        return chosen, options[chosen]
    urls.put(Param.DATA, "")
    return _own_path(run)


def sources(run: Run) -> dict[str, str]:
    """Return data sets that may have a run's classes, with their titles; its own first.

    A run that was trained elsewhere names its data by a file that need not be on this machine.
    """
    record, titles = run.record.data, {info.name: _(info.title) for info in catalogue()}
    own = {str(path): name for name, path in datasets.found().items()}
    found: dict[str, str] = {}
    if record.name in titles:
        found[record.name] = titles[record.name]
    elif Path(record.name).is_absolute() and Path(record.name).exists():
        found[record.name] = Path(record.name).stem
    else:
        stem = Path(record.name).stem
        found.update({path: name for path, name in own.items() if name == stem})
    alike = {info.name: _(info.title) for info in catalogue() if info.classes == record.classes}
    return {**found, **alike, **own}


def _own_path(run: Run) -> tuple[str, str]:
    text = st.text_input(
        _("Path on this machine"), key="lesion-data-path", placeholder="cifar10.zip", max_chars=500
    ).strip()
    path = Path(text).expanduser()
    if not text or not path.exists():
        classes = ", ".join(run.record.data.classes[:4])
        raise DataError(
            _("There is no folder or file {path}.").format(path=text)
            if text
            else _("The images of this network are not on this machine."),
            _(
                "Name a folder or zip with one folder of images for each class ({classes}, …), or "
                "put it into {folder}."
            ).format(classes=classes, folder=datasets.folder()),
        )
    return str(path.resolve()), path.stem
