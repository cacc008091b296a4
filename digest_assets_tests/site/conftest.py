"""A browser for the tests of a file, and a page of it that tolerates no error and no request elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from digest_assets_tests.site.browsers import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Ends with its file: as long as it is there, Playwright's event loop counts as running in this thread, and
    `asyncio.run` of whatever test comes next would refuse.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page of a fresh profile. What it logs as an error, and what it asks of another site, fails the test."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.set_default_timeout(90_000)  # a busy machine takes its time
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if _is_foreign(request.url) else None)
    yield page
    context.close()
    assert faults == []


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "file://", "data:", "blob:"))
