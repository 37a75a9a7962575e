"""The HTTP routes beside the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio.to_thread import run_sync as to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer import words
from explorer.api import tokens
from explorer.api.live import Cursor, Live
from explorer.api.queue import Asked, Queue
from explorer.errors import ExplorerError, JobError
from explorer.jobs import client
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

_NO_STORE = {"Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Return the routes that the app mounts.

    * ``GET /api/health``: ``{"status": "ok"}``.
    * ``GET /api/live/{job_id}?since=CURSOR&token=TOKEN``: what is new since a cursor (``0`` at
      first, then ``next`` of the last answer). 200 with ``state, lost, stopping, progress, text,
      reason, points, more, next, token``; 204 when nothing is new and the job goes on, with the
      token in ``X-Token``; 400, 403,
      404 or 503 with ``error``. A viewer that gets a point of a later ``attempt`` drops the
      points of earlier ones from its ``step`` on.
    * ``GET /api/queue?viewer=NAME&token=TOKEN&kind=KIND&batch=BATCH&since=NEXT&lang=CODE``: the
      jobs of a kind, or of one submission. 200 with ``jobs, paused, next, token``; 204 when it is
      what ``since`` names; 403 or 503 with ``error``.
    """
    live = Live(client.ledger)

    async def read_live(request: Request) -> Response:
        with words.speaking(_language(request)):
            return await answer(request)

    async def answer(request: Request) -> Response:
        job_id = request.path_params["job_id"]
        if not tokens.check(job_id, request.query_params.get("token", "")):
            return _error(403, _("This link is not valid any more. Reload the page."))
        try:
            cursor = Cursor.read(request.query_params.get("since", "0"))
            known = live.known(job_id, cursor)
            # A thread for each viewer would cost more than the answer.
            news = known.news if known else await to_thread(live.since, job_id, cursor)
        except SQLAlchemyError:
            return _error(503, _("The list of jobs cannot be reached just now."))
        except ExplorerError as error:
            return _error(404 if isinstance(error, JobError) else 400, str(error))
        if news is None:
            return _nothing_new(tokens.sign(job_id))
        return JSONResponse({**news, "token": tokens.sign(job_id)}, headers=_NO_STORE)

    return [
        Route("/api/health", _health),
        Route("/api/live/{job_id}", read_live),
        Route("/api/queue", _read_queue(Queue(live))),
    ]


def _read_queue(queue: Queue) -> Callable[[Request], Awaitable[Response]]:
    async def read(request: Request) -> Response:
        asked = request.query_params
        viewer = asked.get("viewer", "")
        with words.speaking(asked.get("lang") or _language(request)):
            if not tokens.check(viewer_key(viewer), asked.get("token", "")):
                return _error(403, _("This link is not valid any more. Reload the page."))
            try:
                what = Asked(asked.get("kind", ""), asked.get("batch", ""))
                since = asked.get("since", "")
                known = queue.known(what, viewer, since)
                news = known.news if known else await to_thread(queue.since, what, viewer, since)
            except (ExplorerError, SQLAlchemyError):
                return _error(503, _("The list of jobs cannot be reached just now."))
        token = tokens.sign(viewer_key(viewer))
        if news is None:
            return _nothing_new(token)
        return JSONResponse({**news, "token": token}, headers=_NO_STORE)

    return read


def _nothing_new(token: str) -> Response:
    """Answer that nothing has changed; the new token outlives a queue that waits for a day."""
    return Response(status_code=204, headers={**_NO_STORE, "X-Token": token})


def viewer_key(viewer: str) -> str:
    """Return what is signed for somebody who looks at lists of jobs."""
    return f"viewer:{viewer}"


def _language(request: Request) -> str:
    """Return the language that a browser prefers."""
    accepted = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return words.matching(accepted.strip()) or words.ENGLISH


def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status, headers=_NO_STORE)
