"""Directions, comparisons and denials of a sentence against those of its source: invented pairs of the kinds that pass
or were once let pass, and deliberate damage."""

from __future__ import annotations

import pytest

from digest_assets.llm.directions import check
from digest_assets_tests.llm import damage

BELLS = (
    "大钟的录音常被交通噪声淹没，现有方法会降低钟声的音质。本文提出 Belfry，用两层图网络分离钟声与街声。"
    "在 31 座教堂的录音上，Belfry 的分离误差从 8.4 dB 降至 5.1 dB，优于 StreetNet，且参数量减少 40%。"
    "它不需要成对录音，但在雨天的录音上准确率低于人工标注。人工评审认为音质提升明显。"
)
HARBOUR = (
    "港口的雾号难以定位。我们研究了雾号定位模型的规模与精度之间的关系。结果显示，更大的模型并不优于简单的相关法，"
    "而更深的候选列表使召回率提高了 12 个百分点。蒸馏在减少推理延迟的同时提高了定位成功率。"
    "与先前方法相比，均方误差持续降低。雾号的音量对结果没有影响。"
)

TIDES = (
    "潮汐预报常常失准，现有方法无法处理风暴潮。本文提出一种按港口分层的预报方法，并公开数据。"
    "本文方法在十个港口上显著优于传统基线，但不能评估内河水位。增加推理时间未带来可测量的提升。预报结果比人工预报更好。"
)

RIGHT = [
    (BELLS, "StreetNet 不及 Belfry。"),
    (TIDES, "传统基线不如本文方法。"),
    (TIDES, "传统基线劣于所提的本文方法。"),
    (TIDES, "人工预报不及预报结果。"),
    (TIDES, "本文方法能够在十个港口上优于传统基线。"),
    (BELLS, "Belfry 用图网络分离钟声与街声，误差降至 5.1 dB，优于 StreetNet。"),
    (BELLS, "Belfry 提升钟声音质，参数量减少 40%，不需要成对录音。"),
    (BELLS, "Belfry 减少了分离误差，但雨天录音上准确率低于人工标注。"),
    (HARBOUR, "更大的雾号定位模型并不优于简单的相关法。"),
    (HARBOUR, "更深的候选列表使雾号定位的召回率提高 12 个百分点。"),
    (HARBOUR, "蒸馏降低推理延迟并提高定位成功率，均方误差更低。"),
]
TURNED = [
    (BELLS, "Belfry 不及 StreetNet。"),
    (TIDES, "传统基线优于本文方法。"),
    (TIDES, "本文方法不如传统基线。"),
    (TIDES, "预报结果不及人工预报。"),
    (TIDES, "本文方法能够评估内河水位。"),
    (TIDES, "增加推理时间能带来可测量的提升。"),
    (BELLS, "Belfry 用图网络分离钟声与街声，误差升至 5.1 dB，优于 StreetNet。"),
    (BELLS, "Belfry 用图网络分离钟声与街声，误差降至 5.1 dB，劣于 StreetNet。"),
    (BELLS, "Belfry 用图网络分离钟声与街声，StreetNet 优于 Belfry。"),
    (BELLS, "Belfry 降低钟声音质，参数量减少 40%，不需要成对录音。"),  # the beginning says it, of earlier methods
    (BELLS, "Belfry 提升钟声音质，参数量增加 40%，不需要成对录音。"),
    (BELLS, "Belfry 提升钟声音质，参数量减少 40%，需要成对录音。"),
    (BELLS, "Belfry 增加了分离误差，但雨天录音上准确率低于人工标注。"),
    (BELLS, "Belfry 减少了分离误差，但雨天录音上准确率高于人工标注。"),
    (BELLS, "Belfry 无法用图网络分离钟声与街声，误差降至 5.1 dB。"),
    (BELLS, "实验并不表明 Belfry 的分离误差降至 5.1 dB。"),
    (HARBOUR, "更大的雾号定位模型优于简单的相关法。"),
    (HARBOUR, "更深的候选列表使雾号定位的召回率降低 12 个百分点。"),
    (HARBOUR, "蒸馏提高推理延迟并提高定位成功率。"),
    (HARBOUR, "蒸馏降低推理延迟并降低定位成功率。"),
    (HARBOUR, "与先前方法相比，均方误差持续提高。"),
    (HARBOUR, "雾号的音量对结果有影响。"),
]


@pytest.mark.parametrize(("told", "said"), RIGHT)
def test_what_the_source_bears_passes(told: str, said: str) -> None:
    assert list(check(said, told, "zh")) == []


@pytest.mark.parametrize(("told", "said"), TURNED)
def test_what_it_does_not_bear_is_found(told: str, said: str) -> None:
    assert list(check(said, told, "zh"))


