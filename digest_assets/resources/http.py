"""The one way in which this project asks arXiv for anything: who asks, how long it waits, how many connections.

arXiv's terms (https://info.arxiv.org/help/api/tou.html): a single connection, and a contact in the User-Agent helps
them to reach who asks. Without an `Accept` header its front end answers 406 since September 2026.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import httpx2

from digest_assets.config import ArxivSettings

ACCEPT = "application/atom+xml, application/xml;q=0.9, */*;q=0.8"
_MAXIMUM_REDIRECTS = 5
_CONNECT_SECONDS = 10.0


def user_agent(contact: str) -> str:
    """Program, version and whom to reach."""
    try:
        release = version("digest-assets")
    except PackageNotFoundError:
        release = "dev"
    return f"digest-assets/{release} ({contact.strip() or 'a personal arXiv digest; contact not set'})"


def open_client(settings: ArxivSettings) -> httpx2.AsyncClient:
    """A client for arXiv, to be closed by the caller (`async with`)."""
    return httpx2.AsyncClient(
        headers={
            "User-Agent": user_agent(settings.contact),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
        },
        timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(_CONNECT_SECONDS, settings.timeout_seconds)),
        limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
        follow_redirects=True,
        max_redirects=_MAXIMUM_REDIRECTS,
        verify=certificates(),
    )


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """Whom to trust, read once a process: the system's file takes 25 ms, and a run opens several clients."""
    return httpx2.create_ssl_context()
