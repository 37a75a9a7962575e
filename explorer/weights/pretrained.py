"""Published weights fetched, checked, and kept as a run: the worker calls ``run``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from explorer.data.download import Wanted, alone, download
from explorer.errors import DataError, JobError
from explorer.spec.presets import preset
from explorer.store import pretrained as published
from explorer.store import runs
from explorer.store.pretrained import MB, Pretrained, folder_of, pretrained_of
from explorer.weights.foreign import load
from explorer.weights.runs import save
from explorer.words import Phrase, _, mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIGESTS = "sha256.json"
"""Beside the fetched networks: the digest of each file when it was first taken."""
_SLACK = 1.2


class Context(Protocol):
    """What a job sees of the worker that runs it."""

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for: ``name``."""
        ...

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Say how far the job is, 0..1; may raise to stop."""
        ...


def run(context: Context) -> dict[str, Any]:
    """Fetch the network that the payload names.

    Raises:
        ExplorerError: There is none, or it cannot be fetched or used.
    """
    name = context.payload.get("name")
    if not isinstance(name, str):
        raise JobError(_("This job does not say what to fetch."), _("Start it again."))
    found = pretrained_of(name)

    def tell(done: int, total: int | None) -> None:
        size = total or found.megabytes * MB
        sizes = {"done": done / MB, "size": size / MB}
        text = Phrase("{done:.0f} of {size:.0f} MB of {title}", **sizes, title=found.title)
        context.progress(min(0.95, 0.95 * done / size), text)

    def say(text: str) -> None:
        context.progress(0.97, text)

    folder = fetch(name, tell, say)
    return {"name": name, "folder": str(folder)}


def fetch(
    name: str,
    on_progress: Callable[[int, int | None], None] = lambda _done, _total: None,
    on_text: Callable[[str], None] = lambda _text: None,
) -> Path:
    """Fetch published weights, check them, and write them as a run folder.

    Args:
        name: A key of ``PRETRAINED``.
        on_progress: As for ``download``.
        on_text: Told what is being done afterwards.

    Raises:
        DataError: They cannot be fetched, or are not what was published.
        WeightsError: They do not fit the network.
    """
    found, folder = pretrained_of(name), folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder.with_name(f".{name}.lock"), lambda: on_progress(0, None)):
        if not runs.is_complete(folder):
            _bring(name, found, on_progress, on_text)
    return folder


def _bring(
    name: str,
    found: Pretrained,
    on_progress: Callable[[int, int | None], None],
    on_text: Callable[[str], None],
) -> None:
    folder = folder_of(name)
    suffix = found.url.rpartition(".")[2]
    path = folder / f"download.{suffix}"
    digest = _known(name) or found.digest
    wanted = Wanted(found.url, digest, round(found.megabytes * MB * _SLACK), found.title)
    taken = download(wanted, path, on_progress)
    on_text(mark("Checking the weights"))
    loaded = load(preset(found.preset), path)
    if not loaded.report.is_complete:
        missing = ", ".join(loaded.report.missing[:3])
        raise DataError(
            _("The weights of {title} are incomplete: {missing} are missing.").format(
                title=found.title, missing=missing
            ),
            _("The publisher may have changed the file."),
        )
    _remember(name, taken)
    save(loaded.network, folder / runs.WEIGHTS)
    runs.write(folder, _record(found, taken))
    path.unlink(missing_ok=True)


def _record(found: Pretrained, digest: str) -> runs.RunRecord:
    return runs.RunRecord(
        title=f"{found.title}, ImageNet",
        spec=preset(found.preset),
        data=runs.DataRecord(
            name=published.DATA,
            classes=published.imagenet_classes(),
            image_size=published.IMAGE_SIZE,
            mean=published.MEAN,
            std=published.STD,
            fingerprint=digest,
        ),
        recipe={"source": found.source, "url": found.url, "sha256": digest},
        seed=0,
        device="",
        notes=(found.source, found.licence),
        result=runs.Result(
            accuracy=found.accuracy, loss=0.0, num_images=50_000, seconds=0.0, epochs=0
        ),
    )


def _known(name: str) -> str | None:
    """Return the whole digest of a file that was taken before, where only a part is published."""
    try:
        kept: dict[str, str] = json.loads((folder_of("") / DIGESTS).read_text())
    except (OSError, ValueError):
        return None
    return kept.get(name)


def _remember(name: str, digest: str) -> None:
    path = folder_of("") / DIGESTS
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {}
    runs.write_atomic(path, json.dumps({**kept, name: digest}, indent=1).encode())
