"""A name that survives a reload: a random cookie, set with the page and read by the session.

It tells visitors apart for limits and turns; it is no login. A proxy that has one can pass the
name in a header instead (``EXPLORER_USER_HEADER``).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "explorer_visitor"
HEADER = "EXPLORER_USER_HEADER"
_YEAR = 365 * 86400
_VALUE = re.compile(r"[0-9a-f]{32}")


class Visitors:
    """Middleware that gives every browser a cookie with the first page it loads.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the cookie to pages for browsers without one."""
        if scope["type"] != "http" or _cookie(dict(scope["headers"]).get(b"cookie", b"")):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and is_page(message):
                value = secrets.token_hex(16)
                line = f"{COOKIE}={value}; Max-Age={_YEAR}; Path=/; HttpOnly; SameSite=Lax"
                message["headers"] = [*message["headers"], (b"set-cookie", line.encode())]
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def name_of(cookies: Mapping[str, str], headers: Mapping[str, str]) -> str | None:
    """Return the name of a visitor, from a proxy's header or the cookie; None without either.

    The cookie itself is kept to the browser: whoever knew it would be taken for the visitor.
    """
    header = os.environ.get(HEADER, "").strip()
    given = headers.get(header, "").strip() if header else ""
    if given:
        return given[:128]
    value: object = cookies.get(COOKIE)
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        return None
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def is_page(message: Message) -> bool:
    """Return whether an answer that begins is a page for a browser."""
    headers = {name.lower(): value for name, value in message["headers"]}
    return headers.get(b"content-type", b"").startswith(b"text/html")


def _cookie(header: bytes) -> str:
    found = SimpleCookie(header.decode("latin-1")).get(COOKIE)
    return found.value if found is not None and _VALUE.fullmatch(found.value) else ""
