"""Which function runs which kind of job, by name, so that nothing here imports it."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "fetch": "explorer.data.job:run",
    "lesion": "explorer.lesion.job:run",
    "localise": "explorer.cam.job:run",
    "maps": "explorer.cam.maps_job:run",
    "pretrained": "explorer.weights.pretrained:run",
    "train": "explorer.training.job:run",
}
"""Kind of job -> ``module:function``; the function takes a ``Context`` and returns a result."""