@pytest.mark.parametrize("told", [BELLS, HARBOUR])
def test_a_sentence_of_the_source_is_borne_by_it_and_turned_is_not(told: str) -> None:
    tried = found = 0
    for sentence in damage.sentences(told)[1:]:  # the first tells of earlier work
        assert list(check(sentence, told, "zh")) == []
        for turn in (damage.direction_turned, damage.negation_changed):
            for said in turn(sentence):
                tried, found = tried + 1, found + bool(list(check(said, told, "zh")))
    assert found >= 0.9 * tried > 3, f"{found} of {tried}"


@pytest.mark.parametrize(
    ("language", "told", "right", "wrong"),
    [
        (
            "ja",
            "提案手法は鐘の音を分離する。実験では誤り率が 8.4% から 5.1% に低下し、StreetNet を上回った。",
            "鐘の音の分離で誤り率が 5.1% に低下した。",
            "鐘の音の分離で誤り率が 5.1% に増加した。",
        ),
        (
            "en",
            "Existing methods degrade bells. Belfry reduces the separation error by 40% and improves the sound.",
            "Belfry improves the sound of bells and reduces the error by 40%.",
            "Belfry improves the sound of bells and increases the error by 40%.",
        ),
        (
            "en",
            "Belfry separates bells from streets. It needs no pairs of recordings, and outperforms StreetNet in tests.",
            "Belfry separates bells from streets and outperforms StreetNet.",
            "Belfry separates bells from streets and underperforms StreetNet.",
        ),
    ],
)
def test_other_languages_are_judged_by_words_of_their_own(language: str, told: str, right: str, wrong: str) -> None:
    assert list(check(right, told, language)) == []
    assert list(check(wrong, told, language))


SPIRES = (
    "Recordings of large bells are drowned in traffic noise. Existing methods degrade the sound of the bells. "
    "We propose SpireNet, which separates bells from streets with a graph network. On 31 churches, SpireNet reduces "
    "the separation error from 8.4 to 5.1 points. SpireNet outperforms StreetNet, with 40% fewer parameters. SpireNet "
    "does not need paired recordings. In rain the accuracy on distant bells falls below that of human annotators.\n"
    "A second part tells of horns. Their volume has no effect on the results."
)
TOWERS = (
    "大きな鐘の録音は交通騒音に埋もれる。既存手法は鐘の音質を低下させる。本研究は Belfry を提案する。"
    "31 の教会の録音で、分離誤差は 8.4 dB から 5.1 dB に低下した。雨の日の録音では精度が人手より低い。"
    "対になった録音は必要としない。"
)


@pytest.mark.parametrize(
    ("told", "said", "detail"),
    [
        (SPIRES, "SpireNet reduces the separation error to 5.1 points and outperforms StreetNet.", ""),
        (SPIRES, "SpireNet does not need paired recordings.", ""),
        (SPIRES, "In rain the accuracy on distant bells falls.", ""),
        (SPIRES, "The volume of horns has no effect on the results.", ""),
        (
            SPIRES,
            "SpireNet increases the separation error to 5.1 points.",
            "“increases”, which the source does not say there",
        ),
        (SPIRES, "StreetNet outperforms SpireNet.", "SpireNet is better than StreetNet, not the other way"),
        (SPIRES, "SpireNet needs paired recordings.", "without “not”, which the source says there"),
        (SPIRES, "SpireNet does not separate bells from streets.", "“not”, which the source does not say there"),
        (SPIRES, "In rain the accuracy on distant bells rises.", "“rises”, which the source does not say there"),
        (SPIRES, "SpireNet degrades the sound of the bells.", "“degrades”, which the source does not say there"),
        (TOWERS, "分離誤差は 5.1 dB に低下した。", ""),
        (TOWERS, "雨の日の録音では精度が低い。", ""),
        (TOWERS, "分離誤差は 5.1 dB に増加した。", "“増加”, which the source does not say there"),
        (TOWERS, "対になった録音を必要とする。", "without “しない”, which the source says there"),
        (TOWERS, "雨の日の録音では精度が人手より高い。", "“高い”, which the source does not say there"),
        (BELLS, "实验并不表明 Belfry 的分离误差降至 5.1 dB。", "“并不表明”, where the source denies no finding"),
        (
            BELLS,
            "Belfry 用图网络分离钟声与街声，StreetNet 优于 Belfry。",
            "Belfry is better than StreetNet, not the other way",
        ),
    ],
)
def test_what_a_sentence_says_against_its_source_is_named(told: str, said: str, detail: str) -> None:
    language = {SPIRES: "en", TOWERS: "ja", BELLS: "zh"}[told]
    found = [each.detail for each in check(said, told, language)]
    assert detail in found if detail else found == []
