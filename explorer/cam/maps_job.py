"""Maps of methods that take many passes, as a background job: the worker calls ``run``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from explorer.cam.kept import keep
from explorer.cam.pair import Question, compare_all
from explorer.cam.task import NUM_NETWORKS, pixels_of, subject
from explorer.errors import DataError, JobError
from explorer.words import Phrase, _, mark

if TYPE_CHECKING:
    from explorer.cam.job import Context
    from explorer.cam.task import Source


class _Payload(BaseModel):
    runs: Annotated[list[str], Field(min_length=2, max_length=NUM_NETWORKS)]
    target: str | None = None
    layer: str | None = None
    method: str
    file: str | None = None
    data: str | None = None
    index: int = 0

    @property
    def source(self) -> Source:
        """Return the image.

        Raises:
            DataError: Its file is gone.
        """
        if self.file is None:
            return self.data or "", self.index
        try:
            return Path(self.file).read_bytes()
        except OSError:
            raise DataError(_("The image is gone."), _("Choose it again.")) from None


def run(context: Context) -> dict[str, Any]:
    """Make the maps that the payload asks for and keep them in the job's folder.

    Raises:
        ExplorerError: The networks cannot be compared, or the payload cannot be used.
    """
    try:
        asked = _Payload.model_validate(context.payload)
    except ValidationError:
        raise JobError(_("This job does not say what to show."), _("Start it again.")) from None
    context.progress(0.0, mark("Loading the networks"))
    subjects = []
    for i, folder in enumerate(asked.runs):
        subjects.append(subject(Path(folder)))
        context.progress(0.1 * (i + 1) / len(asked.runs), mark("Loading the networks"))
    pixels, label = pixels_of(asked.source, subjects[0].record.data)
    question = Question(asked.target, asked.layer, asked.method)

    def tell(done: int) -> None:
        title = subjects[min(done, len(subjects) - 1)].record.title
        text = Phrase("Masking the image for {title}", title=title)
        context.progress(0.1 + 0.9 * done / len(subjects), text)

    found = compare_all(subjects, pixels, question, label, on_side=tell)
    keep(found, context.directory)
    if asked.file is not None:
        Path(asked.file).unlink(missing_ok=True)
    return {"method": asked.method, "target": found[0].target}
