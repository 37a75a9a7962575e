"""What the parts of a lesson file have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT = 8000

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""Of lessons, steps, experiments and networks: in links and folders, never shown."""
Line = Annotated[str, Field(min_length=1, max_length=200)]
"""A title or a sentence."""
Prose = Annotated[str, Field(max_length=MAX_TEXT)]
"""Markdown; see ``explorer.lessons.prose``."""


class Part(BaseModel):
    """A part of a lesson file: frozen, and no field that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
