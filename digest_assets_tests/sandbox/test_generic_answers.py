"""Chinese for papers that nobody translated carries what the checks of production look for."""

import pytest

from digest_assets.glance.topics import topics_of_field
from digest_assets.llm.answers import PARTS, TRANSLATION, reading_in, translation_in
from digest_assets.llm.checks import judge_reading, judge_translation
from digest_assets.llm.defects import hard
from digest_assets.sandbox.generic_answers import (
    fields_in,
    generic_pieces,
    generic_reading,
    generic_translation,
    kept_tokens,
)
from digest_assets.sandbox.model_server import SandboxModel, source_text
from digest_assets_tests.llm.test_checks_labelled import PAIRS, READINGS, Pair, ReadPaper

ABSTRACT = (
    "We train MelNet-2 on 1,200 hours and reach a WER of 3.4% at $\\alpha = 0.5$. "
    "Code: https://example.org/mel_net. It runs in `fast_mode` on 8 GPUs, 2.5x faster than before."
)


def test_formulas_addresses_numbers_and_names_are_kept() -> None:
    for kept in ("MelNet-2", "1,200", "WER", "3.4%", "$\\alpha = 0.5$", "https://example.org/mel_net", "`fast_mode`"):
        assert kept in kept_tokens(ABSTRACT)
        assert kept in generic_translation(ABSTRACT)


def test_a_formula_keeps_its_end() -> None:
    assert kept_tokens(r"a time of \(O(|G| \cdot |D|^6)\), in \(n\).") == [r"\(O(|G| \cdot |D|^6)\)", r"\(n\)"]


def test_millions_are_counted_in_ten_thousands() -> None:
    assert kept_tokens("1.8 million clips, 2 billion tokens and 3 thousand hours") == ["180.0 万", "20 亿", "0.3 万"]


def test_the_same_source_gives_the_same_answer() -> None:
    assert generic_translation(ABSTRACT) == generic_translation(ABSTRACT)
    assert generic_reading(ABSTRACT) == generic_reading(ABSTRACT)


def test_answers_are_in_the_field_that_the_prompt_offers_topics_of() -> None:
    title, abstract = "Axions and Dark Matter", "The pitch angle of axions is 3 degrees."
    offered = "\n".join(f"  {topic.key} = a topic" for topic in topics_of_field("physics"))
    fields = fields_in(offered)
    assert fields == ("physics",)
    assert generic_pieces(title, abstract, "zh", fields)["topics"] == "particles"
    assert "投掷角" in generic_translation(abstract, "zh", fields)
    assert fields_in("no list at all") == ("audio",)


def test_the_source_is_what_stands_between_the_marks_of_a_prompt() -> None:
    prompt = (
        "规则 1：不超过 200 字。\n<<<<<<<< PAPER 0123abc\n标题：A 2 B\n\n摘要：\nWe sing 3 songs.\n\n"
        "正文：\nThey are 4.\n"
        ">>>>>>>> PAPER 0123abc\n\n请按规则输出。\n上一次的译文有以下问题：the number 7 is missing"
    )
    assert source_text(prompt) == "We sing 3 songs.\n\n\nThey are 4."
    assert source_text("请翻译 5 句\nWe sing 3 songs.") == "We sing 3 songs."


@pytest.mark.parametrize("source", [*PAIRS, *READINGS], ids=lambda each: each.title)
def test_abstracts_are_answered_so_that_production_would_publish(source: Pair | ReadPaper) -> None:
    abstract = " ".join((source.source if isinstance(source, Pair) else source.abstract).split())
    assert withheld(SandboxModel(), source.title, abstract) == []


def withheld(model: SandboxModel, title: str, abstract: str) -> list[str]:
    """What the checks of production find in the sandbox's translation and reading of an abstract."""
    prompt = f"<<<<<<<< PAPER 0\n标题：{title}\n\n摘要：\n{abstract}\n>>>>>>>> PAPER 0\n"
    translation = translation_in(model.reply_to(prompt)).parts[TRANSLATION]
    parts = reading_in(model.reply_to("<background>\n" + prompt)).parts
    judged = judge_reading([parts[name] for name in PARTS], abstract, abstract, "zh", tolerance=0)
    found = [*judge_translation(abstract, translation, "zh", title=title).defects]
    return [each.detail for each in hard((*found, *(defect for part in judged for defect in part.defects)))]
