"""The frame of a post, what it says about what is missing, and templates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from markdown_it import MarkdownIt

from digest_assets.checks.posts import defects_of
from digest_assets.errors import TemplateBroken
from digest_assets.glance.day import NamedGroup
from digest_assets.model import (
    AnswerStatus,
    DigestPaper,
    Doubt,
    Figure,
    PaperUpdate,
    ReadSentence,
    SentencePair,
    TextSource,
)
from digest_assets.posts.page import DigestPage, PostForm, anchor, in_post_order, post_name, render_post, view
from digest_assets.posts.words import LANGUAGES
from digest_assets.ranking.interests import Ranked

from .examples import DAY, MAILING, a_page, a_paper, digest_paper, read, translated
from .test_jekyll import pages
from .test_markdown import TEXTS

REASON = {"reason": "HTTP 429"}


PARTS = ("1) 背景与问题  ", "2) 方法  ", "3) 结果  ")


def lines(page: Any, **options: Any) -> list[str]:
    return render_post(page, **options).split("\n")


def test_the_frame_is_the_one_that_sites_know_line_for_line() -> None:
    paper = digest_paper(
        a_paper(573, title="Rain: a model", categories=("cs.SD", "eess.AS")),
        translation=translated("我们听雨并为其建模。"),
        reading=read("- **背景**：雨声", "用一层卷积。", "误差为 3.2%。"),
    )
    assert lines(a_page(paper, announced=20)) == [
        "---",
        "layout: post",
        'title: "arXiv Daily – 2026-01-29"',
        "tags: [arxiv, cs.SD, eess.AS]",
        "lang: zh-CN",
        'description: "1 篇"',
        "papers: 1",
        "translated: 1",
        "read: 1",
        "---",
        "",
        "以下为 2026-01-29（CST，北京时间）arXiv 公布的论文：",
        "- 时间窗口（锚点 08:50 CST）：2026-01-28 08:50 — 2026-01-29 08:50",
        "- 公布 20 篇，本页显示 1 篇：窗口内 1 篇，补录 0 篇",
        "",
        "## Rain: a model",
        "- **Authors**: Lin Mo, Ada Quill",
        "- **Categories**: cs.SD 声音, eess.AS 音频与语音处理",
        "- **arXiv**: [https://arxiv.org/abs/2601.00573v1](https://arxiv.org/abs/2601.00573v1)",
        "- **PDF**: [https://arxiv.org/pdf/2601.00573v1](https://arxiv.org/pdf/2601.00573v1)",
        "",
        "我们听雨并为其建模。",
        "",
        "<details>",
        "<summary>详细解读</summary>",
        "",
        '<div markdown="1">',
        "",
        "1) 背景与问题  ",
        "- **背景**：雨声",
        "",
        "2) 方法  ",
        "用一层卷积。",
        "",
        "3) 结果  ",
        "误差为 3.2%。",
        "</div>",
        "",
        "</details>",
        "",
        "---",
        "",
    ]


def a_day(language: str = "zh") -> DigestPage:
    """Two papers of a topic with gists, one of another without."""
    said = (
        {"title": "雨声 $x$ 的模型", "gist": "建立雨声模型，误差为 3.2%。"} if language != "en" else {"gist": "Rain."}
    )
    papers = [
        digest_paper(a_paper(number, title=f"Rain {number}"), translation=translated("译文。") | said)
        for number in (1, 2)
    ]
    papers.append(digest_paper(a_paper(3, title="Bells", abstract="Bells ring. We reduce the error to 4.1%.")))
    groups = (
        NamedGroup(
            "音乐", ("2601.00002", "2601.00001"), "为雨声建模 [2601.00002, 2601.00001]；误差为 3.2% [2601.00001]。"
        ),
        NamedGroup("其他", ("2601.00003",)),
    )
    return a_page(*papers, groups=groups, language=language)


def test_the_overview_names_groups_and_gives_each_paper_a_line_that_leads_to_its_place() -> None:
    shown = lines(a_day())
    start = shown.index("**今日速览**")
    assert shown[start + 2 : start + 9] == [
        "**音乐（2 篇）** 为雨声建模 ([2601.00002](#paper-2601.00002), [2601.00001](#paper-2601.00001))；"
        "误差为 3.2% ([2601.00001](#paper-2601.00001))。",
        "",
        "- [Rain 2](#paper-2601.00002)：建立雨声模型，误差为 3.2%。",
        "- [Rain 1](#paper-2601.00001)：建立雨声模型，误差为 3.2%。",
        "",
        "**其他（1 篇）**",
        "",
    ]
    assert shown[start + 9] == "- [Bells](#paper-2601.00003)：We reduce the error to 4.1%.（原文）"
    for number in (1, 2, 3):
        place = shown.index(f'<a id="paper-2601.0000{number}"></a>')
        assert shown[place + 1 : place + 2] == [""]
        assert shown[place + 2].startswith("## ")
    assert 'description: "3 篇：音乐 2、其他 1"' in shown


def test_the_translated_title_stands_below_the_bullets() -> None:
    shown = lines(a_day())
    bullets = next(index for index, line in enumerate(shown) if line.startswith("- **PDF**") and "00002" in line)
    assert shown[bullets + 1 : bullets + 4] == ["", "**雨声 $$x$$ 的模型**", ""]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", PostForm)
def test_every_form_and_language_has_its_overview(form: PostForm, language: str) -> None:
    text = render_post(a_day(language), form=form)
    assert LANGUAGES[language].overview in text
    assert text.count("#paper-2601.00001") >= 1
    assert defects_of(text, 3, form) == []


def test_facts_stand_on_a_line_unless_they_are_not_wanted() -> None:
    paper = digest_paper(a_paper(comment="5 pages, accepted by ICASSP 2026. Code: https://github.com/a/b"))
    line = "ICASSP 2026（已接收） · [代码](https://github.com/a/b) · 5 页"
    assert line in lines(a_page(paper))
    assert view(a_page(paper, facts=False)).papers[0].facts == ""
    assert line not in lines(a_page(paper, facts=False))
    assert "在审" in lines(a_page(digest_paper(a_paper(comment="Under review"))))


@pytest.mark.parametrize(("count", "said"), [(1, "Uni 0"), (3, "Uni 0、Uni 1、Uni 2"), (5, "Uni 0、Uni 1、Uni 2 等")])
def test_the_first_three_affiliations_stand_at_the_end_of_the_line_of_facts(count: int, said: str) -> None:
    paper = digest_paper(a_paper(comment="5 pages"))
    paper = replace(paper, affiliations=tuple(f"Uni {number}" for number in range(count)))
    assert f"5 页 · {said}" in lines(a_page(paper))
    assert said not in " ".join(lines(a_page(paper, facts=False)))


def test_a_post_without_readings_says_where_they_are() -> None:
    paper = digest_paper(translation=translated("译文。"), reading=read("背景。"))
    shown = lines(a_page(paper, with_readings=False, site_page="https://e.org/d/2026-01-29.html"))
    assert "<details>" not in shown
    assert "详细解读见[网站](https://e.org/d/2026-01-29.html#p2601.00001)" in shown
    assert {"译文。", "详细解读见网站"} <= set(lines(a_page(paper, with_readings=False)))
    shorter = lines(a_page(paper, with_readings=False, with_abstracts=False))
    assert "摘要与详细解读见网站" in shorter
    linked = lines(a_page(paper, with_readings=False, with_abstracts=False, site_page="https://e.org/d.html"))
    assert "摘要与详细解读见[网站](https://e.org/d.html#p2601.00001)" in linked
    assert not {"译文。", "详细解读见网站"} & set(shorter)
    assert view(a_page(paper, with_readings=False, with_abstracts=False)).papers[0].no_reading == "", "it is said once"


def test_a_part_that_begins_with_a_formula_alone_stands_behind_an_empty_line() -> None:
    """Directly behind its title the formula would be one in a line."""
    shown = lines(a_page(digest_paper(reading=read("$$E = m$$\n\n背景。", "方法。", "结果。"))))
    background, method = shown.index(PARTS[0]), shown.index(PARTS[1])
    assert (shown[background + 1], shown[method + 1]) == ("", "方法。")
    assert "E = m" in shown[background + 2]


def test_no_more_than_four_links_stand_on_the_line_of_facts() -> None:
    links = " ".join(f"https://github.com/a/{letter}" for letter in "bcdef")
    (line,) = [each for each in lines(a_page(digest_paper(a_paper(comment=f"Code: {links}")))) if "[代码]" in each]
    assert line.count("https://github.com/a/") == 4


def test_a_withdrawn_paper_has_its_abstract_and_no_facts_in_a_post_without_abstracts() -> None:
    paper = digest_paper(a_paper(comment="5 pages, withdrawn"), withdrawn=True)
    shown = lines(a_page(paper, with_abstracts=False, with_readings=False))
    assert paper.paper.abstract in shown
    assert "5 页" not in " ".join(shown)


def test_new_versions_of_earlier_papers_say_what_changed() -> None:
    def update(number: int, abstract_changed: bool, withdrawn: bool = False) -> PaperUpdate:
        return PaperUpdate(a_paper(number, version=2), DAY - timedelta(days=1), 1, abstract_changed, withdrawn)

    shown = lines(a_page(digest_paper(), updates=(update(7, True), update(8, False), update(9, True, withdrawn=True))))
    first = shown.index("**往期论文的新版本**") + 2
    assert shown[first : first + 3] == [
        f"- [2601.0000{number}v2](https://arxiv.org/abs/2601.0000{number}v2) Invented paper {number}"
        f"（2026-01-28 收录 v1；{change}）"
        for number, change in ((7, "摘要有改动"), (8, "摘要未改动"), (9, "已撤回"))
    ]


def test_the_overview_names_no_paper_that_is_not_in_the_post_and_says_what_is_withdrawn() -> None:
    papers = digest_paper(a_paper(1), withdrawn=True), digest_paper(a_paper(2, abstract=""))
    group = NamedGroup("音乐", ("2601.00001", "2601.00002", "2601.09999"))
    shown = lines(a_page(*papers, groups=(group,)))
    assert [line for line in shown if "](#paper-" in line] == [
        "- [Invented paper 1](#paper-2601.00001)（已撤回）",
        "- [Invented paper 2](#paper-2601.00002)",
    ]


def test_an_english_post_counts_no_translations() -> None:
    def counts(language: str) -> dict[str, int]:
        paper = digest_paper(translation=translated("译文。"), reading={"status": AnswerStatus.DONE})
        return dict(view(a_page(paper, language=language)).counts_by_name)

    assert counts("en") == {"papers": 1, "read": 0}
    assert counts("zh") == {"papers": 1, "translated": 1, "read": 0}
    failed = a_page(digest_paper(translation={"status": AnswerStatus.FAILED}), language="en")
    assert view(failed).counts == "1 announced, 1 on this page: 1 submitted in the window, 0 earlier."


def chosen(number: int, score: float, **reasons: Any) -> dict[str, Ranked]:
    identifier = f"2601.{number:05d}"
    return {identifier: Ranked("雨声", identifier, score, number, True, **reasons)}


def headings(page: DigestPage) -> list[str]:
    return [line for line in lines(page) if line.startswith("## Invented")]


def test_what_an_interest_chose_stands_first_by_its_score_and_says_why() -> None:
    papers = [digest_paper(a_paper(number)) for number in (1, 2, 3, 4)]
    everything: dict[str, Any] = {"terms": ("rain", "roofs"), "own_paper": "Hail", "authors": ("Lin Mo", "Ada Quill")}
    found = {**chosen(1, 2.0, **everything), **chosen(2, 3.0), **chosen(9, 4.0)}
    page = a_page(*papers, chosen=found)
    assert headings(page) == [f"## Invented paper {number}" for number in (2, 1, 4, 3)]
    shown = lines(page)
    assert "**为你：雨声（作者 Lin Mo, Ada Quill；同有：rain, roofs；近于你的《Hail》）**" in shown
    assert "**为你：雨声**" in shown
    assert "**为你：雨声（2 篇）**" in shown
    in_place = replace(page, chosen_first=False)
    assert headings(in_place) == [f"## Invented paper {number}" for number in (4, 3, 2, 1)]
    assert "**为你：雨声（2 篇）**" not in lines(in_place)
    assert "**为你：雨声**" in lines(in_place)


def test_papers_follow_one_another_as_in_the_frame() -> None:
    shown = lines(a_page(digest_paper(a_paper(2)), digest_paper(a_paper(1))))
    second = shown.index("## Invented paper 1")
    assert shown[second - 3 : second] == ["", "---", ""]


def test_the_post_is_named_after_its_date_and_digest() -> None:
    assert post_name(a_page()) == "2026-01-29-arxiv.md"
    assert post_name(a_page(name="theory", digest_date=date(2026, 2, 1))) == "2026-02-01-theory.md"


def test_papers_stand_newest_first_unknown_times_last_and_equal_times_by_identifier() -> None:
    same = datetime(2026, 1, 28, tzinfo=timezone.utc)
    papers = [
        digest_paper(a_paper(1, published_at=None)),
        digest_paper(a_paper(2, published_at=same)),
        digest_paper(a_paper(9, published_at=same)),
        digest_paper(a_paper(3, published_at=same.replace(hour=1))),
        digest_paper(a_paper(4, published_at=None)),
    ]
    order = [each.paper.identifier[-1] for each in in_post_order(papers)]
    assert order == ["3", "9", "2", "4", "1"]
    assert order == [each.paper.identifier[-1] for each in in_post_order(papers[::-1])]


def test_the_count_line_tells_window_and_earlier_apart_and_is_silent_on_zeros() -> None:
    papers = [digest_paper(a_paper(number), in_window=number < 12) for number in range(1, 21)]
    assert "- 公布 20 篇，本页显示 20 篇：窗口内 11 篇，补录 9 篇" in lines(a_page(*papers))
    page = a_page(*papers, announced=23, late=1, filtered=2, failed=3)
    assert "- 公布 23 篇，本页显示 20 篇：窗口内 11 篇，补录 9 篇；迟收 1 篇；过滤 2 篇；翻译或解读失败 3 篇" in lines(
        page
    )


def test_texts_that_were_asked_for_and_are_not_there_are_counted() -> None:
    failed = {"status": AnswerStatus.FAILED}
    whole = digest_paper(a_paper(1), translation=translated("译文。"), reading=read("背景。"))
    others = digest_paper(a_paper(2), translation=failed, reading=failed), digest_paper(a_paper(3))
    (line,) = [each for each in lines(a_page(whole, *others)) if each.startswith("- 公布")]
    assert line.endswith("；译文 1/2；解读 1/2"), "of the third nobody asked"
    (line,) = [each for each in lines(a_page(whole)) if each.startswith("- 公布")]
    assert "译文" not in line


def test_sentences_that_are_withheld_or_doubted_are_counted_and_marked_where_they_stand() -> None:
    doubt = Doubt.CONTRADICTED
    pairs = (
        SentencePair("It rains.", "下雨。"),
        SentencePair("It hails.", "错。", withheld=True),
        SentencePair("It snows.", "下雪。", doubt=doubt),
    )
    background = ReadSentence("背景。"), ReadSentence("存疑。", doubt=doubt)
    sentences = background, (ReadSentence("方法。"),), (ReadSentence("结果。"),)
    paper = digest_paper(
        translation={**translated("下雨。It hails. 下雪。"), "pairs": pairs},
        reading={**read("背景。存疑。", "方法。", "结果。"), "sentences": sentences, "left_out": (0, 3, 0)},
    )
    shown = lines(a_page(paper))
    (line,) = [each for each in shown if each.startswith("- 公布")]
    assert line.endswith("；待校或略去 4 句；存疑 2 句")
    assert "下雨。It hails.（待校）下雪。（存疑）" in shown
    assert "背景。存疑。（存疑）" in shown
    method = shown.index("方法。")
    assert shown[method + 1 : method + 3] == ["", "（本部分略去 3 句：未通过检查）"]
    assert len([each for each in shown if "本部分略去" in each]) == 1
    for pair, said in ((pairs[1], "It hails.（待校）"), (pairs[2], "下雪。（存疑）")):
        alone = digest_paper(translation={**translated("下雨。"), "pairs": (pair,)})
        assert said in lines(a_page(alone))


def test_a_figure_stands_by_its_address_on_the_web_alone() -> None:
    paper = replace(digest_paper(), figure=Figure("https://e.org/x1.png", "The $x$ of *rain*"))
    shown = lines(a_page(paper))
    image = shown.index("![Figure](https://e.org/x1.png)")
    assert shown[image + 1 : image + 3] == ["", r"The $$x$$ of \*rain\*"]
    assert "![Figure](http://e.org/x1.png)" in lines(a_page(replace(paper, figure=Figure("http://e.org/x1.png", ""))))
    assert (
        view(a_page(replace(paper, figure=Figure("http://e.org/x", "")))).papers[0].figure
        == "![Figure](http://e.org/x)"
    )
    for elsewhere in ("file:///etc/x.png", "javascript:x"):
        assert "Figure" not in "\n".join(lines(a_page(replace(paper, figure=Figure(elsewhere, "")))))


def test_a_page_without_groups_is_described_by_its_count_and_its_tags_are_each_there_once() -> None:
    shown = view(a_page(digest_paper(), name="cs.SD"))
    assert shown.description == "1 篇"
    assert [str(each) for each in shown.tags] == ["cs.SD", "eess.AS"]
    assert (shown.lang, shown.date) == ("zh-CN", "2026-01-29")
    assert [(each.identifier, each.no_reading) for each in shown.papers] == [("2601.00001", "本篇没有解读")]
    assert view(a_page(digest_paper(reading=read("背景。")))).papers[0].no_reading == ""


def test_an_old_identifier_is_a_place_without_a_stroke() -> None:
    assert anchor("cs/9802040") == "paper-cs-9802040"
    paper = digest_paper(a_paper(identifier="cs/9802040"), translation=translated("译文。"), reading=read("背景。"))
    shown = lines(a_page(paper, with_readings=False, site_page="https://e.org/d.html"))
    assert "详细解读见[网站](https://e.org/d.html#pcs-9802040)" in shown


def test_a_title_with_an_address_in_it_is_no_link_to_its_place() -> None:
    paper = digest_paper(a_paper(title="See https://e.org/x"))
    (line,) = [each for each in lines(a_page(paper, groups=(NamedGroup("音乐", ("2601.00001",)),))) if "- See" in each]
    assert line.startswith("- See [https://e.org/x](https://e.org/x)")


@pytest.mark.parametrize(
    ("translation", "is_marked"),
    [({"status": AnswerStatus.NOT_ASKED}, False), ({"status": AnswerStatus.FAILED}, True)],
)
def test_of_a_withdrawn_paper_a_translation_is_missed_only_where_it_was_asked_for(
    translation: dict[str, Any], is_marked: bool
) -> None:
    shown = "\n".join(lines(a_page(digest_paper(withdrawn=True, translation=translation))))
    assert ("未翻译" in shown or "翻译失败" in shown) is is_marked


def test_the_window_is_told_in_the_digests_own_zone() -> None:
    text = render_post(a_page(zone=ZoneInfo("Europe/Berlin"), language="en"))
    assert "(anchor 08:50 CET): 2026-01-28 01:50 — 2026-01-29 01:50" in text
    assert "on 2026-01-29 (Europe/Berlin):" in text


def test_a_notice_is_said_once_above_the_papers() -> None:
    shown = lines(a_page(digest_paper(), notice="本页的论文都是虚构的。"))
    assert shown[14] == "- 说明：本页的论文都是虚构的。"
    assert shown[15:17] == ["", "## Invented paper 1"]


@pytest.mark.parametrize(
    ("translation", "mark"),
    [
        ({"status": AnswerStatus.NOT_ASKED, "reason": "没有设置密钥"}, "**未翻译**"),
        ({"status": AnswerStatus.WITHHELD, "text": "错的", **REASON}, "**译文待校，以下为原文摘要**"),
        ({"status": AnswerStatus.FAILED, **REASON}, "**翻译失败，以下为原文摘要**"),
        ({"status": AnswerStatus.NO_KEY}, "**未翻译**"),
        ({"status": AnswerStatus.BUDGET}, "**预算用尽，未翻译**"),
        ({"status": AnswerStatus.WAITING}, "**等待批量翻译，以下为原文摘要**"),
        ({"status": AnswerStatus.DONE, "text": " "}, "**翻译失败，以下为原文摘要**"),
    ],
)
def test_without_a_translation_the_original_is_shown_and_marked(translation: dict[str, Any], mark: str) -> None:
    shown = lines(a_page(digest_paper(translation=translation, reading=read("雨"))))
    assert shown[shown.index(mark) + 1 :][:2] == ["", "We listen to rain on a tin roof and model it."]
    assert "错的" not in "\n".join(shown)
    assert "HTTP 429" not in "\n".join(shown)  # for those who run the digest: it stands in the ledger


@pytest.mark.parametrize(
    ("reading", "line"),
    [
        ({"status": AnswerStatus.NOT_ASKED, "reason": "没有设置密钥"}, "本篇没有解读"),
        ({**read("错的"), "status": AnswerStatus.WITHHELD, **REASON}, "本篇没有解读：解读未通过检查"),
        ({"status": AnswerStatus.FAILED, **REASON}, "本篇没有解读：解读失败"),
        ({"status": AnswerStatus.NO_KEY}, "本篇没有解读"),
        ({"status": AnswerStatus.BUDGET}, "本篇没有解读：预算用尽"),
        ({"status": AnswerStatus.WAITING}, "本篇暂无解读：等待批量处理"),
        ({"status": AnswerStatus.DONE, "background": "只有一部分"}, "本篇没有解读：解读失败"),
        (read("---"), "本篇没有解读：解读失败"),
    ],
)
def test_without_a_reading_there_is_no_fold_and_one_line_says_why(reading: dict[str, Any], line: str) -> None:
    shown = lines(a_page(digest_paper(translation=translated("雨声"), reading=reading)))
    assert shown.count(line) == 1
    assert "<details>" not in shown
    assert "错的" not in "\n".join(shown)


def test_a_withdrawn_paper_is_marked_with_what_its_authors_say_and_is_not_read() -> None:
    paper = a_paper(comment=r"Error in Lemma 2; see \url{https://a.b}")
    shown = lines(a_page(digest_paper(paper, withdrawn=True, reading=read("雨"))))
    assert "**已撤回**（作者说明：Error in Lemma 2; see [https://a.b](https://a.b)）" in shown
    assert "本篇没有解读：论文已撤回" in shown
    assert "<details>" not in shown
    silent = view(a_page(digest_paper(a_paper(comment=None), withdrawn=True))).papers[0]
    assert (silent.marks, silent.facts) == (("**已撤回**",), "")


def test_a_late_paper_says_when_it_was_announced() -> None:
    late = digest_paper(late=True, announced_at=MAILING.replace(day=27))
    assert "**2026-01-27 已公布，当日的摘要未能收录**" in lines(a_page(late))
    at_night = digest_paper(late=True, announced_at=datetime(2026, 1, 26, 23, tzinfo=timezone.utc))
    assert "**2026-01-27 已公布，当日的摘要未能收录**" in lines(a_page(at_night)), "in the digest's zone"


def test_a_reading_of_nothing_but_the_abstract_says_so() -> None:
    paper = digest_paper(reading=read("雨"), text_source=TextSource.ABSTRACT)
    assert "<summary>详细解读（仅依据摘要）</summary>" in lines(a_page(paper))
    paper = replace(paper, reading=replace(paper.reading, text_source=TextSource.HTML))
    assert "<summary>详细解读</summary>" in lines(a_page(paper))


def test_a_very_long_list_of_authors_is_cut_and_counted() -> None:
    paper = a_paper(authors=tuple(f"Name {number}" for number in range(3303)))
    line = next(line for line in lines(a_page(digest_paper(paper))) if line.startswith("- **Authors**"))
    assert line.endswith("Name 29 等 3303 人")
    assert len(line) < 400
    paper = a_paper(authors=tuple(f"Name {number}" for number in range(30)))
    assert "等" not in next(line for line in lines(a_page(digest_paper(paper))) if line.startswith("- **Authors**"))


def test_a_paper_without_title_authors_or_abstract_still_has_its_frame() -> None:
    shown = lines(a_page(digest_paper(a_paper(title="", authors=(), abstract=" "))))
    assert "## （无标题）" in shown
    assert "- **Authors**: （未列出作者）" in shown
    assert "（无摘要）" in shown


def test_a_translation_is_plain_text_and_opens_no_list() -> None:
    shown = lines(a_page(digest_paper(translation=translated("- 雨\n- 雪"))))
    first = shown.index("\\- 雨  ")
    assert shown[first - 1 : first + 3] == ["", "\\- 雨  ", "\\- 雪", ""]


def test_front_matter_is_quoted_where_yaml_needs_it() -> None:
    shown = lines(a_page(name="no", categories=("cs.SD", "q-bio.NC", "1.5")))
    assert 'tags: ["no", cs.SD, q-bio.NC, "1.5"]' in shown


@pytest.mark.parametrize("language", ["en", "ja"])
def test_other_languages_use_their_own_words_and_no_chinese_one(language: str) -> None:
    text = render_post(a_page(digest_paper(), language=language))
    assert "本页" not in text
    assert "公布" not in text


def test_an_english_digest_does_not_call_an_english_abstract_untranslated() -> None:
    text = render_post(a_page(digest_paper(), language="en"))
    assert "Not translated" not in text
    assert "No reading of this paper" in text


def test_a_digest_by_submission_says_so() -> None:
    assert "以下为 2026-01-29（CST，北京时间）时间窗口内投稿的论文：" in lines(a_page(by_submission=True))


def test_hugo_gets_its_front_matter_and_its_own_fold() -> None:
    paper = digest_paper(translation=translated("雨 $x$"), reading=read("背景 $y_1$"))
    shown = lines(a_page(paper), form=PostForm.HUGO)
    assert shown[:11] == [
        "---",
        'title: "arXiv Daily – 2026-01-29"',
        "date: 2026-01-29",
        "tags: [arxiv, cs.SD, eess.AS]",
        "lang: zh-CN",
        'description: "1 篇"',
        "papers: 1",
        "translated: 1",
        "read: 1",
        "math: true",
        "---",
    ]
    assert '{{< details summary="详细解读" >}}' in shown
    assert "{{< /details >}}" in shown
    assert "雨 \\(x\\)" in shown


def test_plain_markdown_has_a_heading_instead_of_front_matter() -> None:
    paper = digest_paper(translation=translated("雨 $x$"), reading=read("背景 $y_1$"))
    shown = lines(a_page(paper), form=PostForm.MARKDOWN)
    assert shown[0] == "# arXiv Daily – 2026-01-29"
    assert "<summary>详细解读</summary>" in shown
    assert "雨 $x$" in shown


def test_a_users_template_goes_before_the_packages(tmp_path: Path) -> None:
    (tmp_path / "post.jekyll.md.j2").write_text("{{ page.title }}: {{ page.papers | length }}\n", encoding="utf-8")
    page = a_page(digest_paper())
    assert render_post(page, templates_dir=tmp_path) == "arXiv Daily – 2026-01-29: 1\n"
    assert render_post(page, templates_dir=tmp_path, form=PostForm.HUGO) == render_post(page, form=PostForm.HUGO)


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("one\n{{ page.tittle }}\n", 2),
        ("one\ntwo\n{% for %}\n", 3),
        ("one\n{{ 1 / 0 }}\n", 2),
        ("{% include 'absent.j2' %}", 1),
        ("one\n{{ page.title | absent }}", 2),
    ],
)
def test_a_broken_template_is_named_with_its_line_and_a_cure(tmp_path: Path, template: str, line: int) -> None:
    file = tmp_path / "post.jekyll.md.j2"
    file.write_text(template, encoding="utf-8")
    with pytest.raises(TemplateBroken) as caught:
        render_post(a_page(), templates_dir=tmp_path)
    assert f"{file}, line {line} " in str(caught.value)
    assert "output.templates_dir" in caught.value.cure
    assert "\n" not in str(caught.value)


def test_a_template_that_is_not_utf_8_and_a_folder_that_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "post.jekyll.md.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateBroken, match=r"post\.jekyll\.md\.j2"):
        render_post(a_page(), templates_dir=tmp_path)
    with pytest.raises(TemplateBroken, match="does not exist"):
        render_post(a_page(), templates_dir=tmp_path / "absent")


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS, TEXTS, TEXTS)
def test_whatever_a_paper_says_the_frame_can_be_read_back(first: str, second: str, third: str) -> None:
    papers = [
        digest_paper(a_paper(2, title=first, authors=(second, third), abstract=third, comment=second), withdrawn=True),
        digest_paper(
            a_paper(1, title=second, abstract=first),
            translation=translated("译" + first),
            reading=read("甲" + first, "乙" + second, "丙" + third),
        ),
    ]
    shown = lines(a_page(*papers, notice=first))
    assert [line.startswith("## ") for line in shown].count(True) == 2
    assert shown[:10].count("---") == 2
    rules = [index for index, line in enumerate(shown[10:], 10) if line == "---"]
    assert len(rules) == 2
    assert shown[rules[0] + 1 : rules[0] + 2] == [""]
    assert shown[rules[0] + 2].startswith("## ")
    assert shown[rules[1] + 1 :] == [""]
    for label in ("- **Authors**: ", "- **Categories**: ", "- **arXiv**: [https://", "- **PDF**: [https://"):
        assert [line.startswith(label) for line in shown].count(True) == 2
    for line in ("<details>", "</details>", '<div markdown="1">', "</div>", *PARTS):
        assert shown.count(line) == 1, line


@pytest.mark.slow
def test_a_commonmark_reader_finds_the_headings_lists_and_folds_of_plain_markdown_and_no_others() -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for page in pages():
        tokens = reader.parse(render_post(page, form=PostForm.MARKDOWN))
        assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1"] + ["h2"] * len(page.papers)
        html = [token.content for token in tokens if token.type == "html_block" and "<!--" not in token.content]
        readings = [each for each in page.papers if each.reading.parts and not each.withdrawn]
        assert html == ["<details>\n<summary>详细解读</summary>\n", "</details>\n"] * len(readings)
        assert [token.type for token in tokens if token.level == 0].count("hr") == len(page.papers)


def answered(paper: int = 1) -> DigestPaper:
    by = {"model": "a-model --> 1", "prompt_version": "reading-zh-1", "answer_key": "key"}
    return digest_paper(a_paper(paper), translation=translated("译文。") | by, reading=read("背景。") | by)


def test_provenance_is_said_where_the_setting_says_and_ends_no_comment() -> None:
    at = {"key": datetime(2026, 1, 29, 4, 30, tzinfo=timezone.utc)}
    plain = render_post(a_page(answered(), answered_at=at))
    assert "a-model" not in plain
    commented = render_post(a_page(answered(), answered_at=at, provenance="comment"))
    (said,) = re.findall(r"<!-- (.*) -->", commented)
    assert "-->" not in said
    assert "translation: a-model" in said
    assert "reading-zh-1, html, 2026-01-29T04:30:00Z" in said
    assert commented.replace(f"<!-- {said} -->\n\n", "") == plain
    in_front = render_post(a_page(answered(), answered_at=at, provenance="front_matter"))
    head = yaml.safe_load(in_front.split("---\n")[1])
    assert [(each["paper"], each["part"]) for each in head["provenance"]] == [
        ("2601.00001v1", "translation"),
        ("2601.00001v1", "reading"),
    ]
    assert head["provenance"][1]["model"] == "a-model --> 1"


def test_a_flagged_answer_is_marked_where_it_stands() -> None:
    flagged = {"reason": "the number 3.2 is not in the text"}
    post = render_post(
        a_page(digest_paper(translation=translated("译文。") | flagged, reading=read("背景。") | flagged))
    )
    assert "**译文未通过校对**" in post
    assert "<summary>详细解读（未通过校对）</summary>" in post
    assert "未通过校对" not in render_post(
        a_page(digest_paper(translation=translated("译文。"), reading=read("背景。")))
    )
