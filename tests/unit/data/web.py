"""A server of our own that misbehaves as asked."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves contents by path; ``plan`` says how each further request is answered.

    The words of a plan: ``ok``, ``norange`` (the whole file whatever was asked), ``cut N`` (ends
    after N bytes), ``drop`` (no answer), ``NNN`` (that status), ``slow`` (a little at a time),
    ``stall`` (half and then silence), ``more`` (twice the file), ``lie`` (other bytes, equal
    length), ``badrange`` (a part that was not asked for), ``nolength``.
    """

    def __init__(self):
        self.contents: dict[str, bytes] = {}
        self.plan: list[str] = []
        self.asked: list[str] = []
        self.address = ""

    def url(self, name: str, content: bytes) -> str:
        self.contents[f"/{name}"] = content
        return f"{self.address}/{name}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lab: Server

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        wanted = self.headers.get("Range", "")
        self.lab.asked.append(wanted)
        word, _, number = (self.lab.plan.pop(0) if self.lab.plan else "ok").partition(" ")
        content = self.lab.contents.get(self.path)
        if content is None or word.isdecimal():
            self.send_error(int(word) if word.isdecimal() else 404)
        elif word == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.send_body(word, number, self.send_head(word, content, wanted))

    def send_head(self, word, content, wanted) -> bytes:
        found = re.fullmatch(r"bytes=(\d+)-", wanted)
        start = int(found[1]) if found and word != "norange" else 0
        body = content[start:]
        body = {"lie": bytes(len(body)), "more": body + content}.get(word, body)
        if start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
        elif start:
            self.send_response(206)
            shown = start + (7 if word == "badrange" else 0)
            self.send_header("Content-Range", f"bytes {shown}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        if word == "nolength":
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return body

    def send_body(self, word, number, body):
        if word == "slow":
            for i in range(0, len(body), 1000):
                self.wfile.write(body[i : i + 1000])
                self.wfile.flush()
                time.sleep(0.02)
            return
        most = {"stall": len(body) // 2, "cut": int(number or 0)}.get(word, len(body))
        self.wfile.write(body[:most])
        self.wfile.flush()
        if word == "stall":
            time.sleep(1.5)
        if most < len(body):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Say nothing of a client that has left: that is what is tested."""


@contextmanager
def serving():
    server = Server()
    with Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"lab": server})) as http:
        server.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        http.shutdown()
        thread.join()
