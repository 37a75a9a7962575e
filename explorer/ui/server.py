"""What the web process does besides drawing pages: routes, warm-up, a janitor, one worker.

It never imports torch: training and Grad-CAM run in processes of their own.
"""

from __future__ import annotations

import gc
import logging
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from explorer import compute
from explorer.api.routes import routes as api_routes
from explorer.api.visitors import Visitors
from explorer.errors import ExplorerError
from explorer.jobs import client
from explorer.ui.page_head import PageHead
from explorer.ui.prompt import send_at_once

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response

_logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
FRAME = ROOT / "explorer" / "ui" / "frame.py"
JANITOR_SECONDS = 45.0
EXPIRY_TURNS = 80
"""About once an hour runs that were deleted a day ago are removed for good."""


def routes() -> list[BaseRoute]:
    """Return our routes: the API, and the files under ``assets/``."""
    return [*api_routes(), Mount("/assets", _Assets(directory=ROOT / "assets"))]


def middleware() -> list[Middleware]:
    """Return what surrounds every answer: a name for each browser, our script in every page."""
    return [Middleware(Visitors), Middleware(PageHead)]


class _Assets(StaticFiles):
    """Our files, which a browser asks for again each time: they change with the app."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _import_early() -> None:
    """Pay for slow imports before the first visitor does."""
    import plotly.graph_objects as go  # noqa: PLC0415

    from explorer.spec.presets import presets  # noqa: PLC0415

    presets()
    go.Figure(go.Bar(x=[1], y=[1])).to_json()


@asynccontextmanager
async def lifespan(_app: object) -> AsyncGenerator[None]:
    """Warm up, then collect garbage now and then until the server stops.

    Streamlit's own full collection after every rerun is switched off in ``config.toml``: it
    costs ten times the rerun. Sessions are reference cycles, so somebody must collect them.
    """
    send_at_once()
    _import_early()
    client.ensure_worker()
    _tidy()
    compute.warm()
    gc.collect()
    gc.freeze()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_janitor)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()
            compute.shutdown()


async def _janitor() -> None:
    turns = 0
    while True:
        await anyio.sleep(JANITOR_SECONDS)
        gc.collect()
        turns += 1
        if turns % EXPIRY_TURNS == 0:
            await anyio.to_thread.run_sync(_tidy)


def _tidy() -> None:
    """Remove what was deleted long ago; what keeps us from it now must not stop the server."""
    try:
        client.remove_expired()
    except (ExplorerError, OSError) as error:
        _logger.warning("Deleted runs were not removed: %s", error)
