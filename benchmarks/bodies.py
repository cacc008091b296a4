"""The peak memory of a run, with all processes that it starts, where an answer never ends: of a list, of a text, of the
model; as it is, and packed a thousand to one. `digest run` goes on as after any other fault."""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from typing import Any

from benchmarks.memory import Peak
from benchmarks.one_run import start, told
from benchmarks.shape import Benchmark, Row
from digest_assets_tests.worlds import a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
LIMIT = 300e6
_PIECE = b"<p>endless</p> " * 4096
_EVENT = b'data: {"choices": [{"index": 0, "delta": {"content": "' + b"endless " * 500 + b'"}}]}\n\n'


@dataclass
class Endless:
    """A server whose bodies never end, for whoever asks whatever."""

    address: str
    kind: str = "plain"
    """Or `packed`, or `events`."""
    sent: int = 0
    """Bytes."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pieces(self) -> Iterator[bytes]:
        if self.kind == "packed":
            packing = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
            yield from (packing.compress(bytes(1 << 20)) for _ in repeat(None))
        yield from repeat(_EVENT if self.kind == "events" else _PIECE)

    def count(self, length: int) -> None:
        with self._lock:
            self.sent += length


@contextmanager
def endless_server() -> Iterator[Endless]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream" if server.kind == "events" else "text/html")
            if server.kind == "packed":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            try:
                for piece in server.pieces():
                    self.wfile.write(piece)
                    server.count(len(piece))
            except OSError:  # whoever asked has gone
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server = Endless(f"http://127.0.0.1:{listening.server_address[1]}/")
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()


def run(short: bool) -> Iterator[Row]:
    attacks: list[tuple[str, str, dict[str, Any]]] = [
        (of, kind, sections) for of, kinds, sections in _ATTACKED for kind in (kinds[-1:] if short else kinds)
    ]
    with tempfile.TemporaryDirectory() as folder, endless_server() as server:
        base, _ = _a_run(Path(folder) / "base", server, {})
        yield Row("peak memory of a run to 300 MB", base / LIMIT, None, f"{base / 1e6:.0f} MB")
        for of, kind, names in attacks:
            server.kind, server.sent = kind, 0
            peak, outcome = _a_run(Path(folder) / f"{of}-{kind}", server, names)
            figures = f"{peak / 1e6:.0f} MB, {server.sent / 1e6:.1f} MB sent; {outcome}"
            yield Row(f"... where {of} never ends, {kind}", peak / LIMIT, 1, figures)


_ATTACKED: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("each list", ("plain", "packed"), {"arxiv": ("api_url", "feed_url", "oai_url")}),
    ("each text", ("plain", "packed"), {"arxiv": ("html_url", "pdf_url")}),
    ("each answer", ("plain", "packed", "events"), {"llm": ("base_url",)}),
]


def _a_run(folder: Path, server: Endless, attacked: dict[str, tuple[str, ...]]) -> tuple[float, str]:
    """Peak in bytes, and how the run ended."""
    folder.mkdir()
    sections: dict[str, dict[str, Any]] = {
        section: dict.fromkeys(names, server.address) for section, names in attacked.items()
    }
    sections["llm"] = {**sections.get("llm", {}), "attempts": 2, "stream": server.kind == "events"}
    with a_world(folder, noon_in_shanghai(DAY), None, **sections) as world:
        process = start(world, DAY)
        peak = Peak(process.pid)
        peak.start()
        report = told(process)
        peak.join()
    return peak.bytes, str(report["outcome"])


BENCHMARK = Benchmark("bodies", "the peak memory of a run where an answer never ends, packed too, to a bound", run)
