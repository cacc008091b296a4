"""An arXiv on loopback that answers from a script: real HTTP, and a record of what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """What the server sends; `stalls`: it sends nothing until the test is over."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stalls: bool = False
    cut_after: int | None = None
    """Bytes after which the connection is closed, though more was announced."""


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


Script = Sequence[Reply] | Callable[[Asked], Reply]


@dataclass
class ScriptedArxiv:
    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def scripted_arxiv(script: Script) -> Iterator[ScriptedArxiv]:
    """Serves `script`: a reply for each request in turn, the last one repeated, or a function of the request."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            parameters = {key: values[0] for key, values in parse_qs(parts.query).items()}
            asked = Asked(parts.path, parameters, dict(self.headers))
            arxiv.asked.append(asked)
            if callable(script):
                self.reply(script(asked))
            else:
                self.reply(script[min(len(arxiv.asked), len(script)) - 1])

        def reply(self, reply: Reply) -> None:
            if reply.stalls:
                over.wait(30)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut_after])
            if reply.cut_after is not None:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    arxiv = ScriptedArxiv(f"http://127.0.0.1:{server.server_port}")
    thread.start()
    try:
        yield arxiv
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
