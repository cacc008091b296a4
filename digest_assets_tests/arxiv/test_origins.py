"""Whom we ask: arXiv and the settings' own addresses, whatever a server or a page names."""

from __future__ import annotations

import pytest

from digest_assets.config import ArxivSettings

ARXIV = ArxivSettings().origins
MIRROR = ArxivSettings(html_url="http://10.0.0.7:8080/html/", pdf_url="http://mirror.example/pdf/").origins


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/html/2601.00001v1/x1.png",
        "https://export.arxiv.org/api",
        "https://ARXIV.org:443/",
        "https://arxiv.org./",
    ],
)
def test_arxiv_is_asked(address: str) -> None:
    assert address in ARXIV


@pytest.mark.parametrize(
    "address",
    [
        "http://arxiv.org/html/2601.00001",
        "https://arxiv.org:8443/",
        "https://arxiv.org.evil.example/",
        "https://evil.example/arxiv.org/",
        "https://arxiv.org@evil.example/",
        "https://notarxiv.org/",
        "http://127.0.0.1:22/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "//arxiv.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://arxiv.org:port/",
        "https://[",
        "",
    ],
)
def test_nobody_else_is(address: str) -> None:
    assert address not in ARXIV


def test_the_settings_own_addresses_are_whatever_they_are() -> None:
    assert "http://10.0.0.7:8080/html/2601.00001" in MIRROR
    assert "http://10.0.0.7/html/" not in MIRROR
    assert "http://mirror.example/" in MIRROR
    assert "https://mirror.example/pdf/2601.00001" in MIRROR
    assert "https://export.arxiv.org/api/query" in MIRROR
