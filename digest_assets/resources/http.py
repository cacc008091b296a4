"""The one way in which this project asks arXiv for anything: who asks, how long it waits, how many connections.

What comes back is somebody else's: it is followed only to where the settings or arXiv are, and read only up to a size,
that of the text and not of what a packed body pretends. The model's endpoint is held to the same (`bounds`).

arXiv's terms (https://info.arxiv.org/help/api/tou.html): a single connection, and a contact in the User-Agent helps
them to reach who asks. Without an `Accept` header its front end answers 406 since September 2026.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx2

from digest_assets.arxiv.origins import Origins
from digest_assets.config import ArxivSettings

ACCEPT = "application/atom+xml, application/xml;q=0.9, */*;q=0.8"
_MAXIMUM_REDIRECTS = 5
CONNECT_SECONDS = 10.0
LARGEST_LIST = 16_000_000
"""Bytes of a list: 2,000 entries are some 6 million."""
_PIECE = 1 << 20
"""So much is unpacked at a time."""


class NotFollowed(httpx2.RequestError):
    """A server sent us on to somewhere else."""


class TooLarge(httpx2.RequestError):
    """A body is longer than any that we know of."""


def bounds(origins: Origins, largest: Callable[[httpx2.Request], int]) -> dict[str, list[Callable[..., Any]]]:
    """Hooks of a client that asks `origins` alone, and reads `largest` bytes of an answer at most, unpacked.

    Whoever asks gets `NotFollowed` or `TooLarge`.
    """

    async def check(request: httpx2.Request) -> None:
        if str(request.url) not in origins:
            where = f"{request.url.scheme}://{request.url.host}"
            raise NotFollowed(f"it sends us on to {where}, which is not asked", request=request)

    async def bound(response: httpx2.Response) -> None:
        encoding = response.headers.pop("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise httpx2.DecodingError(
                f"it answers as {encoding[:40]}, which was not asked for", request=response.request
            )
        if isinstance(response.stream, httpx2.AsyncByteStream):
            limit = largest(response.request)
            response.stream = _Bounded(response.stream, encoding.endswith("gzip"), limit, response.request)

    return {"request": [check], "response": [bound]}


class _Bounded(httpx2.AsyncByteStream):
    """A body, unpacked piece by piece, up to `limit` bytes."""

    def __init__(self, inner: httpx2.AsyncByteStream, is_packed: bool, limit: int, request: httpx2.Request) -> None:
        self._inner = inner
        self._unpacked = _unpacked if is_packed else _as_it_is
        self._limit = limit
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        try:
            async for piece in self._unpacked(self._inner):
                length += len(piece)
                if length > self._limit:
                    raise TooLarge(f"its answer is longer than {self._limit / 1e6:g} MB", request=self._request)
                yield piece
        except zlib.error as error:
            raise httpx2.DecodingError(f"its answer cannot be unpacked ({error})", request=self._request) from None

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _as_it_is(stream: httpx2.AsyncByteStream) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield piece


async def _unpacked(stream: httpx2.AsyncByteStream) -> AsyncIterator[bytes]:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    async for packed in stream:
        while packed:
            if unpacking.eof:  # a file of several members
                unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield unpacking.decompress(packed, _PIECE)
            packed = unpacking.unused_data.lstrip(b"\0") if unpacking.eof else unpacking.unconsumed_tail


def user_agent(contact: str) -> str:
    """Program, version and whom to reach."""
    try:
        release = version("digest-assets")
    except PackageNotFoundError:
        release = "dev"
    return f"digest-assets/{release} ({contact.strip() or 'a personal arXiv digest; contact not set'})"


def open_client(settings: ArxivSettings, largest: int = LARGEST_LIST) -> httpx2.AsyncClient:
    """A client for arXiv that reads `largest` bytes of an answer at most; to be closed by the caller (`async with`)."""
    return httpx2.AsyncClient(
        headers={
            "User-Agent": user_agent(settings.contact),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
        },
        timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(CONNECT_SECONDS, settings.timeout_seconds)),
        limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
        event_hooks=bounds(settings.origins, lambda _: largest),
        follow_redirects=True,
        max_redirects=_MAXIMUM_REDIRECTS,
        verify=certificates(),
    )


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """Whom to trust, read once a process: the system's file takes 25 ms, and a run opens several clients."""
    return httpx2.create_ssl_context()
