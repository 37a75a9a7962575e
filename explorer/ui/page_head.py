"""What our pages need in the browser before Streamlit's own scripts run.

A component's script comes late: seconds after the page on a slow machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from explorer.api.visitors import is_page
from explorer.ui.components.assets import VERSION

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FIRST = b"<head>"
_LEFT_OUT = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""Of the request: nothing can be added to what is compressed, or to what is not sent."""
_SCRIPT = f'<script type="module" src="/assets/js/entries.js?v={VERSION}"></script>'.encode()


class PageHead:
    """Middleware that puts our first script at the head of every page.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; hold a page back until it is whole, and send it with the script."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if "text/html" not in headers.get("accept", ""):
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in headers.raw if name not in _LEFT_OUT]
        start: Message | None = None
        body = b""

        async def send_with_script(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    body = body.replace(_FIRST, _FIRST + _SCRIPT, 1)
                    told = MutableHeaders(raw=list(start["headers"]))
                    told["Content-Length"] = str(len(body))
                    # They speak of the file as it lies there: a browser would keep an older script.
                    del told["ETag"], told["Last-Modified"]
                    await send({**start, "headers": told.raw})
                    await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": plain}, receive, send_with_script)
