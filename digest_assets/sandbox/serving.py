"""An ASGI application on 127.0.0.1 at a port of the system's choice, in a daemon thread, with faults put in on purpose.

The servers of the sandbox compute an `HttpAnswer`, a plain value; a scripted `Fault` may change it; `send` puts it on
the wire. A connection that ends too early is made here and not in a proxy, because only the server can close in the
middle of a body.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

_START_SECONDS = 10


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A response before it is sent. `chunks` replaces `body` where the answer is streamed."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] = ()
    delay_seconds: float = 0
    """How long nothing happens before the first byte."""
    arriving_share: float = 1
    """How much of the body arrives before the connection is closed; at 0 not even the status does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one response. `name` is what the log of requests says."""

    name: str
    change: Callable[[HttpAnswer], HttpAnswer]


def status(code: int, body: str = "", *, media_type: str = "text/html", retry_after: float | None = None) -> Fault:
    """Another status and body."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    answer = HttpAnswer(code, body.encode(), media_type, headers)
    return Fault(f"status {code}", lambda _: answer)


def stall(seconds: float) -> Fault:
    """The answer is right, and late."""
    return Fault(f"stall {seconds:g} s", lambda answer: replace(answer, delay_seconds=seconds))


def late(seconds: float, fault: Fault) -> Fault:
    """Another fault after a stall: arXiv's 429 often comes after some 15 seconds of nothing."""
    return Fault(
        f"{fault.name} after {seconds:g} s", lambda answer: replace(fault.change(answer), delay_seconds=seconds)
    )


def closed() -> Fault:
    """The connection is closed without an answer."""
    return Fault("closed", lambda answer: replace(answer, arriving_share=0))


def broken_off(share: float = 0.5) -> Fault:
    """The connection is closed in the middle of the body."""
    return Fault("broken off", lambda answer: replace(answer, arriving_share=share))


def truncated(share: float = 0.5) -> Fault:
    """The body ends early, as if that were all of it: nothing in HTTP shows it."""

    def cut(answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, body=answer.body[: int(len(answer.body) * share)])

    return Fault("truncated", cut)


def empty_body() -> Fault:
    """Status 200 and nothing else."""
    return Fault("empty body", lambda answer: replace(answer, status=200, body=b"", chunks=()))


@dataclass(slots=True)
class _Rule:
    route: str
    containing: str
    faults: deque[Fault | None]
    for_ever: bool


class FaultPlan:
    """Which faults come, by route, in order. Safe to change while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []

    def add(self, route: str, *faults: Fault | None, containing: str = "") -> None:
        """The next requests to `route` meet `faults`, one each, in order; None is a request that goes well.

        `containing`: only requests whose path, query or body contain this count.
        """
        with self._lock:
            self._rules.append(_Rule(route, containing, deque(faults), for_ever=False))

    def always(self, route: str, fault: Fault, *, containing: str = "") -> None:
        """Every request to `route` meets `fault`, until `clear()`."""
        with self._lock:
            self._rules.append(_Rule(route, containing, deque([fault]), for_ever=True))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, route: str, text: str) -> Fault | None:
        """The fault that a request to `route` meets now, taken off the plan. `text`: what `containing` is sought in."""
        with self._lock:
            for rule in self._rules:
                if rule.route == route and rule.faults and rule.containing in text:
                    return rule.faults[0] if rule.for_ever else rule.faults.popleft()
        return None


async def send_answer(answer: HttpAnswer, send: Send) -> None:
    """Put `answer` on the wire, as whole as its `arriving_share` says."""
    if answer.delay_seconds:
        await asyncio.sleep(answer.delay_seconds)
    if answer.arriving_share <= 0:
        return await _close(send)
    chunks = answer.chunks or (answer.body,)
    headers = {"content-type": answer.media_type, **{key.lower(): value for key, value in answer.headers.items()}}
    if not answer.chunks:
        headers["content-length"] = str(len(answer.body))
    raw = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if answer.arriving_share < 1:
        whole = b"".join(chunks)
        await send(_part(whole[: int(len(whole) * answer.arriving_share)], more=True))
        return await _close(send)
    for chunk in chunks:
        await send(_part(chunk, more=True))
    await send(_part(b"", more=False))


def _part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _close(send: Send) -> None:
    # ASGI has no message for "hang up"; uvicorn's `send` is a method of the object that holds the transport.
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.close()
    while not send.__self__.disconnected:  # type: ignore[attr-defined]
        await asyncio.sleep(0)


class _Server(uvicorn.Server):
    """uvicorn, told to stop by an event, and at once: its own way waits two tenths of a second, in every test."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def main_loop(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)


class LoopbackServer:
    """A context manager that serves `self.respond` on 127.0.0.1. Subclasses say how to respond."""

    def __init__(self) -> None:
        self.faults = FaultPlan()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._address = ""

    @property
    def address(self) -> str:
        """`http://127.0.0.1:<port>`, once started."""
        if not self._address:
            raise RuntimeError(f"{type(self).__name__} has not been started: use it in a with statement")
        return self._address

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError

    def start(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
        self._address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        application: ASGIApp = self._application
        config = uvicorn.Config(
            application,
            interface="asgi3",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name=type(self).__name__, daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise RuntimeError(f"{type(self).__name__} did not start within {_START_SECONDS} s")

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
            self._server = self._thread = None

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A client that has gone away, or a server that is being stopped, is no error of the server's.
        with contextlib.suppress(asyncio.CancelledError, ClientDisconnect, ConnectionError):
            await self.respond(scope, receive, send)

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def without_entries(answer: HttpAnswer) -> HttpAnswer:
    """An Atom answer whose entries are gone and whose totals stand: arXiv's best-known bug."""
    return replace(answer, body=re.sub(rb"\s*<entry>.*?</entry>", b"", answer.body, flags=re.DOTALL))


def empty_page() -> Fault:
    """A page without entries although the total says that there are some."""
    return Fault("empty page", without_entries)
