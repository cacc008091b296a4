"""Sending through apprise (https://github.com/caronc/apprise): e-mail, Feishu, WeCom, DingTalk, Telegram, webhooks.

An address of apprise holds its password or token: it comes from the environment alone, and only a hash of it is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from digest_assets.site.message import Message


@dataclass(frozen=True, slots=True, repr=False)
class Receiver:
    """One address. Nothing but `url` tells the secret, and it is not in the `repr`."""

    url: str
    interest: str = ""
    """Of which alone it is told; empty: of the whole digest."""

    @property
    def kind(self) -> str:
        return self.url.partition("://")[0].lower()[:20]

    @property
    def hashed(self) -> str:
        return hashlib.sha256(
            f"{self.url}{self.interest and chr(10)}{self.interest}".encode("utf-8", "replace")
        ).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Receiver({self.kind}, {self.hashed})"


def send(receiver: Receiver, message: Message) -> str | None:
    """Sends `message`. Returns None where the service took it, else why not, for people and without the address."""
    try:
        import apprise
    except ImportError:
        return "apprise is not installed; install digest-assets[delivery]"
    service = apprise.Apprise()
    if not service.add(receiver.url):
        return f"the address is not one that apprise knows (it begins with {receiver.kind}://)"
    as_html = bool(message.html) and receiver.kind in ("mailto", "mailtos")
    taken = service.notify(
        title=message.title,
        body=message.html if as_html else message.body,
        body_format=apprise.NotifyFormat.HTML if as_html else apprise.NotifyFormat.TEXT,
    )
    return None if taken else "the service did not answer or did not take it"
