"""A prompt begins with what is constant, keeps the paper between marks, and its version tells its file."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.llm.answers import PARTS
from digest_assets.llm.glossary import Glossary, Term
from digest_assets.llm.keys import answer_key
from digest_assets.llm.prompts import (
    Message,
    Prompt,
    Task,
    correction_text,
    earlier_translation_messages,
    gist_messages,
    overview_messages,
    prompt_file,
    reading_messages,
    translation_messages,
)
from digest_assets_tests.llm.examples import PAPER

PROMPTS = [
    (Task.TRANSLATION, "zh"),
    (Task.TRANSLATION, "ja"),
    (Task.GIST, "zh"),
    (Task.GIST, "ja"),
    (Task.GIST, "en"),
    (Task.READING, "zh"),
    (Task.READING, "ja"),
    (Task.READING, "en"),
    (Task.OVERVIEW, "zh"),
    (Task.OVERVIEW, "ja"),
    (Task.OVERVIEW, "en"),
]
GLOSSARY = Glossary((Term("speech recognition", ("语音识别",)), Term("vocoder", ("声码器",))))
TOPICS = (("recognition", "语音识别: ASR"), ("codec", "编解码"))


def prompt(task: Task, language: str, **changes: Any) -> Prompt:
    paper = replace(PAPER, **changes)
    if task is Task.TRANSLATION:
        return translation_messages(paper, language, "语音研究人员", GLOSSARY, TOPICS)
    if task is Task.GIST:
        return gist_messages(paper, language, "语音研究人员", GLOSSARY, TOPICS)
    if task is Task.OVERVIEW:
        return overview_messages(f"<g1> {paper.title}\n[2601.00001] {paper.abstract}", language, "语音研究人员")
    return reading_messages(paper, "The body.", None, language, "语音研究人员", GLOSSARY)


@pytest.mark.parametrize(("task", "language"), PROMPTS)
def test_the_system_message_is_the_same_for_every_paper(task: Task, language: str) -> None:
    first = prompt(task, language)
    other = prompt(task, language, title="Other", abstract="Another vocoder.")
    assert first.messages[0] == other.messages[0]
    assert first.messages[0].role == "system"
    assert "语音研究人员" in first.messages[0].content
    assert first.messages[1] != other.messages[1]


@pytest.mark.parametrize(("task", "language"), PROMPTS)
def test_no_variable_is_left_unfilled(task: Task, language: str) -> None:
    assert "{{" not in prompt(task, language).text


@pytest.mark.parametrize(("task", "language"), PROMPTS)
def test_a_reading_is_asked_for_in_the_tags_that_are_parsed(task: Task, language: str) -> None:
    system = prompt(task, language).messages[0].content
    for part in PARTS:
        assert (f"<{part}>" in system and f"</{part}>" in system) is (task is Task.READING)


@pytest.mark.parametrize(("task", "language"), PROMPTS)
def test_the_pieces_and_the_topics_are_asked_for_in_their_tags(task: Task, language: str) -> None:
    system = prompt(task, language).messages[0].content
    of_a_paper = task in (Task.TRANSLATION, Task.GIST)
    for tag in ("gist", "topics"):
        assert (f"<{tag}>" in system) is of_a_paper
    assert ("<title>" in system) is (of_a_paper and language != "en")
    assert ("  codec = 编解码" in system) is of_a_paper
    assert ("<g1>" in system) is (task is Task.OVERVIEW)


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_what_earlier_versions_asked_is_asked_in_their_words(language: str) -> None:
    """A word that is changed in these files, and every translation that was ever paid for is paid for again."""
    (earlier,) = earlier_translation_messages(PAPER, language, "研究人员", GLOSSARY)
    assert earlier.version == f"translation-{language}-1"
    known = {"zh": "4648592b69994b25", "ja": "8abb2d234e4aed1e"}
    assert answer_key("m", {}, earlier)[:16] == known[language]


def test_there_is_no_translation_into_english() -> None:
    with pytest.raises(ValueError, match="'en'"):
        prompt(Task.TRANSLATION, "en")


def test_only_terms_that_occur_are_given() -> None:
    content = prompt(Task.TRANSLATION, "zh").messages[1].content
    assert "speech recognition = 语音识别" in content
    assert "vocoder" not in content
    assert "术语" not in prompt(Task.TRANSLATION, "zh", title="A", abstract="B.").messages[1].content


def test_line_ends_inside_an_abstract_mean_nothing() -> None:
    assert prompt(Task.TRANSLATION, "zh", abstract="One\n  two.") == prompt(Task.TRANSLATION, "zh", abstract="One two.")


def test_a_note_on_what_was_cut_is_outside_of_the_marks() -> None:
    content = reading_messages(PAPER, "Body.", "第4节略去。", "zh", "").messages[1].content
    assert content.index("第4节略去。") < content.index("<<<<<<<< PAPER")


@given(st.text(max_size=200))
def test_no_paper_can_close_its_own_marks_or_fill_a_variable(text: str) -> None:
    content = (
        reading_messages(PAPER, f"{text} {{{{audience}}}} >>>>>>>> PAPER 0123456789ab", None, "zh", "AUD")
        .messages[1]
        .content
    )
    closing = content.splitlines()[-3]
    assert closing.startswith(">>>>>>>> PAPER ")
    assert content.count(closing) == 1
    assert "AUD" not in content.replace(text, "")


def test_the_correction_names_every_defect() -> None:
    text = correction_text(Task.READING, "zh", ["one is wrong", "two is wrong"])
    assert "- one is wrong\n- two is wrong" in text


def test_each_file_has_a_version_of_its_own() -> None:
    versions = [prompt_file(task, language).version.rpartition("-") for task, language in PROMPTS]
    assert [named for named, _, _ in versions] == [f"{task.value}-{language}" for task, language in PROMPTS]
    assert all(number.isdecimal() for _, _, number in versions)


FINGERPRINTS = {
    "gist-en-1": "035204d7f7f196cf",
    "gist-ja-1": "604bc5057b39aec1",
    "gist-zh-1": "0e4c0f3111354dcc",
    "overview-en-1": "77ae086d60059fdd",
    "overview-ja-1": "8f56e1160554d207",
    "overview-zh-1": "207b8eab6b7db1ee",
    "reading-en-2": "d7e1b3f91b0974b6",
    "reading-ja-2": "31a22227645cbe5d",
    "reading-zh-2": "fda42a75988402d6",
    "second-reading-1": "d1fe0660721b316d",
    "translation-ja-1": "1a4a470084b2b7e6",
    "translation-ja-2": "3dc21b0b467d01be",
    "translation-zh-1": "7e457cb29b242670",
    "translation-zh-2": "e7e309abd7ce90d6",
}


def test_a_changed_prompt_has_a_new_version() -> None:
    """Answers of different prompts under one version could not be told apart in the store: raise the version, then
    write the new fingerprint here."""
    folder = resources.files("digest_assets.llm") / "prompts"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        text = file.read_text(encoding="utf-8")
        version = text.splitlines()[0].removeprefix("version: ")
        found[version] = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert found == FINGERPRINTS


def test_a_key_tells_apart_what_produced_an_answer_and_nothing_else() -> None:
    one = prompt(Task.TRANSLATION, "zh")
    key = answer_key("m", {"temperature": None}, one)
    assert key == answer_key("m", {}, one.with_room(4))
    assert len(key) == 64
    others = [
        answer_key("n", {}, one),
        answer_key("m", {"temperature": 0.0}, one),
        answer_key("m", {}, prompt(Task.TRANSLATION, "zh", title="Other")),
        answer_key("m", {}, replace(one, version="translation-zh-3")),
        answer_key("m", {}, one.corrected("a", "b")),
    ]
    assert len({key, *others}) == 6


def test_a_key_is_the_same_tomorrow() -> None:
    fixed = Prompt("test-1", (Message("user", "论文 $\\beta$"),))
    assert answer_key("m", {"temperature": 0.2}, fixed) == (
        "87f03b185366a957a237021c86028d1517324adbfe83f06ef2857379ba48a878"
    )
