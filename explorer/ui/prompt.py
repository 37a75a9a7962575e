"""Answers that leave at once, instead of waiting for more to send."""

from __future__ import annotations

import contextlib
import os
import socket

import psutil


def send_at_once() -> None:
    """Have every connection to this process send what is written (``TCP_NODELAY``).

    asyncio asks for that where a socket states its protocol, and the one on which Streamlit
    listens states none: an answer, which is written as head and body, then waits for the
    browser's acknowledgement of the head, 40 ms each time. Connections inherit it from the socket
    that listens. Where the system does not let us look, the app answers as it would.
    """
    with contextlib.suppress(OSError, psutil.Error):
        for found in psutil.Process().net_connections("tcp"):
            if found.status == psutil.CONN_LISTEN and found.fd >= 0:
                with socket.socket(fileno=os.dup(found.fd)) as listening:
                    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
