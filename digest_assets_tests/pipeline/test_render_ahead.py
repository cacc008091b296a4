"""What is rendered while answers are awaited is what the post and the site show, made once."""

from __future__ import annotations

from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.model import AnswerStatus, Reading, Translation
from digest_assets.pipeline import render_ahead
from digest_assets.pipeline.render_ahead import Ahead
from digest_assets.posts import markdown
from digest_assets.site import html
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
BROKEN = "{% for paper in papers %}\n{{ paper.title }}\n"


@pytest.fixture(autouse=True)
def nothing_is_rendered_yet() -> None:
    forget()


OF_THE_POST = (markdown.blocks_from_pieces, markdown.paragraphs_from_pieces)
OF_THE_SITE = (html.blocks_from_pieces, html.paragraphs_from_pieces)


def forget() -> None:
    for each in (*OF_THE_POST, *OF_THE_SITE):
        each.cache_clear()


def rendered() -> tuple[int, int]:
    """How many texts the post's and the site's functions have made."""
    return (
        sum(each.cache_info().misses for each in OF_THE_POST),
        sum(each.cache_info().misses for each in OF_THE_SITE),
    )


@pytest.mark.slow
def test_the_post_and_the_site_make_no_text_that_was_rendered_while_others_were_awaited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_end: list[tuple[int, int]] = []
    publish = render_ahead.Ahead.render

    def counted(self: Ahead, made: Translation | Reading) -> None:
        publish(self, made)
        at_the_end.append(rendered())

    monkeypatch.setattr(render_ahead.Ahead, "render", counted)
    with a_world(tmp_path, noon_in_shanghai(DAY)) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert at_the_end[-1] == rendered() != (0, 0)
        with_it = content(world)
    forget()
    monkeypatch.setattr(render_ahead.Ahead, "render", lambda self, made: None)
    with a_world(tmp_path / "without", noon_in_shanghai(DAY)) as world:
        assert world.make(DAY).outcome is RunOutcome.COMPLETE
        assert content(world) == with_it


def content(world: World) -> tuple[str, str]:
    return world.post(DAY), (world.folder / "site" / "d" / f"{DAY}.html").read_text("utf-8")


def test_what_is_not_shown_is_not_rendered(tmp_path: Path) -> None:
    with a_world(tmp_path, noon_in_shanghai(DAY), []) as world:
        few, many = Ahead(world.settings, 3), Ahead(world.settings, 100_000)
        few.render(Translation("2611.00001", 1, AnswerStatus.WITHHELD, "withheld", reason="a number"))
        many.render(Translation("2611.00001", 1, AnswerStatus.DONE, "译文"))
        assert rendered() == (0, 0)
        few.render(Translation("2611.00001", 1, AnswerStatus.DONE, "译文"))
        assert rendered() == (1, 1)
        few.render(Reading("2611.00001", 1, AnswerStatus.DONE, "背景", "方法", "结果"))
        assert rendered() == (4, 4)


@pytest.mark.slow
def test_a_template_that_is_broken_is_told_where_it_is_used_and_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "mine" / "site").mkdir(parents=True)
    (tmp_path / "mine" / "site" / "day.html.j2").write_text(BROKEN, "utf-8")
    now = datetime(2026, 11, 20, 4, 30, tzinfo=timezone.utc)
    with a_world(tmp_path, now, output={"templates_dir": "mine"}) as world:
        report = world.make(DAY)
        assert report.outcome is RunOutcome.FAILED
        assert "day.html.j2" in report.reasons[0]
        assert "Correct it there" in report.reasons[0]
        assert world.post(DAY)
        ((read,),) = world.rows("SELECT count(*) FROM summaries WHERE status = 'done'")
        assert read > 0
