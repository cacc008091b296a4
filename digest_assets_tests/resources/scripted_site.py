"""A site on loopback that answers each address by a script, and remembers what it was asked: real HTTP."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """One answer. `stalls`: nothing is sent until the site closes. `cut_at`: the connection is lost after so many
    bytes of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stalls: bool = False
    cut_at: int | None = None


@dataclass
class ScriptedSite:
    """`script`: by path, the answers in order; the last one is repeated. Other paths get 404."""

    script: dict[str, list[Reply]]
    address: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sent: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    closing: threading.Event = field(default_factory=threading.Event)
    _served: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def reply_to(self, path: str) -> Reply:
        replies = self.script.get(path, [Reply(b"not here", 404)])
        number = self._served[path]
        self._served[path] += 1
        return replies[min(number, len(replies) - 1)]


@contextmanager
def serve(script: dict[str, list[Reply]]) -> Iterator[ScriptedSite]:
    site = ScriptedSite(script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(site: ScriptedSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = site.reply_to(self.path)
            if reply.stalls:
                site.closing.wait(30)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(reply.body[: reply.cut_at])
            self.close_connection = True

        def _send(self, body: bytes) -> None:
            for start in range(0, len(body), 65_536):
                try:
                    self.wfile.write(body[start : start + 65_536])
                except OSError:  # the client has seen enough
                    return
                site.sent[self.path] += len(body[start : start + 65_536])

        log_message: Callable[..., None] = staticmethod(lambda *_: None)

    return Handler
