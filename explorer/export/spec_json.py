"""The specification as JSON, for people and for ``explorer.spec.codec.from_json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from explorer.spec.codec import VERSION

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec


def to_json(spec: NetworkSpec) -> str:
    """Return every field, defaults too, so that the text keeps its meaning if a default changes.

    The first field is the version of the format.
    """
    document = {"version": VERSION, **spec.model_dump(mode="json")}
    return json.dumps(document, indent=2) + "\n"
