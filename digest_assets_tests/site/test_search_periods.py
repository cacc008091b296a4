"""How months that are over become pieces of the search index: a few files a build, and no paper is ever missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from digest_assets.model import DigestPaper
from digest_assets.site import periods, search, search_files
from digest_assets.site.periods import Periods
from digest_assets_tests.site.examples import ExampleSite, digest_paper, paper
from digest_assets_tests.site.searched_index import overview_in, papers_found, searched_in


def all_of(site: ExampleSite) -> list[DigestPaper]:
    return [each for of_day in site.days_of.values() for each in of_day]


def index_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "s").iterdir()}


def test_months_that_are_over_are_indexed_in_one_piece_and_a_date_that_changes_by_itself_again(tmp_path: Path) -> None:
    def index() -> list[str]:
        return sorted({file.name.rpartition("-")[0] for file in (tmp_path / "s").glob("[2p]*-*.js")})

    site = ExampleSite.of(40, a_day=1, last=date(2025, 12, 20))
    site.days_of |= ExampleSite.of(3, a_day=1, last=date(2026, 1, 5)).days_of
    site.write(tmp_path)
    assert index() == ["2026-01", "p1"]
    piece = (tmp_path / "s" / "p1-0.js").read_bytes()
    site.days_of[date(2025, 12, 20)] = [digest_paper(paper(900), date(2025, 12, 20))]
    site.changes[date(2025, 12, 20)] = 400
    site.write(tmp_path, date(2025, 12, 20))
    assert index() == ["2025-12", "2026-01", "p1"]
    assert (tmp_path / "s" / "p1-0.js").read_bytes() == piece
    site.write(tmp_path, date(2026, 1, 5))
    assert papers_found(tmp_path) == sorted(each.paper.identifier for each in all_of(site))


def test_parts_of_the_index_are_put_together_a_few_in_each_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much was before, a day writes what a day writes, and every paper is found all the while."""
    monkeypatch.setattr(search_files, "PARTS_AT_ONCE", 3)
    monkeypatch.setattr(search, "PART", 3_000)
    site = ExampleSite.of(120, a_day=20, last=date(2025, 12, 2))
    site.write(tmp_path)
    written = []
    for number in range(2, 12):
        before, day = index_in(tmp_path), date(2026, 1, number)
        site.days_of[day] = [digest_paper(paper(5000 + number), day)]
        site.write(tmp_path, day)
        after = index_in(tmp_path)
        written.append(sum(before.get(name) != after[name] for name in after))
        assert papers_found(tmp_path) == sorted(each.paper.identifier for each in all_of(site))
    assert [name for name, *_ in overview_in(tmp_path)] == ["2026-01", "p1"]
    of_the_day = 6  # its month's parts, titles, and the overview
    assert max(written) <= of_the_day + 3 + 3, "some parts, and those of one shelf more"
    assert not list((tmp_path / "s").glob("2025-*"))


@pytest.mark.slow
def test_a_date_of_a_piece_may_change_and_go_while_the_piece_is_made_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_files, "PARTS_AT_ONCE", 2)
    monkeypatch.setattr(search, "PART", 3_000)
    monkeypatch.setattr(periods, "SHELVED", 5)
    site = ExampleSite.of(80, a_day=10, last=date(2025, 12, 4))
    site.write(tmp_path / "by day")
    changes = {5: date(2025, 11, 29), 9: date(2025, 12, 3), 25: date(2025, 11, 30), 28: date(2025, 12, 1)}
    for number in range(2, 32):
        day = date(2026, 1, number)
        site.days_of[day] = [digest_paper(paper(5000 + number), day)]
        site.write(tmp_path / "by day", day)
        if number in changes:
            day = changes[number]
            site.days_of[day] = site.days_of[day][3:6] if number < 28 else []
            site.changes[day] = 500
            if not site.days_of[day]:
                del site.days_of[day]
            site.write(tmp_path / "by day", day)
            assert papers_found(tmp_path / "by day") == sorted(each.paper.identifier for each in all_of(site))
    assert any(row[3] for row in overview_in(tmp_path / "by day")), "one piece has shelves"
    site.write(tmp_path / "at once")
    assert searched_in(tmp_path / "by day") == searched_in(tmp_path / "at once")


def test_an_index_of_which_somebody_removed_a_file_is_made_again(tmp_path: Path) -> None:
    site = ExampleSite.of(30, a_day=10, last=date(2025, 11, 1))
    site.write(tmp_path)
    (tmp_path / "s" / "2025-10-0.js").unlink()
    for number in range(1, 5):
        day = date(2026, 1, number)
        site.days_of[day] = [digest_paper(paper(5000 + number), day)]
        site.write(tmp_path, day)
    assert [name for name, *_ in overview_in(tmp_path)] == ["2026-01", "p2"]
    assert papers_found(tmp_path) == sorted(each.paper.identifier for each in all_of(site))


def test_a_run_that_is_killed_loses_no_file_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the notes before it name has to be there still, because the next run reads it."""
    site = ExampleSite.of(30, a_day=10, last=date(2025, 11, 1))
    site.write(tmp_path)
    day = date(2026, 1, 1)
    site.days_of[day] = [digest_paper(paper(5000), day)]
    with monkeypatch.context() as patched:
        patched.setattr(Periods, "noted", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            site.write(tmp_path, day)
    site.write(tmp_path, day)
    assert [name for name, *_ in overview_in(tmp_path)] == ["2026-01", "p1"]
    assert papers_found(tmp_path) == sorted(each.paper.identifier for each in all_of(site))
