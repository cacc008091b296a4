"""What is said of a group leads to its papers, wherever on the page they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from digest_assets.site.values import Group
from digest_assets_tests.site.examples import ExampleSite

DAY = date(2026, 11, 20)


def test_a_sentence_cites_papers_that_an_interest_took_out_of_their_group(tmp_path: Path) -> None:
    site = ExampleSite.of(3)
    first, second, third = (each.paper.identifier for each in site.days_of[DAY])
    said = Group("主题", (first, second, third), (("两篇讨论同一问题", (second, third)),))
    site.groups[DAY] = (Group("为你", (second,)), said)
    site.write(tmp_path)
    page = (tmp_path / "d" / f"{DAY}.html").read_text("utf-8")
    assert page.count("<article") == 3
    assert f'href="#p{second}"' in page
    assert f'href="#p{third}"' in page


def test_a_group_says_how_many_of_its_topic_stand_in_others_and_leads_to_all(tmp_path: Path) -> None:
    site = ExampleSite.of(3)  # all of one topic
    first, second, third = (each.paper.identifier for each in site.days_of[DAY])
    site.groups[DAY] = (Group("语音", (first, second), topic="speech"), Group("其他", (third,)))
    site.write(tmp_path)
    page = (tmp_path / "d" / f"{DAY}.html").read_text("utf-8")
    assert page.count('<a class="needs-js" href="#in=t/speech">另有 1 篇在别组</a>') == 1
