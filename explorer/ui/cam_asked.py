"""What is asked about an image, and its answer: at once, or by a job where it takes long."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.cam.kept import KIND, kept
from explorer.cam.methods import METHODS
from explorer.errors import ExplorerError, JobError
from explorer.jobs import client
from explorer.store.paths import home
from explorer.store.records import State
from explorer.ui import cached_cam, guard, panels, state
from explorer.ui.cam_image import data_of
from explorer.ui.cam_measured import progress, seeds_of
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.cam.compare import Comparison
    from explorer.cam.measure.agreement import Noise
    from explorer.store.records import Job
    from explorer.ui.cam_image import Image
    from explorer.ui.finished import Run

MAX_SEARCHED = 200
NUM_NOISE = 64
"""Held-out images on which seeds of one network are compared."""


class Asked(NamedTuple):
    """A question about one image to some networks.

    Attributes:
        runs: Two to four, A first.
        image: What they are shown.
        target: Name of the class; None: the true one, or what A says.
        layer: Of the maps.
        method: A key of ``METHODS``.
    """

    runs: tuple[Run, ...]
    image: Image
    target: str | None
    layer: str
    method: str

    @property
    def stamps(self) -> tuple[str, ...]:
        """Return what changes when a run is trained again."""
        return tuple(run.stamp for run in self.runs)

    @property
    def digest(self) -> str:
        """Return what identifies the question among all that were asked."""
        text = repr((self.stamps, self.target, self.layer, self.method))
        source = self.image.source
        told = source if isinstance(source, bytes) else repr(source).encode()
        return hashlib.sha256(text.encode() + told).hexdigest()[:32]


def computed(asked: Asked) -> tuple[Comparison, ...] | None:
    """Return the maps; None while a job is still to make them, and then say so.

    Raises:
        ExplorerError: The networks cannot be compared, or the image cannot be used.
    """
    arguments = _arguments(asked)
    if not METHODS[asked.method].is_long:
        return cached_cam.cam_several(asked.stamps, asked.image.source, {**arguments, "live": True})
    job = _job(asked.digest)
    if job is not None and job.state is State.DONE:
        return kept(home().run(job.id))
    if job is not None and not job.state.is_final:
        progress(job.id)
        return None
    if job is not None and job.state is State.FAILED:
        guard.show(JobError(_("The last try failed."), _(job.reason)))
    _start(asked, arguments)
    return None


def for_files(asked: Asked, shown: tuple[Comparison, ...]) -> tuple[Comparison, ...]:
    """Return the maps that files hold: of the networks as they are, with nothing folded.

    Args:
        asked: The question.
        shown: What ``computed`` answered.

    Raises:
        ExplorerError: As ``computed`` does.
    """
    if METHODS[asked.method].is_long:
        return shown
    return cached_cam.cam_several(asked.stamps, asked.image.source, _arguments(asked))


def _arguments(asked: Asked) -> dict[str, object]:
    return {
        "runs": [str(run.folder) for run in asked.runs],
        "target": asked.target,
        "layer": asked.layer,
        "method": asked.method,
    }


def _job(digest: str) -> Job | None:
    return next(
        (one for one in client.jobs(MAX_SEARCHED, kind=KIND) if one.payload.get("key") == digest),
        None,
    )


def _start(asked: Asked, arguments: Mapping[str, object]) -> None:
    title = _(METHODS[asked.method].title)
    panels.heading(
        _("{method} takes many passes through each network").format(method=title),
        _("It runs in the background and is found here again, for this image and class."),
    )
    if not st.button(_("Compute it"), type="primary", key="cam-compute"):
        return
    source = asked.image.source
    payload = {**arguments, "key": asked.digest}
    if isinstance(source, bytes):
        folder = home().shared / "pictures"
        folder.mkdir(exist_ok=True)
        path = folder / asked.digest  # of this question alone: its job removes it
        path.write_bytes(source)
        payload["file"] = str(path)
    else:
        payload["data"], payload["index"] = source
    try:
        client.submit(
            KIND,
            payload,
            title=_("{method} of {a}").format(method=title, a=asked.runs[0].record.title),
            user=state.visitor(),
        )
    except ExplorerError as error:
        guard.show(error)
    else:
        state.rerun()


class Seeds(NamedTuple):
    """Trainings that differ from one another in nothing but their seed.

    Attributes:
        groups: Folders, for each network that has more than one.
        stamps: What changes when one of them is trained again.
    """

    groups: tuple[tuple[str, ...], ...]
    stamps: tuple[str, ...]


def seeds_at_hand(asked: Asked) -> Seeds | None:
    """Return further seeds of the networks; None where there are none, or maps are too slow."""
    if METHODS[asked.method].is_long or data_of(asked.runs[0]) is None:
        return None
    known = finished_runs()
    groups: dict[tuple[str, ...], list[str]] = {}
    stamps: list[str] = []
    for run in asked.runs:
        seeds = seeds_of(run, known)
        ids = tuple(sorted(one.id for one in seeds))
        if len(seeds) > 1 and ids not in groups:
            groups[ids] = [str(one.folder) for one in seeds]
            stamps += [one.stamp for one in seeds]
    folders = tuple(tuple(group) for group in groups.values())
    return Seeds(folders, tuple(stamps)) if groups else None


def noise_floor(asked: Asked, seeds: Seeds) -> Noise | None:
    """Return how far seeds of one network are apart on held-out images."""
    first = asked.runs[0]
    result = first.record.result
    return cached_cam.cam_noise(
        seeds.stamps,
        seeds.groups,
        data_of(first) or "",
        asked.layer,
        asked.method,
        min(NUM_NOISE, result.num_images if result else NUM_NOISE),
    )
