"""The asset checks in real runs: each has a result for each date, and says what is wrong where something is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from digest_assets.checks.answers import few_withheld
from digest_assets.checks.posts import defects_of
from digest_assets.definitions import CHECKS_OF_A_DATE
from digest_assets.model import AnswerStatus, Translation
from digest_assets.posts.page import PostForm, render_post
from digest_assets_tests.posts.examples import a_page, digest_paper
from digest_assets_tests.present import present
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


def results(world: World, day: date) -> dict[str, dg.AssetCheckEvaluation]:
    """The newest result of each check for `day`, by name."""
    found = {}
    records = world.instance.get_event_records(
        dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION), limit=200, ascending=True
    )
    for record in records:
        evaluation = present(record.event_log_entry.dagster_event).event_specific_data
        assert isinstance(evaluation, dg.AssetCheckEvaluation)
        if evaluation.partition in (day.isoformat(), None):
            found[evaluation.check_name] = evaluation
    return found


@pytest.mark.slow
def test_each_check_has_a_result_for_its_date(world: World) -> None:
    before = DAY - timedelta(days=1)
    world.make(before, noon_in_shanghai(before))
    world.make(DAY, NOON)
    names = {check.__name__ for check in CHECKS_OF_A_DATE}
    for day in (before, DAY):
        found = {name: each for name, each in results(world, day).items() if each.partition == day.isoformat()}
        assert set(found) == names
        assert all(each.passed for each in found.values()), found
    assert results(world, DAY)["no_date_is_left_failed"].passed


@pytest.mark.slow
def test_the_newest_date_is_left_once_it_is_time_for_it_and_not_when_its_mailing_is_just_out(world: World) -> None:
    before = DAY - timedelta(days=1)
    world.make(before, noon_in_shanghai(before))
    world.make(before, NOON)  # three hours after the mailing of DAY
    assert results(world, before)["no_date_is_left_failed"].passed
    world.make(before, NOON + timedelta(hours=4))
    standing = results(world, before)["no_date_is_left_failed"]
    assert not standing.passed
    assert standing.metadata["left"].value == 1


@pytest.mark.slow
def test_a_date_that_is_left_is_counted_named_and_told_how_to_mend(world: World) -> None:
    two_before = DAY - timedelta(days=2)
    world.make(two_before, noon_in_shanghai(two_before))
    world.make(DAY, NOON)
    standing = results(world, DAY)["no_date_is_left_failed"]
    assert not standing.passed
    assert standing.metadata["left"].value == 1
    assert f"digest backfill --from {DAY - timedelta(days=1)}" in (standing.description or "")


@pytest.mark.slow
def test_a_row_that_is_missing_holds_the_post_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.make(DAY)
    with duckdb.connect(str(world.store.path)) as connection:
        connection.execute("DELETE FROM translations WHERE identifier = (SELECT min(identifier) FROM translations)")
    checks = world.definitions.resolve_job_def("digest").execute_in_process(
        partition_key=DAY.isoformat(),
        instance=world.instance,
        raise_on_error=False,
        asset_selection=[dg.AssetKey("summaries"), dg.AssetKey("rendered_posts")],
    )
    assert not checks.success
    assert not results(world, DAY)["every_paper_has_its_rows"].passed
    assert not checks.asset_materializations_for_node("rendered_posts")


def rows(**statuses: int) -> list[tuple[str, AnswerStatus, str | None]]:
    """So many answers of each status: `rows(done=3)`."""
    return [
        (f"2601.{number:05}", AnswerStatus[status.upper()], None)
        for status, count in statuses.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("answers", "passed", "words"),
    [
        (
            rows(done=10),
            True,
            "0 of 10 answers were withheld, and 0 sentences of 0 others; 0 were published with a mark.",
        ),
        (rows(done=8, withheld=2), True, "2 of 10"),
        (rows(done=7, withheld=3), False, "3 of 10"),
        (rows(waiting=10), False, "10 answers wait for a batch; run the date again to collect them. 0 of 0"),
        (rows(done=9, waiting=1), False, "1 answers wait for a batch; run the date again to collect them. 0 of 9"),
        (rows(done=1, withheld=1, waiting=8), False, "1 of 2"),
        (rows(not_asked=10), True, "0 of 0"),
    ],
)
def test_answers_that_wait_are_neither_withheld_nor_good(
    answers: list[tuple[str, AnswerStatus, str | None]], passed: bool, words: str
) -> None:
    result = few_withheld([Translation(name, 1, status, reason=reason) for name, status, reason in answers])
    assert (result.passed, result.severity) == (passed, dg.AssetCheckSeverity.WARN)
    assert words in (result.description or "")


POST = "---\ntitle: x\n---\n\n## A paper\n\n[arXiv](https://arxiv.org/abs/2601.00001) [top](#top)\n"


@pytest.mark.parametrize("form", PostForm)
def test_a_post_of_any_form_is_well_formed_and_not_one_of_another(form: PostForm) -> None:
    text = render_post(a_page(digest_paper()), form=form)
    assert defects_of(text, 1, form) == []
    others = {PostForm.JEKYLL, PostForm.HUGO, PostForm.MARKDOWN} - {form}
    assert any(defects_of(text, 1, other) for other in others)
    if form is PostForm.HUGO:
        assert defects_of(text + "{{< figure >}}", 1, form) == ["A brace of Hugo's stands where none belongs."]


def test_a_good_post_has_no_defects() -> None:
    assert defects_of(POST, 1) == []


@pytest.mark.parametrize(
    ("text", "papers", "words"),
    [
        (POST.removeprefix("---\n"), 1, "front matter"),
        (POST, 2, "1 headings for 2 papers"),
        (POST + "{{ site.secret }}", 1, "Liquid"),
        (POST + "[x](javascript:alert(1))", 1, "no address"),
        (POST + "[x](2601.00001)", 1, "no address"),
    ],
)
def test_what_is_wrong_with_a_post_is_named(text: str, papers: int, words: str) -> None:
    assert [words in defect for defect in defects_of(text, papers)] == [True]
