"""A store taken elsewhere is the same there, or nothing is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest_assets.errors import ConfigurationError, StoreUnusable
from digest_assets.model import Paper, Source
from digest_assets.store import copying, feeds
from digest_assets.store.connection import DigestStore, log_of
from digest_assets.store.copying import back_up, copy_store, restore
from digest_assets.store.rows import insert
from digest_assets_tests.disks import a_disk, enlarge
from digest_assets_tests.engines import new_store

NOW = datetime(2026, 1, 29, 4, 30, 0, 123456, tzinfo=timezone.utc)


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    """A file with rows of every type: lists, times, blobs, NULL, text of several scripts."""
    store = DigestStore(tmp_path / "origin.duckdb")
    paper = Paper("2601.00001", 1, '王\'s "title"\n', "", ("A. Author", "王"), ("cs.SD",), NOW)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [paper], NOW)
        insert(connection, "entry_payloads", [payload(n) for n in range(200)])
        insert(connection, "full_texts", [full_text(number) for number in range(3)])
    return store


def payload(number: int) -> dict[str, object]:
    return {"payload_hash": str(number), "payload": "x" * number, "stored_at": NOW}


def full_text(number: int) -> dict[str, object]:
    counts = dict.fromkeys(["byte_count", "section_count", "formula_count", "table_count", "token_count"], 1)
    named = {"identifier": f"2601.{number:05}", "version": 1, "source": "html", "final": True, "fetched_at": NOW}
    return {**named, **counts, "sections": bytes(range(256)) * number}


def content(store: DigestStore) -> dict[str, list[object]]:
    with store.transaction() as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in ("papers", "entry_payloads", "full_texts", "digests")
        }


def test_every_row_arrives_and_the_origin_stays(store: DigestStore, tmp_path: Path) -> None:
    before, target = content(store), new_store(tmp_path / "new")
    counts = copy_store(store, target)
    assert {table: count for table, count in counts.items() if count} == {
        "papers": 1,
        "entry_payloads": 200,
        "full_texts": 3,
    }
    assert content(target) == content(store) == before
    assert_keys_hold(target)


def test_there_and_back_again(store: DigestStore, tmp_path: Path) -> None:
    away, home = new_store(tmp_path / "new"), DigestStore(tmp_path / "home.duckdb")
    there = copy_store(store, away)
    assert copy_store(away, home) == there
    assert content(home) == content(store)
    assert_keys_hold(home)


def assert_keys_hold(store: DigestStore) -> None:
    with pytest.raises(duckdb.ConstraintException), store.transaction() as connection:
        insert(connection, "full_texts", [full_text(1)])


def test_a_target_that_holds_something_is_refused(store: DigestStore, tmp_path: Path) -> None:
    target = new_store(tmp_path / "new")
    with target.transaction() as connection:
        insert(connection, "paces", [{"lane": "arxiv", "next_at": NOW}])
    with pytest.raises(ConfigurationError, match="rows in paces"):
        copy_store(store, target)
    assert content(target)["papers"] == []


def test_what_does_not_arrive_as_it_was_leaves_the_target_empty(
    store: DigestStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, compare = new_store(tmp_path / "new"), copying._compare

    def after_damage(connection: duckdb.DuckDBPyConnection, here: str, there: str, table: str, columns: str) -> int:
        if table == "papers":
            connection.execute(f"UPDATE {there}.main.papers SET title = 'something else'")
        return compare(connection, here, there, table, columns)

    monkeypatch.setattr(copying, "_compare", after_damage)
    with pytest.raises(StoreUnusable, match="Of papers"):
        copy_store(store, target)
    assert content(target)["entry_payloads"] == []


def test_a_backup_is_a_store(store: DigestStore, tmp_path: Path) -> None:
    before, copy = content(store), tmp_path / "copies" / "one.duckdb"
    copy.parent.mkdir()
    back_up(store, copy)
    assert content(DigestStore(copy)) == before
    assert [each.name for each in copy.parent.iterdir()] == ["one.duckdb"]


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [50, 300, 500, 700, 1000, 2000, 3000])
def test_a_backup_for_which_there_is_no_room_is_none(store: DigestStore, tmp_path: Path, kilobytes: int) -> None:
    """DuckDB's log may have room where the file that takes it over has none."""
    before = content(store)
    with a_disk(tmp_path / "disk", f"{kilobytes}k") as disk:
        copy = disk / "copy.duckdb"
        try:
            back_up(store, copy)
        except StoreUnusable:
            assert [*disk.iterdir()] == []
        else:
            assert [*disk.iterdir()] == [copy]
            enlarge(disk, "20m")
            assert content(DigestStore(copy)) == before


