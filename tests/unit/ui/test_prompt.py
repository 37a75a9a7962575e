"""Connections send what is written at once, whatever the socket that listens was made like."""

from __future__ import annotations

import socket

from explorer.ui.prompt import send_at_once


def test_a_connection_inherits_it_from_the_socket_that_listens() -> None:
    # Without a protocol, as Streamlit makes it.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not sends_at_once(listening)
        send_at_once()
        with socket.create_connection(listening.getsockname()):
            accepted, _address = listening.accept()
            with accepted:
                assert sends_at_once(accepted)
        assert listening.fileno() >= 0


def sends_at_once(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
