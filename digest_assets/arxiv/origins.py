"""Whom we ask: the addresses that the settings name, and arXiv's own hosts.

What a server sends us on to, and where a page says that its figure is, is somebody else's word. It counts where it
stays with those, and never where it leaves https for http or names another machine of the user's own network.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

ARXIV_HOSTS = frozenset(
    f"{name}arxiv.org" for name in ("", "www.", "export.", "rss.", "oaipmh.", "browse.", "info.", "static.")
)
_PORTS = {"http": 80, "https": 443}
_Origin = tuple[str, str, int]
"""Scheme, host, port."""


@dataclass(frozen=True, slots=True)
class Origins:
    """A set of addresses: those that one of these origins serves."""

    allowed: frozenset[_Origin]

    @classmethod
    def of(cls, *addresses: str, arxiv: bool = False) -> Origins:
        """Where `addresses` are, and the same hosts by https; `arxiv`: arXiv's too."""
        named = {origin for address in addresses if (origin := _origin(address))}
        safer = {("https", host, 443) for _, host, port in named if port == 80}
        own = {("https", host, 443) for host in ARXIV_HOSTS} if arxiv else set()
        return cls(frozenset(named | safer | own))

    def __contains__(self, address: object) -> bool:
        return _origin(str(address)) in self.allowed


def _origin(address: str) -> _Origin | None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, host.rstrip("."), port) if host and port and parts.scheme in _PORTS else None
