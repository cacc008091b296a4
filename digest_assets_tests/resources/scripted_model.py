"""A model's endpoint on loopback that answers from a script: real HTTP, and a record of what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server sends. A `body` that is not text is sent as JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cut_after: int | None = None
    """Bytes after which the connection is closed, though more was announced."""


def completion(text: str | None = "你好。", **changes: Any) -> Reply:
    message = {"role": "assistant", "content": text, **changes.pop("message", {})}
    payload = {
        "id": "1",
        "object": "chat.completion",
        "model": "double-1",
        "choices": [{"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 3}},
        **changes,
    }
    return Reply(payload)


def refusal(status: int, message: str, headers: dict[str, str] | None = None, **error: Any) -> Reply:
    return Reply({"error": {"message": message, **error}}, status, headers or {})


def stream(*chunks: dict[str, Any] | str, done: bool = True) -> Reply:
    lines = [f"data: {chunk if isinstance(chunk, str) else json.dumps(chunk)}\n\n" for chunk in chunks]
    return Reply("".join(lines) + ("data: [DONE]\n\n" if done else ""), content_type="text/event-stream")


@dataclass
class ScriptedEndpoint:
    base_url: str
    replies: list[Reply] = field(default_factory=list)
    """The last one is given again and again."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted_endpoint() -> Iterator[ScriptedEndpoint]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                endpoint.requests.append(request)
                endpoint.authorizations.append(self.headers.get("Authorization"))
                reply = endpoint.next_reply()
            body = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: reply.cut_after])
            if reply.cut_after is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint = ScriptedEndpoint(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
