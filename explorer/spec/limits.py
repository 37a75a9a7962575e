"""How large a network may be: checked before anything is built.

Each limit can be raised by an environment variable, ``EXPLORER_MAX_PARAMS`` and so on.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from explorer.errors import BudgetError
from explorer.units import scaled
from explorer.words import _, mark


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest network that is accepted.

    Attributes:
        params: Trainable numbers.
        macs: Multiply-adds for one image [MAC].
        activation_bytes: Activations for one image [B].
        nodes: Ops in the graph.
    """

    params: int = 400_000_000
    macs: int = 150_000_000_000
    activation_bytes: int = 8_000_000_000
    nodes: int = 20_000

    @classmethod
    def from_environment(cls) -> Limits:
        """Return the defaults, each overridden by ``EXPLORER_MAX_<NAME>`` where that is set."""
        found = {f.name: os.environ.get(f"EXPLORER_MAX_{f.name.upper()}", "") for f in fields(cls)}
        return cls(**{name: int(text) for name, text in found.items() if text.isdecimal()})

    def check(self, quantity: str, value: int) -> None:
        """Refuse a value above its limit.

        Raises:
            BudgetError: The value is too large; the error says by how much and what to do.
        """
        limit: int = getattr(self, quantity)
        if value > limit:
            message, hint = _WORDS[quantity]
            raise BudgetError(
                _(message).format(value=_short(value), limit=_short(limit)),
                _(hint),
                quantity=quantity,
                value=value,
                limit=limit,
            )


def _short(value: int) -> str:
    return " ".join(scaled(value, 3)).strip()


_WORDS = {
    "params": (
        mark("This network has {value} parameters; the limit here is {limit}."),
        mark("Lower the width or the number of blocks."),
    ),
    "macs": (
        mark("This network has {value} MACs; the limit here is {limit}."),
        mark("Lower the width, the depth or the image size."),
    ),
    "activation_bytes": (
        mark(
            "This network has {value} bytes of activations for one image; the limit here is "
            "{limit}."
        ),
        mark("Lower the image size or depth."),
    ),
    "nodes": (
        mark("This network has {value} ops; the limit here is {limit}."),
        mark("Lower the number of blocks."),
    ),
}
