"""How strongly layers respond (He et al. 2015, Fig. 7), as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address


class Response(NamedTuple):
    """How strongly a layer responds.

    Attributes:
        layer: Address of the 3×3 convolution.
        read_at: Address of the value that was read: its batch norm, or itself where none follows.
        std: Standard deviation over images, channels and positions.
    """

    layer: Address
    read_at: Address
    std: float


def response_rows(found: Mapping[str, Sequence[Response]]) -> list[dict[str, Any]]:
    """Return one row for each network and layer, for tables and CSV.

    ``rank`` is the place of a layer when the strongest stands first, from 1.
    """
    rows: list[dict[str, Any]] = []
    for name, responses in found.items():
        order = sorted(range(len(responses)), key=lambda i: -responses[i].std)
        rank = {i: place for place, i in enumerate(order, 1)}
        rows += [
            {"network": name, "layer": i + 1, "address": one.layer, "read_at": one.read_at}
            | {"std": one.std, "rank": rank[i]}
            for i, one in enumerate(responses)
        ]
    return rows
