"""Tags and notes of a run: what a person says about it, in a file beside its record.

    labels.json    ``Labels``

A bundled run is never written to; its labels lie in the data home, under its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from explorer.errors import DataError
from explorer.store.paths import home
from explorer.store.runs import write_atomic
from explorer.store.zoo import PREFIX
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

FILE = "labels.json"
FOLDER = "labels"
MAX_TAGS, MAX_TAG, MAX_NOTES = 12, 32, 4000

Tag = Annotated[str, Field(min_length=1, max_length=MAX_TAG)]


class Labels(BaseModel):
    """What a person says about a run.

    Attributes:
        tags: Short words to find it by.
        notes: Anything.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()
    notes: Annotated[str, Field(max_length=MAX_NOTES)] = ""


NONE = Labels()


def place_of(run_id: str, folder: Path) -> Path:
    """Return the folder that holds the labels of a run; it may not exist yet."""
    return home().root / FOLDER / run_id if run_id.startswith(PREFIX) else folder


def read(place: Path) -> Labels:
    """Return the labels in a folder; none where nothing was said or the file is damaged."""
    try:
        return Labels.model_validate_json((place / FILE).read_bytes())
    except (OSError, ValueError):
        return NONE


def write(place: Path, labels: Labels) -> None:
    """Write the labels of a run; a reader sees the old ones or the new ones.

    Raises:
        DataError: The folder cannot be written to.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_atomic(place / FILE, labels.model_dump_json(indent=2).encode())
    except OSError as error:
        raise DataError(
            _("Tags and notes cannot be written: {reason}.").format(reason=error.strerror or error),
            _("Check the folder and the free space of the disk."),
        ) from error


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags that a person typed, divided by commas; each once, in order.

    Raises:
        DataError: There are too many, or one is too long.
    """
    known: dict[str, str] = {}
    for word in (" ".join(part.split()) for part in text.split(",")):
        if word:
            known.setdefault(word.casefold(), word)
    tags = tuple(known.values())
    if len(tags) > MAX_TAGS:
        raise DataError(_("A run has {n} tags at most.").format(n=MAX_TAGS), _("Leave some out."))
    long = next((tag for tag in tags if len(tag) > MAX_TAG), None)
    if long is not None:
        raise DataError(
            _("The tag {tag!r}… has more than {n} letters.").format(tag=long[:20], n=MAX_TAG),
            _("Shorten it, or put it into the notes."),
        )
    return tags
