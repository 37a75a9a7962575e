"""Interactive work with torch, done in a few processes beside the web process.

``run`` and ``submit`` name their task as ``module:function``; only the other process imports it.
"""

from explorer.compute.calls import Call, run, shutdown, submit, warm
from explorer.compute.pool import Pool

__all__ = ["Call", "Pool", "run", "shutdown", "submit", "warm"]