def _overwritten(data: bytes) -> bytes:
    """All but the headers."""
    return data[:12_288] + b"\xa5" * (len(data) - 12_288)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda data: b"\x00" * 20_000,
        _overwritten,
        lambda data: data[: len(data) // 2] + b"\xa5" * (len(data) // 2),
        lambda data: data[: len(data) // 2],
        lambda data: data[:12_288],
        lambda data: data[:100],
        lambda data: b"",
        lambda data: b"SQLite format 3\0" + bytes(4080),
    ],
    ids=[
        "no header",
        "blocks overwritten",
        "half overwritten",
        "half of it",
        "headers alone",
        "part of a header",
        "empty",
        "another program's",
    ],
)
def test_the_last_good_copy_stays_where_the_store_is_damaged_and_the_error_says_so(
    store: DigestStore, damaged: Callable[[bytes], bytes]
) -> None:
    before = content(store)
    store.settle()
    back_up(store, store.backup)
    store.path.write_bytes(damaged(store.path.read_bytes()))
    for act in (lambda: back_up(DigestStore(store.path), store.backup), lambda: content(DigestStore(store.path))):
        with pytest.raises(StoreUnusable) as refused:
            act()
        assert f"`digest store restore` puts back {store.backup}" in (refused.value.cure or "")
    restore(store, NOW)
    assert content(DigestStore(store.path)) == before


def test_an_older_copy_beside_a_newer_log_is_refused_and_taken_without_it(store: DigestStore, tmp_path: Path) -> None:
    """What a person does who knows only `cp`."""
    store.settle()
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(store.path.read_bytes())
    before = content(store)
    for lane in ("taken over", "only in the log"):
        store.settle()
        with store.transaction() as connection:
            insert(connection, "paces", [{"lane": lane, "next_at": NOW}])
    assert log_of(store.path).is_file()
    store.path.write_bytes(copy.read_bytes())
    with pytest.raises(StoreUnusable) as refused:
        content(DigestStore(store.path))
    assert str(log_of(store.path)) in (refused.value.cure or "")
    log_of(store.path).unlink()
    assert content(DigestStore(store.path)) == before


def test_a_log_that_does_not_fit_its_file_is_refused_with_the_cure(store: DigestStore, tmp_path: Path) -> None:
    store.settle()
    other = tmp_path / "other.duckdb"
    other.write_bytes(store.path.read_bytes())
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE more (number INTEGER)")
    with store.transaction() as connection:
        connection.execute("CREATE TABLE more (number INTEGER)")
    store.path.write_bytes(other.read_bytes())  # by hand
    with pytest.raises(StoreUnusable) as refused:
        content(DigestStore(store.path))
    assert str(log_of(store.path)) in (refused.value.cure or "")


def test_a_copy_put_back_takes_nothing_from_the_log_of_what_was_there(store: DigestStore) -> None:
    before = content(store)
    back_up(store, store.backup)
    add_digest(store)
    after = content(store)
    assert log_of(store.path).exists()
    aside = restore(store, NOW)
    assert content(store) == before
    assert aside is not None
    assert content(DigestStore(aside)) == after, "with its log"
    assert content(DigestStore(store.backup)) == before


class Killed(BaseException):
    """As sudden as SIGKILL."""


@pytest.mark.parametrize("step", range(7))
def test_a_restore_that_is_killed_leaves_a_store_and_the_next_one_goes_on(
    store: DigestStore, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before = content(store)
    back_up(store, store.backup)
    add_digest(store)
    after = content(store)
    steps = iter(range(100))

    def stopped(act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*arguments: Any, **named: Any) -> Any:
            if next(steps) >= step:
                raise Killed
            return act(*arguments, **named)

        return acted

    with monkeypatch.context() as dying:
        for owner, name in ((os, "link"), (shutil, "copy"), (Path, "replace"), (Path, "unlink")):
            dying.setattr(owner, name, stopped(getattr(owner, name)))
        with pytest.raises(Killed):
            restore(store, NOW)
    assert left(store.path) in (before, after, None)
    restore(store, NOW + timedelta(seconds=1))
    assert content(store) == before
    assert after in [left(each) for each in store.path.parent.glob("*.replaced-*.duckdb")]


def left(path: Path) -> object:
    """What is in a store; None: it says that its log is in the way."""
    try:
        return content(DigestStore(path))
    except StoreUnusable as error:
        return None if str(log_of(path)) in (error.cure or "") else error


def test_without_a_copy_nothing_is_replaced(store: DigestStore) -> None:
    before = content(store)
    with pytest.raises(ConfigurationError, match="no copy"):
        restore(store, NOW)
    assert content(store) == before


def test_what_a_run_leaves_is_one_file_and_before_that_its_log_is_read_by_all(store: DigestStore) -> None:
    add_digest(store)
    whole = content(store)
    assert log_of(store.path).exists()
    with duckdb.connect(str(store.path), read_only=True) as prompt:
        assert prompt.execute("SELECT count(*) FROM digests").fetchall() == [(1,)]
    store.settle()
    assert not log_of(store.path).exists()
    assert content(store) == whole


def add_digest(store: DigestStore) -> None:
    with store.transaction() as connection:
        row = {"digest": "audio", "digest_date": NOW.date(), "made_at": NOW, "categories": ["cs.SD"]}
        insert(connection, "digests", [row])
