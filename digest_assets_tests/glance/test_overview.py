"""The overview of a day: which groups are told of, how an answer is read, and what a sentence may not say."""

from __future__ import annotations

import random
from datetime import datetime, timezone

import pytest

from digest_assets.glance.day import DayGroup, NamedGroup, by_interest
from digest_assets.glance.overview import (
    ToldGroup,
    as_told,
    check_sentence,
    clauses_of,
    form_of,
    rests_on,
    sentences_in,
    still_right,
    told_groups,
    written,
)
from digest_assets.glance.topics import topics_of_field
from digest_assets.sandbox.papers import invented
from digest_assets_tests.glance.overview_damage import (
    DAMAGES,
    Damage,
    foreign_name,
    groups_of,
    right_sentence,
    turned_round,
)
from digest_assets_tests.posts.examples import a_paper, digest_paper, translated

MAILING = datetime(2026, 11, 20, 1, tzinfo=timezone.utc)
ONE, TWO, OTHER = "2601.00001", "2601.00002", "2601.00009"
GISTS = {
    "zh": (
        "Foghorn 以轴转速为辅助输入做因果语音增强，词错误率从 34.8% 降至 17.5%。",
        "对 9 个工具包的比较表明，参数更多的系统在去混响盲测中并不更好。",
    ),
    "ja": (
        "Foghorn は軸の回転数を補助入力とする音声強調で、単語誤り率を 34.8% から 17.5% に下げた。",
        "9 個のツールキットを比べ、残響除去ではパラメータの多いシステムが優れるわけではないと示した。",
    ),
    "en": (
        "Foghorn enhances speech with the shaft speed as a side input and lowers the word error rate to 17.5%.",
        "A comparison of 9 toolkits shows that larger systems are not better at dereverberation.",
    ),
}


def group(language: str = "zh") -> ToldGroup:
    return ToldGroup("enhancement", "语音增强", ((ONE, GISTS[language][0]), (TWO, GISTS[language][1])))


def wrong(sentence: str, language: str = "zh") -> list[str]:
    return [each.kind.value for each in check_sentence(clauses_of(sentence), group(language), language)]


@pytest.mark.parametrize("language", GISTS)
def test_what_the_gists_say_passes(language: str) -> None:
    one, two = (each.rstrip("。.") for each in GISTS[language])
    assert wrong(written([(one, (ONE,)), (two, (TWO,))], language), language) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (f"词错误率从 34.8% 降至 12.5% [{ONE}]。", "number invented"),
        (f"Foghorn 词错误率降至 17.5% [{TWO}]。", "number invented"),
        (f"Seahorn 以轴转速为辅助输入做语音增强 [{ONE}]。", "name invented"),
        (f"Foghorn 做因果语音增强 [{OTHER}]。", "not of this paper"),
        ("Foghorn 做因果语音增强。", "evidence missing"),
        (f"Foghorn 做因果语音增强 [{ONE}]；去混响盲测未有定论。", "evidence missing"),
        (f"Foghorn 首次以轴转速为辅助输入做因果语音增强 [{ONE}]。", "praise added"),
        (f"参数更多的系统在去混响盲测中更好 [{TWO}]。", "direction turned round"),
        (f"两篇论文做因果语音增强与去混响盲测 [{ONE}, {TWO}]。", "number invented"),
        (f"探索情感识别与音乐生成的跨模态对齐 [{ONE}]。", "off the subject"),
        (f"以轴转速为辅助输入做因果语音增强 [{ONE}, {TWO}]。", "off the subject"),
        (f"Foghorn 做因果语音增强。去混响盲测中系统并不更好 [{TWO}]。", "not one sentence"),
        (f"Foghorn enhances speech with the shaft speed [{ONE}].", "language"),
        (f"Foghorn 做因果语音增强 [{ONE}]；" * 20, "too long"),
        ("", "empty"),
    ],
)
def test_what_they_do_not_say_falls(sentence: str, kind: str) -> None:
    assert kind in wrong(sentence)


def test_a_number_that_a_gist_spells_with_a_chinese_scale_is_the_gists_own() -> None:
    told = ToldGroup("corpora", "语料", ((ONE, "整理出 240 万句耳语语料。"), (TWO, "标注 1.5亿帧钟声。")))

    def kinds(said: str, paper: str) -> list[str]:
        return [each.kind.value for each in check_sentence(clauses_of(f"{said} [{paper}]。"), told, "zh")]

    assert kinds("整理出 240 万句耳语语料", ONE) == kinds("标注 1.5亿帧钟声", TWO) == []
    assert kinds("整理出 40 万句耳语语料", ONE) == kinds("标注 5亿帧钟声", TWO) == ["number invented"]


