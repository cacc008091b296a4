"""Chromium for the tests of the site, and a server on this machine."""

from __future__ import annotations

import functools
import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
NEEDS_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium at /usr/bin/chromium"),
    pytest.mark.skipif(importlib.util.find_spec("playwright") is None, reason="Playwright is not installed"),
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: tests are read by people."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a page asks for many files at once, and a busy machine is slow to take them


@contextmanager
def over_http(folder: Path) -> Iterator[str]:
    """The address of a server of `folder`."""
    server = _Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""A slow telephone: 1.6 Mbit/s down, 150 ms a round trip, as Lighthouse's "Slow 4G"."""
SLOWER_CPU = 4


@dataclass(frozen=True)
class Opened:
    """How a page opens. `interactive_ms`: from its being asked for until its scripts have run."""

    interactive_ms: float
    nodes: int
    """Elements."""
    received: int
    """Bytes of the page and of what it asked for until then."""


@contextmanager
def slow_telephone(browser: Any, address: str = "about:blank") -> Iterator[tuple[Any, list[int]]]:
    """A page on a slow line and processor, with nothing in its cache, and the sizes of what it receives from then on.

    What it shows at first, `address`, is not slow and does not count.
    """
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(180_000)  # a busy machine takes its time
    page.goto(address)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    yield page, sizes
    context.close()


def opened(browser: Any, address: str) -> Opened:
    """Opens `address` as a slow telephone does."""
    with slow_telephone(browser) as (page, sizes):
        page.goto(address, wait_until="domcontentloaded")
        timing = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        page.wait_for_function(f"() => {timing} > 0")
        told = page.evaluate(f"[{timing}, document.querySelectorAll('*').length]")
        return Opened(told[0], told[1], sum(sizes))
