"""Reading needs no writing: a store that cannot be written is shown as it is, and looking makes none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest_assets.errors import StoreUnusable
from digest_assets.store.connection import DigestStore, log_of
from digest_assets.store.copying import back_up
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.disks import read_only
from digest_assets_tests.test_pipeline import NOON

LOOKS = (["status"], ["usage"], ["show", "2026-11-19"], ["export"])
WRITES = (
    ["run", "2026-11-19"],
    ["store", "backup"],
    ["store", "backup", "copies/mine.duckdb"],
    ["store", "restore"],
    ["store", "migrate", "--to", "other.duckdb"],
    ["publish", "--to", "published"],
    ["export", "ledger"],
    ["export", "papers", "--format", "bibtex", "--to", "papers.bib"],
)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        yield each


def a_store(folder: Path) -> DigestStore:
    """One with a row that only its log has."""
    store = DigestStore(folder / "data" / "digest.duckdb")
    for lane in ("file", "log"):
        store.run(lambda it, lane=lane: it.execute("INSERT INTO paces VALUES (?, now())", [lane]))  # type: ignore[misc]
    assert log_of(store.path).exists()
    return store


def test_looking_at_a_store_that_cannot_be_written_shows_it(digest: CommandLine, capsys: Captured) -> None:
    a_store(digest.folder)
    with read_only(digest.folder):
        for look in LOOKS:
            said = digest(capsys, *look)
            assert said.err == "", look
        assert digest(capsys, "export", "--json").json["paces"] == 2
        findings = {each["subject"]: each for each in digest(capsys, "doctor", "--json").json}
    unwell = {subject for subject, each in findings.items() if not each["is_well"]}
    assert unwell == {"contact", "posts", "store", "journal"}
    assert "it can be read" in findings["store"]["text"]


def test_writing_where_nothing_can_be_written_is_one_line_with_its_cure(
    digest: CommandLine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(digest.folder)
    back_up(store, store.backup)
    (digest.folder / "posts").mkdir()
    (digest.folder / "posts" / "2026-11-19-arxiv.md").write_text("a post")
    monkeypatch.chdir(digest.folder)
    with read_only(digest.folder):
        for command in WRITES:
            said = digest(capsys, *command)
            assert said.code == 1, command
            assert "Read-only file system" in said.error, command
            assert "Check" in said.error, command


def test_looking_where_nothing_was_made_makes_nothing(digest: CommandLine, capsys: Captured) -> None:
    before = sorted(digest.folder.rglob("*"))
    for look in LOOKS:
        digest(capsys, *look)
    assert sorted(digest.folder.rglob("*")) == before


def test_an_older_store_is_read_where_it_can_be_brought_up_to_date(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.run(lambda it: it.execute("DELETE FROM schema_versions WHERE version = 20"))
    store.run(lambda it: it.execute("DROP TABLE calls_under_way"))
    with read_only(tmp_path), pytest.raises(StoreUnusable, match="Read-only"), DigestStore(store.path).reading():
        pass
    with DigestStore(store.path).reading() as connection:
        assert connection.execute("SELECT count(*) FROM calls_under_way").fetchall() == [(0,)]


def test_the_store_is_its_owner_s(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    assert {each.stat().st_mode & 0o777 for each in (store.path, log_of(store.path))} == {0o600}
    store.path.chmod(0o640)  # somebody wants his group to read it
    store.run(lambda it: it.execute("INSERT INTO paces VALUES ('more', now())"))
    assert {each.stat().st_mode & 0o777 for each in (store.path, log_of(store.path))} == {0o640}
