"""The picture of a paper's page, for those who link to it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from digest_assets.site.card import SIZE, Card, latin, png
from digest_assets_tests.site.examples import ExampleSite

CARD = Card("On rain", ("Ada Quill",), "2601.00001", ("cs.SD",), "2026-01-29", "digest.test")


def tones(data: bytes) -> list[bytes]:
    """The lines of a card: two pixels a byte."""
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == SIZE
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    lines, width = zlib.decompress(packed), SIZE[0] // 2 + 1
    assert len(lines) == width * SIZE[1]
    return [lines[start + 1 : start + width] for start in range(0, len(lines), width)]


def inked(lines: list[bytes]) -> set[int]:
    """The lines that have something on them."""
    return {number for number, line in enumerate(lines) if set(line) != {0xFF}}


def test_a_card_shows_title_authors_and_the_rest_with_room_around() -> None:
    lines = tones(png(CARD))
    assert set(range(64)) < inked(lines)  # the band
    without = tones(png(Card("", (), "", (), "", "")))
    assert inked(without) == set(range(64))
    assert len(inked(lines)) > 64 + 3 * 12
    assert all(line[:20] + line[-20:] == b"\xff" * 40 for line in lines[64:])


@pytest.mark.parametrize("title", ["long " * 200, "A" * 500, "“中文” \u202e\x00\ud800 标题", "𝛽 \U0001f600"])
def test_nothing_runs_out_of_a_card(title: str) -> None:
    names = tuple(f"Author {number}" for number in range(3000))
    lines = tones(
        png(Card(title, names, "hep-th/9901001", ("hep-th",) * 40, "2026-01-29", "host.test/" + "path/" * 40))
    )
    assert all(line[-20:] == b"\xff" * 20 for line in lines[64:])
    assert not inked(lines) & set(range(410, 420))


def test_what_the_fonts_lack_is_written_otherwise() -> None:
    assert latin("β-VAE: Łukasz Žižek “q” — x→y 中文") == "beta-VAE: Lukasz Žižek “q” — x->y"


def test_a_paper_has_a_card_where_it_is_known_where_the_site_is_served(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    site.write(tmp_path)
    (page,) = (tmp_path / "p").glob("*.html")
    address = f"https://digest.test/p/{page.stem}.png"
    assert f'<meta property="og:image" content="{address}">' in page.read_text("utf-8")
    drawn = page.with_suffix(".png").stat()
    (day,) = site.changes = {max(site.days_of): 1}
    site.write(tmp_path)
    assert page.with_suffix(".png").stat() == drawn
    del site.days_of[day]
    site.write(tmp_path, day)
    assert not page.with_suffix(".png").exists()
