"""Title, gist and topics: what passes, what falls, and how much of what was damaged on purpose is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from digest_assets.glance.topics import topics_of_field
from digest_assets.llm import verbatim
from digest_assets.llm.defects import DefectKind
from digest_assets.llm.pieces import Pieces, check_gist, editors_count, pieces_in
from digest_assets.sandbox.manuscript import manuscripts

TOPICS = [topic.key for topic in topics_of_field("audio")]
TITLE = "MurmurNet: recognising whispers"
ABSTRACT = (
    "Whispered speech lacks pitch. We propose MurmurNet, which learns the residual between whispered and voiced "
    "speech. On WhisperBank the word error rate falls from 21.4% to 13.9%, and MurmurNet outperforms WhisNet. "
    "It does not need parallel recordings, and runs 3 times as fast."
)
TRANSLATION = (
    "耳语语音缺少音高。我们提出 MurmurNet，学习耳语语音与有声语音之间的残差。在 WhisperBank 上，"
    "词错误率从 21.4% 降至 13.9%，且 MurmurNet 优于 WhisNet。它不需要平行录音，运行速度为 3 倍。"
)


def kinds(gist: str, language: str = "zh") -> set[DefectKind]:
    return {each.kind for each in check_gist(gist, TITLE, ABSTRACT, language, TRANSLATION if language == "zh" else "")}


@pytest.mark.parametrize(
    "gist",
    [
        "MurmurNet 学习耳语与有声语音之间的残差，词错误率降至 13.9%。",
        "耳语识别的词错误率从 21.4% 降至 13.9%，不需要平行录音。",
        "MurmurNet 学习耳语与有声语音的残差，优于 WhisNet。",
    ],
)
def test_a_gist_that_says_what_the_abstract_says_passes(gist: str) -> None:
    assert kinds(gist) == set()


@pytest.mark.parametrize(
    ("gist", "kind"),
    [
        ("MurmurNet 学习耳语与有声语音的残差。词错误率降至 13.9%。", DefectKind.NOT_ONE_SENTENCE),
        ("MurmurNet 学习耳语语音与有声语音之间的残差，" * 5 + "词错误率降至 13.9%。", DefectKind.TOO_LONG),
        ("耳语识别的词错误率降至 12.9%。", DefectKind.NUMBER_INVENTED),
        ("耳语识别的词错误率降为 13.9 倍，不需要平行录音。", DefectKind.NUMBER_INVENTED),
        ("MumbleNet 学习耳语与有声语音之间的残差。", DefectKind.NAME_INVENTED),
        ("MurmurNet 显著降低耳语识别的词错误率至 13.9%。", DefectKind.PRAISE_ADDED),
        ("MurmurNet 首次学习耳语与有声语音之间的残差。", DefectKind.PRAISE_ADDED),
        ("耳语识别的词错误率从 21.4% 升至 13.9%。", DefectKind.DIRECTION),
        ("WhisNet 优于 MurmurNet，词错误率降至 13.9%。", DefectKind.DIRECTION),
        ("MurmurNet 劣于 WhisNet，词错误率降至 13.9%。", DefectKind.DIRECTION),
        ("用粒子滤波为四个声部各存位置并以弹簧耦合来跟随乐谱。", DefectKind.OFF_SUBJECT),
        ("It learns the residual and lowers the word error rate to 13.9%.", DefectKind.LANGUAGE),
    ],
)
def test_a_gist_that_says_something_else_falls(gist: str, kind: DefectKind) -> None:
    assert kind in kinds(gist)


def test_an_english_gist_is_held_against_the_abstract_itself() -> None:
    assert kinds("MurmurNet learns a residual and lowers the word error rate to 13.9%.", "en") == set()
    assert DefectKind.PRAISE_ADDED in kinds("MurmurNet dramatically lowers the word error rate to 13.9%.", "en")
    assert DefectKind.OFF_SUBJECT in kinds("Orchestras follow scores with particle filters and coupled springs.", "en")


def pieces(said: str) -> Pieces:
    return pieces_in(said, TITLE, ABSTRACT, "zh", TOPICS, TRANSLATION)


def test_topics_are_of_the_list_and_at_most_two() -> None:
    assert pieces("<topics>recognition, codec</topics>").topics == ("recognition", "codec")
    assert pieces("<topics>Recognition、`codec`。</topics>").topics == ("recognition", "codec")
    assert pieces("<topics>none</topics>").topics == ()
    for wrong in ("baseline", "recognition, codec, music", "语音识别"):
        found = pieces(f"<topics>{wrong}</topics>")
        assert (found.topics, [each.part for each in found.fallen]) == (None, ["topics"])


def test_a_title_keeps_its_names_and_is_translated() -> None:
    assert pieces("<title>MurmurNet：识别耳语</title>").title == "MurmurNet：识别耳语"
    for wrong in ("识别耳语", "MurmurNet: recognising whispers", "WhisNet 与 MurmurNet2：识别耳语", "首个 MurmurNet"):
        assert pieces(f"<title>{wrong}</title>").title is None


def test_an_answer_without_pieces_has_none_and_nothing_fell() -> None:
    assert pieces(TRANSLATION) == Pieces()


def test_a_latin_word_or_a_number_counts_as_one_character() -> None:
    assert editors_count("Qwen2-audio 的词错误率降至 13.9%。") == 9
    assert editors_count("误差为 $\\frac{a}{b}$") == 4


# --- damage, on the demo's papers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    gist: str
    title: str
    abstract: str
    translation: str
    said_title: str
    topics: str


DEMO = [
    Written(
        each.chinese.gist, each.title, each.abstract, each.chinese.translation, each.chinese.title, each.chinese.topics
    )
    for each in manuscripts()
    if each.chinese.gist and each.replaces is None
]


def fallen(each: Written, gist: str) -> bool:
    return bool(list(check_gist(gist, each.title, each.abstract, "zh", each.translation)))


def test_the_demo_raises_no_alarm() -> None:
    assert len(DEMO) >= 24
    for each in DEMO:
        said = f"<title>{each.said_title}</title><gist>{each.gist}</gist><topics>{each.topics}</topics>"
        found = pieces_in(said, each.title, each.abstract, "zh", TOPICS, each.translation)
        assert found.fallen == ()
        assert None not in (found.title, found.gist, found.topics)


def _number(each: Written, other: Written) -> str | None:
    figure = r"(?<![A-Za-z\d.,])\d[\d,]*\.\d+|(?<![A-Za-z\d.,])\d[\d,]*\d(?![\d,.])"
    own = re.findall(figure, each.gist)
    foreign = [number for number in re.findall(figure, other.translation) if number not in each.abstract]
    return each.gist.replace(own[0], foreign[0], 1) if own and foreign else None


def _name(each: Written, other: Written) -> str | None:
    own, foreign = verbatim.code_names(each.gist), verbatim.code_names(other.title + other.abstract)
    return each.gist.replace(own[0], foreign[0], 1) if own and foreign else None


def _praise(word: str) -> Callable[[Written, Written], str | None]:
    return lambda each, _: f"{word}{each.gist}"


def _appended(each: Written, other: Written) -> str | None:
    clause = max(re.split(r"[，。]", other.gist), key=len)
    return f"{each.gist.rstrip('。')}，{clause}。" if len(clause) >= 10 else None


DAMAGE: dict[str, Callable[[Written, Written], str | None]] = {
    "a number of another paper": _number,
    "a name of another paper": _name,
    "the gist of another paper": lambda _, other: other.gist,
    "a clause of another paper": _appended,
    "praise: first": _praise("首次，"),
    "praise: breakthrough": _praise("革命性地，"),
    "praise: state of the art": _praise("达到最先进水平，"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_nearly_all_damage_is_found(damage: str) -> None:
    tried = found = 0
    for step in (3, 5, 8, 13, 17):
        for index, each in enumerate(DEMO):
            damaged = DAMAGE[damage](each, DEMO[(index + step) % len(DEMO)])
            if damaged is not None:
                tried, found = tried + 1, found + fallen(each, damaged)
    assert tried >= 8
    assert found >= 0.95 * tried, f"{found} of {tried}"
