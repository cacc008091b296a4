"""Files that are whole or not there, and that a person may edit."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from digest_assets.errors import OutputUnwritable
from digest_assets.resources import output
from digest_assets.resources.output import (
    WriteOutcome,
    edited_by_hand,
    remove_unless_edited,
    write_atomically,
    write_unless_edited,
)


def test_what_is_written_is_utf_8_and_its_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "posts" / "2026-01-29-arxiv.md"
    sha256 = write_atomically(path, "雨声\n")
    assert path.read_bytes() == "雨声\n".encode()
    assert sha256 == hashlib.sha256("雨声\n".encode()).hexdigest()


def test_nothing_but_the_file_is_left_in_the_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.md", "one")
    write_atomically(tmp_path / "a.md", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]
    assert (tmp_path / "a.md").read_text() == "two"


def test_a_lone_surrogate_is_replaced_and_never_stops_a_post(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.md", "x\ud835y \ud835\udc65")
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "x\ufffdy \U0001d465"


def test_line_ends_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.md", "a\r\nb\n")
    assert (tmp_path / "a.md").read_bytes() == b"a\r\nb\n"


def test_a_file_keeps_its_permissions_and_a_new_one_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.md", "one")
    assert (tmp_path / "a.md").stat().st_mode & 0o044 == 0o044
    (tmp_path / "a.md").chmod(0o600)
    write_atomically(tmp_path / "a.md", "two")
    assert (tmp_path / "a.md").stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    write_atomically(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputUnwritable, match="No space left on device") as caught:
        write_atomically(path, "new")
    assert "output.posts_dir" in caught.value.cure
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]


def test_a_folder_that_is_a_file_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "posts").write_text("a file")
    with pytest.raises(OutputUnwritable, match="posts") as caught:
        write_atomically(tmp_path / "posts" / "a.md", "x")
    assert "output.posts_dir" in caught.value.cure
    with pytest.raises(OutputUnwritable):
        edited_by_hand(tmp_path / "posts" / "a.md", None)


def test_a_path_that_is_a_folder_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    with pytest.raises(OutputUnwritable):
        write_atomically(tmp_path / "a.md", "x")
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputUnwritable, match="Permission denied"):
            write_atomically(tmp_path / "a.md", "x")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_is_edited_by_hand_when_it_is_not_what_was_written_last(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    assert not edited_by_hand(path, None)
    assert not edited_by_hand(path, "0" * 64)
    sha256 = write_atomically(path, "ours")
    assert not edited_by_hand(path, sha256)
    assert edited_by_hand(path, None)
    path.write_text("theirs")
    assert edited_by_hand(path, sha256)


def test_an_edited_file_is_kept_and_reported_until_overwriting_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    first = write_unless_edited(path, "ours", last_sha256=None)
    assert first.outcome is WriteOutcome.WRITTEN
    path.write_text("theirs")
    kept = write_unless_edited(path, "ours, newer", last_sha256=first.sha256)
    assert kept.outcome is WriteOutcome.KEPT
    assert path.read_text() == "theirs"
    asked = write_unless_edited(path, "ours, newer", last_sha256=first.sha256, overwrite=True)
    assert asked.outcome is WriteOutcome.WRITTEN
    assert path.read_text() == "ours, newer"
    assert asked.sha256 == output.sha256_of(path)


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (b"", WriteOutcome.WRITTEN),
        (b"\0" * 40, WriteOutcome.WRITTEN),
        (b"## One\n\nIts abst", WriteOutcome.WRITTEN),
        (b"## One\n\n\0\0\0\0", WriteOutcome.WRITTEN),
        (b"## One\n\nIts abstract.\n", WriteOutcome.KEPT),
        (b"## One\n\nIts abst and theirs", WriteOutcome.KEPT),
    ],
    ids=["empty", "zeros", "broken off", "zeros at the end", "a paper taken out", "written to"],
)
def test_what_a_power_cut_left_of_a_file_is_no_edit(tmp_path: Path, left: bytes, outcome: WriteOutcome) -> None:
    path, text = tmp_path / "a.md", "## One\n\nIts abstract.\n\n## Two\n\nIts abstract.\n"
    written = write_unless_edited(path, text, last_sha256=None)
    path.write_bytes(left)
    assert write_unless_edited(path, text, last_sha256=written.sha256).outcome is outcome
    assert (path.read_text() == text) == (outcome is WriteOutcome.WRITTEN)


def test_a_file_that_already_says_it_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("the same")
    before = path.stat().st_mtime_ns
    written = write_unless_edited(path, "the same", last_sha256=None)
    assert written.outcome is WriteOutcome.UNCHANGED
    assert path.stat().st_mtime_ns == before


def test_a_file_that_is_no_longer_wanted_goes_unless_a_person_edited_it(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    assert remove_unless_edited(path, last_sha256=None).outcome is WriteOutcome.UNCHANGED
    sha256 = write_atomically(path, "ours")
    path.write_text("theirs")
    assert remove_unless_edited(path, last_sha256=sha256).outcome is WriteOutcome.KEPT
    assert path.read_text() == "theirs"
    assert remove_unless_edited(path, last_sha256=write_atomically(path, "ours")).outcome is WriteOutcome.REMOVED
    assert not path.exists()
