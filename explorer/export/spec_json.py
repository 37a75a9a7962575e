"""The specification as JSON, for people and for ``explorer.spec.codec.from_json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec


def to_json(spec: NetworkSpec) -> str:
    """Return every field, defaults too, so that the text keeps its meaning if a default changes."""
    return spec.model_dump_json(indent=2) + "\n"
