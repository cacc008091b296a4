"""An answer is looked up, asked for, checked, asked for once more, or withheld; and paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from digest_assets.errors import (
    AnswerUnusable,
    BudgetUsedUp,
    ContextTooLong,
    EndpointRefused,
    EndpointUnavailable,
    ModelUnknown,
    QuotaExhausted,
)
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import AskingRules, Excerpt, OnDefect, StoredAnswer, key_of, read, translate
from digest_assets.llm.prompts import Task, earlier_translation_messages
from digest_assets.model import AnswerStatus, BlockKind, Paragraph, Reading, TextSource, Translation, Trouble, Usage
from digest_assets_tests.llm.examples import (
    BAD_TRANSLATION,
    GOOD_TRANSLATION,
    PAPER,
    TEXT,
    MemoryAnswers,
    ScriptedModel,
    reading,
)

RULES = AskingRules(model="test-model", audience="语音研究人员")
EXCERPT = Excerpt(TEXT, None, 4000, TextSource.HTML)
CUT = Answer("耳语语音缺少", "length", "test-model", Usage(1, 100, 8192, 0))


def translated(model: ScriptedModel, answers: MemoryAnswers | None = None, rules: AskingRules = RULES) -> Translation:
    return asyncio.run(translate(PAPER, ask=model, answers=answers or MemoryAnswers(), rules=rules))


def was_read(
    model: ScriptedModel,
    answers: MemoryAnswers | None = None,
    rules: AskingRules = RULES,
    shorter: Callable[[int], Excerpt] | None = None,
) -> Reading:
    return asyncio.run(
        read(PAPER, EXCERPT, ask=model, answers=answers or MemoryAnswers(), rules=rules, shorter=shorter)
    )


def test_a_good_translation_is_published_after_one_call() -> None:
    model = ScriptedModel([GOOD_TRANSLATION])
    result = translated(model)
    assert (result.status, result.text, result.reason) == (AnswerStatus.DONE, GOOD_TRANSLATION, None)
    assert result.usage == Usage(1, 100, 50, 0)
    assert result.model == "test-model"
    assert result.prompt_version == model.prompts[0].version


def test_a_good_reading_is_published_in_its_three_parts() -> None:
    result = was_read(ScriptedModel([reading()]))
    assert result.status is AnswerStatus.DONE, result.reason
    assert result.parts is not None
    assert "13.9" in result.parts[2]
    assert result.text_source is TextSource.HTML


def test_a_defect_is_named_to_the_model_and_its_second_answer_published() -> None:
    model = ScriptedModel([BAD_TRANSLATION, GOOD_TRANSLATION])
    result = translated(model)
    assert (result.status, result.text) == (AnswerStatus.DONE, GOOD_TRANSLATION)
    assert result.usage.calls == 2
    first, second = model.prompts
    assert second.messages[: len(first.messages)] == first.messages
    assert "13.9" in second.messages[-1].content
    assert "11.9" in second.messages[-1].content


def test_a_defect_that_a_second_try_does_not_mend_withholds_its_sentence() -> None:
    result = translated(ScriptedModel([BAD_TRANSLATION, BAD_TRANSLATION]))
    assert result.status is AnswerStatus.DONE
    assert result.text is not None
    assert "11.9%" not in result.text
    assert "On 12,000 utterances from 48 speakers the word error rate falls from 21.4% to 13.9%." in result.text
    assert "耳语语音缺少音高" in result.text
    assert result.sentences_withheld == 1
    assert not result.is_flagged
    assert "13.9" in (result.reason or "")


def test_the_setting_withhold_withholds_the_answer() -> None:
    rules = AskingRules(model="test-model", audience="", on_defect=OnDefect.WITHHOLD)
    result = translated(ScriptedModel([BAD_TRANSLATION, BAD_TRANSLATION]), rules=rules)
    assert (result.status, result.text) == (AnswerStatus.WITHHELD, None)
    assert result.reason is not None
    assert "13.9" in result.reason


def test_the_setting_flag_publishes_the_better_answer_with_its_defects() -> None:
    worse = BAD_TRANSLATION.replace("21.4%", "23.4%")
    rules = AskingRules(model="test-model", audience="", on_defect=OnDefect.FLAG)
    result = translated(ScriptedModel([BAD_TRANSLATION, worse]), rules=rules)
    assert (result.status, result.text) == (AnswerStatus.DONE, BAD_TRANSLATION)
    assert result.reason is not None


NUMBERED = tuple(
    Paragraph(number, BlockKind.PARAGRAPH, f"{text}.") for number, text in enumerate(TEXT.rstrip(".").split(". "), 1)
)
CITABLE = Excerpt(
    TEXT, None, 4000, TextSource.HTML, NUMBERED, "\n\n".join(f"[{each.number}] {each.text}" for each in NUMBERED)
)


def cited(results: str = "- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9[4]。") -> str:
    return (
        "<background>\n- 耳语语音没有音高[1]，既有系统**需要平行数据**[2]。\n</background>\n"
        "<method>\n- 提出MurmurNet，共6层，训练40轮，损失为$L = |r_t|$。[3]\n</method>\n"
        f"<results>\n{results}\n</results>"
    )


def was_read_with_evidence(replies: list[str]) -> Reading:
    model = ScriptedModel([*replies])
    made = asyncio.run(read(PAPER, CITABLE, ask=model, answers=MemoryAnswers(), rules=RULES))
    assert "[3] MurmurNet has 6 layers" in model.prompts[0].text
    return made


def test_what_a_reading_rests_on_is_kept_and_not_printed() -> None:
    result = was_read_with_evidence([cited()])
    assert (result.status, result.reason) == (AnswerStatus.DONE, None)
    assert result.parts is not None
    assert "[" not in "".join(result.parts)
    assert [each.paragraphs for part in result.sentences for each in part] == [(1, 2), (3,), (4,)]
    assert [each.number for each in result.paragraphs] == [1, 2, 3, 4]
    assert result.evidence == (3, 3)


def test_a_number_that_stands_elsewhere_in_the_paper_is_asked_for_again_then_left_out() -> None:
    elsewhere = cited("- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9[4]。\n- 训练用了48位说话人的语料[3]。")
    somewhere = reading("- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9。\n- 训练用了48位说话人的语料。")
    assert was_read(ScriptedModel([somewhere])).left_out == (0, 0, 0)  # in the paper it does stand
    result = was_read_with_evidence([elsewhere, elsewhere])
    assert result.status is AnswerStatus.DONE
    assert result.left_out == (0, 0, 1)
    assert result.results == "- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9。"
    assert "48" in (result.reason or "")
    assert was_read_with_evidence([elsewhere, cited()]).left_out == (0, 0, 0)


def test_a_sentence_that_rests_on_nothing_is_asked_for_again_then_published_without_a_mark() -> None:
    bare = cited("- 在WhisperBank（48位说话人）上，词错误率由21.4降至13.9。")
    result = was_read_with_evidence([bare, bare])
    assert (result.status, result.reason, result.evidence) == (AnswerStatus.DONE, None, (2, 3))


def test_a_model_that_gives_no_numbers_is_judged_as_before() -> None:
    result = was_read_with_evidence([reading()])
    assert (result.status, result.reason, result.evidence) == (AnswerStatus.DONE, None, (0, 3))


def test_an_unreadable_reading_is_asked_for_again_and_never_flagged_through() -> None:
    rules = AskingRules(model="test-model", audience="", on_defect=OnDefect.FLAG)
    result = was_read(ScriptedModel(["<background>只有一部分</background>", "什么也没有"]), rules=rules)
    assert (result.status, result.parts) == (AnswerStatus.WITHHELD, None)
    assert "missing" in (result.reason or "")


def test_words_outside_the_tags_are_no_part_of_the_answer_and_cost_no_call() -> None:
    model = ScriptedModel([reading() + "\n祝您阅读愉快！"])
    assert was_read(model).status is AnswerStatus.DONE
    assert len(model.prompts) == 1


@pytest.mark.parametrize("replies", [[GOOD_TRANSLATION], [BAD_TRANSLATION, GOOD_TRANSLATION], [BAD_TRANSLATION] * 2])
def test_a_rerun_asks_for_nothing_and_comes_to_the_same_end(replies: list[str]) -> None:
    answers = MemoryAnswers()
    first = translated(ScriptedModel(list(replies)), answers)
    again = translated(ScriptedModel([]), answers)
    assert again == first


def test_a_killed_run_pays_only_for_what_it_had_not_got() -> None:
    answers = MemoryAnswers()
    with pytest.raises(KeyboardInterrupt):
        translated(ScriptedModel(_killed_at(2)), answers)
    model = ScriptedModel([GOOD_TRANSLATION])
    assert translated(model, answers).status is AnswerStatus.DONE
    assert len(model.prompts) == 1


def _killed_at(call: int) -> Callable[[object], str]:
    calls = iter(range(1, call + 1))

    def reply(_: object) -> str:
        if next(calls) == call:
            raise KeyboardInterrupt
        return BAD_TRANSLATION

    return reply


def test_a_rejected_answer_is_stored_with_its_defects() -> None:
    answers = MemoryAnswers()
    translated(ScriptedModel([BAD_TRANSLATION, GOOD_TRANSLATION]), answers)
    rejected = next(stored for stored in answers.kept.values() if stored.text == BAD_TRANSLATION)
    assert {"number lost", "number invented"} == {defect.kind.value for defect in rejected.defects}
    assert (rejected.identifier, rejected.version) == ("2601.00001", 1)


@pytest.mark.parametrize("change", [{"model": "other"}, {"temperature": 0.5}, {"audience": "语言学者"}])
def test_another_model_temperature_or_prompt_is_asked_anew(change: dict[str, object]) -> None:
    answers = MemoryAnswers()
    translated(ScriptedModel([GOOD_TRANSLATION]), answers)
    changed = AskingRules(**{"model": "test-model", "audience": "语音研究人员", **change})  # type: ignore[arg-type]
    model = ScriptedModel([GOOD_TRANSLATION])
    translated(model, answers, changed)
    assert len(model.prompts) == 1


def test_a_higher_output_limit_does_not_ask_anew() -> None:
    answers = MemoryAnswers()
    translated(ScriptedModel([GOOD_TRANSLATION]), answers)
    roomier = AskingRules(model="test-model", audience="语音研究人员", max_output_tokens=20_000)
    assert translated(ScriptedModel([]), answers, roomier).status is AnswerStatus.DONE


def test_a_cut_answer_is_asked_for_again_with_more_room() -> None:
    model = ScriptedModel([CUT, GOOD_TRANSLATION])
    assert translated(model).text == GOOD_TRANSLATION
    assert [prompt.room for prompt in model.prompts] == [1, 4]


def test_an_answer_that_stays_cut_is_never_published() -> None:
    rules = AskingRules(model="test-model", audience="", on_defect=OnDefect.FLAG)
    answers = MemoryAnswers()
    result = translated(ScriptedModel([CUT, CUT]), answers, rules)
    assert (result.status, result.text) == (AnswerStatus.FAILED, None)
    assert "llm.max_output_tokens" in (result.reason or "")
    assert translated(ScriptedModel([]), answers, rules) == result


ROUND = replace(CUT, text="<translation>" + "耳语语音缺少基频。" * 20)


def test_an_answer_that_goes_round_in_a_circle_gets_no_more_room_and_is_the_models_fault() -> None:
    model = ScriptedModel([ROUND, ROUND])
    result = translated(model, rules=replace(RULES, on_defect=OnDefect.FLAG))
    assert (result.status, result.text, result.trouble) == (AnswerStatus.WITHHELD, None, Trouble.MODEL)
    assert [prompt.room for prompt in model.prompts] == [1, 1], "and once more, told what is wrong"
    assert "it says the same until it is cut" in model.prompts[1].messages[-1].content


def test_a_circle_is_sent_back_as_its_beginning() -> None:
    model = ScriptedModel([replace(ROUND, text=ROUND.text * 20), GOOD_TRANSLATION])
    assert translated(model).text == GOOD_TRANSLATION
    assert len(model.prompts[1].messages[-2].content) == 400


def test_what_is_held_of_an_answer_with_more_room_goes_before_a_circle() -> None:
    """An earlier version asked for it."""
    answers, cut = MemoryAnswers(), replace(ROUND, text="<translation>耳语语音缺少基频。")
    assert translated(ScriptedModel([cut, GOOD_TRANSLATION]), answers).text == GOOD_TRANSLATION
    answers.kept = {
        key: replace(row, text=ROUND.text) if row.finish_reason == "length" else row
        for key, row in answers.kept.items()
    }
    assert translated(ScriptedModel([]), answers).text == GOOD_TRANSLATION


def test_a_circle_that_is_met_with_more_room_only_is_mended_by_a_second_try() -> None:
    model = ScriptedModel([CUT, ROUND, GOOD_TRANSLATION])
    assert translated(model).text == GOOD_TRANSLATION
    assert [prompt.room for prompt in model.prompts] == [1, 4, 1]


def test_an_answer_that_says_much_thrice_and_ends_is_judged_as_any() -> None:
    ended = replace(ROUND, finish_reason="stop", text=ROUND.text + "</translation>")
    model = ScriptedModel([ended, GOOD_TRANSLATION])
    assert translated(model).text == GOOD_TRANSLATION
    assert "until it is cut" not in model.prompts[1].messages[-1].content


def test_an_overflow_is_answered_with_a_shorter_excerpt() -> None:
    budgets: list[int] = []

    def shorter(budget: int) -> Excerpt:
        budgets.append(budget)
        return Excerpt(TEXT[: -len(budgets)], "后文略去。", budget, TextSource.HTML)

    overflow = ContextTooLong("Too long.", cure="Shorten.")
    model = ScriptedModel([overflow, overflow, reading()])
    assert was_read(model, shorter=shorter).status is AnswerStatus.DONE
    assert budgets == [2000, 1000]
    assert "后文略去。" in model.prompts[-1].messages[1].content


def test_an_overflow_that_says_how_long_the_context_is_is_fitted_at_once() -> None:
    budgets: list[int] = []

    def shorter(budget: int) -> Excerpt:
        budgets.append(budget)
        return Excerpt(TEXT[:-9], None, budget, TextSource.HTML)

    overflow = ContextTooLong("Too long.", cure="Shorten.")
    overflow.context_tokens = 3000
    was_read(ScriptedModel([overflow, reading()]), shorter=shorter)
    assert len(budgets) == 1
    assert 500 < budgets[0] < 2250


def test_shortening_is_bounded() -> None:
    model = ScriptedModel(lambda _: ContextTooLong("Too long.", cure="Lower llm.text_tokens."))
    lengths = iter(range(len(TEXT) - 1, 0, -1))
    result = was_read(model, shorter=lambda budget: Excerpt(TEXT[: next(lengths)], None, budget, TextSource.HTML))
    assert result.status is AnswerStatus.FAILED
    assert "llm.text_tokens" in (result.reason or "")
    assert len(model.prompts) == 5


def test_without_a_way_to_shorten_an_overflow_fails_the_paper() -> None:
    assert was_read(ScriptedModel([ContextTooLong("Too long.", cure="x")])).status is AnswerStatus.FAILED


@pytest.mark.parametrize("kind", [EndpointRefused, ModelUnknown, QuotaExhausted])
def test_what_no_further_call_can_survive_is_raised(kind: type[EndpointRefused]) -> None:
    with pytest.raises(kind):
        translated(ScriptedModel([kind("No.", cure="Check.")]))


@pytest.mark.parametrize("kind", [EndpointUnavailable, AnswerUnusable])
def test_an_error_for_good_fails_the_paper_in_one_line_and_stores_nothing(kind: type[AnswerUnusable]) -> None:
    answers = MemoryAnswers()
    result = translated(ScriptedModel([kind("No\nanswer.", cure="Check llm.base_url.")]), answers)
    assert (result.status, result.reason) == (AnswerStatus.FAILED, "No answer. Check llm.base_url.")
    assert not answers.kept


def test_a_budget_used_up_marks_the_paper() -> None:
    result = translated(ScriptedModel([BudgetUsedUp("Spent.", cure="Raise it.")]))
    assert result.status is AnswerStatus.BUDGET


def test_a_correction_that_does_not_fit_the_context_withholds() -> None:
    model = ScriptedModel([reading("- 准确率为77.7%。"), ContextTooLong("Too long.", cure="x")])
    assert was_read(model).status is AnswerStatus.WITHHELD


def test_an_english_digest_shows_the_abstract_itself() -> None:
    rules = AskingRules(model="test-model", audience="researchers", language="en")
    result = translated(
        ScriptedModel(["<gist>MurmurNet learns a residual between whispered and voiced speech.</gist>"]), rules=rules
    )
    assert (result.status, result.text, result.usage.calls) == (AnswerStatus.DONE, PAPER.abstract, 1)
    assert result.gist == "MurmurNet learns a residual between whispered and voiced speech."


def test_an_english_abstract_is_shown_whatever_became_of_its_gist() -> None:
    rules = AskingRules(model="test-model", audience="researchers", language="en")
    budget = BudgetUsedUp("The budget is used up.", cure="Raise it.")
    for reply in (budget, "<gist>It dramatically halves the error.</gist>"):
        result = translated(ScriptedModel([reply]), rules=rules)
        assert (result.status, result.text, result.gist) == (AnswerStatus.DONE, PAPER.abstract, None)


TITLE = "MurmurNet：耳语语音识别"
GIST = "MurmurNet 学习耳语语音与有声语音之间的残差，词错误率由 21.4% 降至 13.9%。"
WITH_PIECES = (
    f"<translation>\n{GOOD_TRANSLATION}\n</translation>\n<title>{TITLE}</title>\n<gist>{GIST}</gist>\n"
    "<topics>recognition</topics>"
)
WITH_TOPICS = replace(RULES, topics=(("recognition", "语音识别"), ("codec", "编解码")))


def test_title_gist_and_topics_come_with_the_translation() -> None:
    result = translated(ScriptedModel([WITH_PIECES]), rules=WITH_TOPICS)
    assert (result.text, result.title, result.gist) == (GOOD_TRANSLATION, TITLE, GIST)
    assert (result.topics, result.usage.calls) == (("recognition",), 1)


def test_a_piece_that_is_wrong_falls_alone_and_nobody_is_asked_again() -> None:
    for wrong, right in ((("13.9%。<", "11.9%。<"), "title"), (("<topics>recognition", "<topics>cooking"), "gist")):
        result = translated(ScriptedModel([WITH_PIECES.replace(*wrong)]), rules=WITH_TOPICS)
        assert result.status is AnswerStatus.DONE
        assert getattr(result, right) is not None
        assert (result.gist is None) != (result.topics is None)


def test_a_withheld_translation_may_have_a_gist() -> None:
    bad = WITH_PIECES.replace(GOOD_TRANSLATION, BAD_TRANSLATION)
    result = translated(ScriptedModel([bad, bad]), rules=replace(WITH_TOPICS, on_defect=OnDefect.WITHHOLD))
    assert (result.status, result.gist) == (AnswerStatus.WITHHELD, GIST)


def test_an_answer_to_an_earlier_prompt_is_good_and_only_its_pieces_are_asked_for() -> None:
    held = MemoryAnswers()
    (earlier,) = earlier_translation_messages(PAPER, "zh", RULES.audience, RULES.glossary)
    key = key_of(earlier, RULES)
    held.kept[key] = StoredAnswer(
        key, Task.TRANSLATION, "test-model", earlier.version, PAPER.identifier, 1, GOOD_TRANSLATION, Usage(), "stop"
    )
    model = ScriptedModel([f"<title>{TITLE}</title><gist>{GIST}</gist><topics>none</topics>"])
    result = translated(model, held, rules=WITH_TOPICS)
    assert [prompt.version for prompt in model.prompts] == ["gist-zh-1"]
    assert (result.text, result.prompt_version) == (GOOD_TRANSLATION, "translation-zh-1")
    assert (result.title, result.gist, result.topics) == (TITLE, GIST, ())
    again = translated(ScriptedModel([]), held, rules=WITH_TOPICS)
    assert again.gist == GIST


def test_an_abstract_that_does_not_fit_the_context_fails_alone() -> None:
    result = translated(ScriptedModel([ContextTooLong("The prompt is too long.", cure="Choose another model.")]))
    assert (result.status, result.reason) == (AnswerStatus.FAILED, "The prompt is too long. Choose another model.")


@pytest.mark.parametrize(
    ("tokens", "said"),
    [(64, "after 64 tokens, with room for 32768: the endpoint has a limit of its own"), (8192, "for 32768 tokens too")],
)
def test_an_answer_that_was_cut_twice_says_by_whose_limit(tokens: int, said: str) -> None:
    cut = replace(CUT, usage=Usage(1, 100, tokens, 0))
    result = translated(ScriptedModel([cut, cut]))
    assert result.status is AnswerStatus.FAILED
    assert said in (result.reason or "")