def test_brackets_of_any_kind_and_versions_are_read_and_years_are_no_papers() -> None:
    said = f"甲【arXiv:{ONE}v2】；乙 [{ONE}，{TWO}] [math.GT/0309136]；丙（2026）。"
    assert clauses_of(said) == (("甲", (ONE,)), ("乙", (ONE, TWO, "math.GT/0309136")), ("丙（2026）", ()))
    assert written(clauses_of(said), "zh") == f"甲 [{ONE}]；乙 [{ONE}, {TWO}, math.GT/0309136]；丙（2026）。"
    assert rests_on(said) == {ONE, TWO, "math.GT/0309136"}


def test_a_sentence_that_falls_takes_no_other_along() -> None:
    groups = (group(), ToldGroup("music", "音乐", group().gists))
    answer = f"<g1>Foghorn 做因果语音增强 [{ONE}]</g1>\n<g2>准确率为 99% [{TWO}]</g2>"
    found = sentences_in(answer, groups, "zh")
    assert found["enhancement"] == (f"Foghorn 做因果语音增强 [{ONE}]。", ())
    assert found["music"][0] is None
    assert form_of(answer, 2) == form_of("<g2>甲</g2>", 2) == ()
    assert sentences_in("<g2>甲</g2>", groups, "zh")["enhancement"][0] is None
    assert form_of("I cannot do that.", 2)


def test_groups_with_a_topic_and_two_gists_are_told_of() -> None:
    papers = [digest_paper(a_paper(n), translation=translated("译文。") | {"gist": f"要点 {n}。"}) for n in (1, 2, 3)]
    papers.append(digest_paper(a_paper(4), translation=translated("译文。")))
    keys = [each.paper.identifier for each in papers]

    def of(topic: str | None, *members: str) -> DayGroup:
        return DayGroup(topic or "other", topic, False, members)

    groups = (of("music", keys[0], keys[1], keys[3]), of("codec", keys[2], keys[3]), of(None, keys[0], keys[1]))
    told = told_groups(groups, papers, topics_of_field("audio"), "zh")
    assert [each.key for each in told] == ["music"]
    assert as_told(told) == f"<g1> {told[0].name}\n[{keys[0]}] 要点 1。\n[{keys[1]}] 要点 2。"


def test_a_stored_sentence_is_shown_while_its_papers_are_in_its_group() -> None:
    groups = (DayGroup("music", "music", False, (ONE, TWO)),)
    held = {"music": f"甲 [{ONE}]。", "codec": f"乙 [{TWO}]。"}
    assert still_right(held, groups) == {"music": f"甲 [{ONE}]。"}
    assert still_right({"music": f"甲 [{OTHER}]。"}, groups) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: str(damage.__name__))
def test_damage_to_sentences_about_the_demos_papers_is_found(damage: Damage) -> None:
    gists = [
        (each.paper.identifier, each.chinese.gist) for each in invented(MAILING) if each.chinese and each.chinese.gist
    ]
    rng, tried, found = random.Random(1), 0, 0
    for group, other in groups_of(list(dict(gists).items()), 3):
        right = right_sentence(group)
        assert list(check_sentence(right, group, "zh")) == []
        if (damaged := damage(right, group, other, rng)) is not None:
            tried += 1
            found += any(check_sentence(damaged, group, "zh"))
    assert tried or damage is foreign_name
    assert found >= 0.95 * tried - (damage is turned_round)


def test_groups_with_the_papers_of_an_interest_come_first_of_their_kind() -> None:
    large = NamedGroup("大", ("1", "2", "3"), topic="large")
    small = NamedGroup("小", ("4", "5"), topic="small")
    rest = NamedGroup("其他", ("6",))
    crossed = NamedGroup("大（交叉收录）", ("7",), are_cross_lists=True, topic="large")
    assert by_interest((large, small, rest, crossed), {"4", "6", "7"}) == (small, large, rest, crossed)
    assert by_interest((large, small, rest, crossed), ()) == (large, small, rest, crossed)
