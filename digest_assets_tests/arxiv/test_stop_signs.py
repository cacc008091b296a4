"""arXiv says stop, by a captcha or a 403: every later run leaves its full texts alone until the sign is lifted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest_assets.arxiv.stop_signs import FIRST_PAUSE, LONGEST_PAUSE, REMEMBERED, TEXTS, StopSign, next_sign
from digest_assets.cli import main
from digest_assets.config import CONFIG_VARIABLE
from digest_assets.model import Block, BlockKind, FullText, Section, TextSource
from digest_assets.pipeline.fetch_texts import better
from digest_assets.resources.clock import SystemClock
from digest_assets.sandbox import arxiv_server
from digest_assets.store.connection import DigestStore
from digest_assets.store.stop_signs import StoreStopSigns
from digest_assets_tests.test_pipeline import full_text_requests
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)
NOON = noon_in_shanghai(FRIDAY)
NOW = datetime(2026, 1, 29, 4, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def met(before: StopSign | None, at: datetime, pause: timedelta | None = None) -> StopSign:
    return next_sign(before, TEXTS, "captcha", at, pause)


def test_each_pause_that_ends_at_the_same_sign_is_followed_by_one_twice_as_long() -> None:
    sign, pauses = None, []
    for _ in range(8):
        sign = met(sign, sign.until if sign else NOW)
        pauses.append((sign.until - sign.seen_at) / HOUR)
    assert pauses == [6, 12, 24, 48, 96, 168, 168, 168]


def test_runs_that_meet_the_same_sign_at_once_count_once() -> None:
    first = met(None, NOW)
    second = met(first, NOW + timedelta(seconds=10))
    assert (second.times, second.until) == (1, NOW + timedelta(seconds=10) + FIRST_PAUSE)


def test_a_sign_long_after_the_last_begins_anew() -> None:
    sign = met(met(None, NOW), NOW + FIRST_PAUSE)
    assert sign.times == 2
    assert met(sign, sign.until + REMEMBERED).times == 1


def test_a_pause_that_the_server_named_is_kept_and_counts_for_nothing() -> None:
    named = met(None, NOW, timedelta(seconds=40))
    assert (named.until, named.times) == (NOW + timedelta(seconds=40), 0)
    assert met(named, NOW).until == NOW + FIRST_PAUSE
    assert met(met(None, NOW), NOW, timedelta(seconds=40)).until == NOW + FIRST_PAUSE


def test_a_sign_from_a_clock_that_was_ahead_does_not_stand() -> None:
    assert not met(None, NOW + 3 * LONGEST_PAUSE).stands(NOW)


def standing_at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def test_the_store_keeps_a_sign_for_who_opens_it_next(tmp_path: Path) -> None:
    path = tmp_path / "digest.duckdb"
    asyncio.run(StoreStopSigns(DigestStore(path), lambda: NOW).put(TEXTS, "403"))
    later = [NOW + FIRST_PAUSE - HOUR / 60, NOW + FIRST_PAUSE]
    found = [asyncio.run(StoreStopSigns(DigestStore(path), standing_at(at)).standing(TEXTS)) for at in later]
    assert found == [StopSign(TEXTS, "403", NOW, NOW + FIRST_PAUSE, 1), None]


def text(source: TextSource, *, final: bool = False) -> FullText:
    return FullText("2601.00001", 1, source, (Section("A", 1, (Block(BlockKind.PARAGRAPH, "B"),)),), final=final)


def test_a_try_that_was_refused_takes_no_text_away() -> None:
    pdf, none = text(TextSource.PDF), text(TextSource.ABSTRACT)
    assert better(none, pdf) is pdf
    assert better(pdf, none) is pdf
    assert better(none, None) is none
    assert better(text(TextSource.ABSTRACT, final=True), pdf).source is TextSource.ABSTRACT


@pytest.mark.slow
def test_two_runs_and_then_a_third_after_the_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_world(tmp_path, NOON) as world:
        for route in ("html", "pdf"):
            world.sandbox.arxiv.faults.always(route, arxiv_server.captcha())
        world.make(THURSDAY)
        assert full_text_requests(world) == 1, "one request met the sign, and no other was made"
        assert sources(world) == ["abstract"]

        world.sandbox.arxiv.faults.clear()
        world.make(FRIDAY, NOON + HOUR)
        assert full_text_requests(world) == 1, "another run, another date: the sign holds"
        told = said_at(world, NOON + HOUR, monkeypatch, capsys)
        assert "captcha" in told["status"]
        assert "2026-11-20 10:30 UTC" in told["status"]
        assert "captcha" in told["doctor"]
        assert "2026-11-20 10:30 UTC" in told["doctor"]

        world.make(FRIDAY, NOON + FIRST_PAUSE)
        assert full_text_requests(world) > 10
        assert "html" in sources(world)
        told = said_at(world, NOON + FIRST_PAUSE, monkeypatch, capsys)
        assert "captcha" not in told["status"] + told["doctor"]


def sources(world: World) -> list[str]:
    return [row[0] for row in world.rows("SELECT DISTINCT source FROM full_texts ORDER BY 1")]


def said_at(
    world: World, at: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """What `digest status` and `digest doctor` print for the store of `world`, without line breaks."""
    monkeypatch.setattr(SystemClock, "now", lambda _: at)
    (world.folder / "digest.toml").write_text('[digest]\nfirst_date = "2026-11-02"\n', "utf-8")
    for name, value in world.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(CONFIG_VARIABLE, str(world.folder / "digest.toml"))
    said = {}
    for command in ("status", "doctor"):
        capsys.readouterr()
        main([command])
        said[command] = " ".join(capsys.readouterr().out.split())
    return said
