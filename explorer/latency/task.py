"""What the pages ask of the compute pool: a measurement, kept once it is made."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from explorer.latency.measure import measure
from explorer.latency.outcome import keep

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.latency.outcome import Latency, Settings
    from explorer.spec import NetworkSpec

TELL_SECONDS = 0.2


def measured(spec: NetworkSpec, settings: Settings, progress: Path | None = None) -> Latency:
    """Measure a network, keep the result and return it.

    Args:
        spec: The network.
        settings: Batch size and device.
        progress: A file for the share that is done, 0..1.

    Raises:
        ExplorerError: What ``measure`` raises.
    """
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        if progress is not None and monotonic() - told >= TELL_SECONDS:
            told = monotonic()
            progress.write_text(f"{share:.4f}")

    found = measure(spec, settings, tell)
    keep(spec, found)
    return found
