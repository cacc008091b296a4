"""Prompts of the user's own go before ours, are known by their content, and have what the checks rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from digest_assets.config import LlmSettings
from digest_assets.errors import ConfigurationError
from digest_assets.llm import checks
from digest_assets.llm.prompts import (
    Task,
    current_versions,
    earlier_translation_messages,
    prompt_file,
    translation_messages,
    use_own,
)
from digest_assets.resources.own_prompts import lay_over
from digest_assets_tests.llm.examples import PAPER

OURS = resources.files("digest_assets.llm") / "prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "prompts").mkdir()
    yield tmp_path / "prompts"
    use_own({})


def laid_over(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")
    lay_over(LlmSettings(prompts_dir="prompts"), folder.parent)


def ours(name: str) -> str:
    return (OURS / name).read_text("utf-8")


def test_an_own_prompt_is_asked_with_and_its_content_is_its_version(folder: Path) -> None:
    before = prompt_file(Task.TRANSLATION, "zh").version
    text = ours("translation.zh.md").replace("你是一位学术译者", "你是一位从事语音研究多年的学术译者")
    laid_over(folder, "translation.zh.md", text)
    prompt = translation_messages(PAPER, "zh", "研究人员")
    assert "从事语音研究多年" in prompt.text
    assert re.fullmatch(r"translation-zh-own-[0-9a-f]{10}", prompt.version)
    assert prompt.version in current_versions()
    assert before not in current_versions()
    assert earlier_translation_messages(PAPER, "zh", "研究人员") == []
    laid_over(folder, "translation.zh.md", text.replace("多年", "十年"))
    assert translation_messages(PAPER, "zh", "研究人员").version != prompt.version
    lay_over(LlmSettings(), folder.parent)
    assert prompt_file(Task.TRANSLATION, "zh").version == before


def test_an_answer_that_repeats_an_own_prompt_is_found(folder: Path) -> None:
    said = "请务必用轻松而准确的语气写作并避免任何套话"
    laid_over(folder, "translation.zh.md", ours("translation.zh.md").replace("翻译规则：", f"{said}。\n翻译规则："))
    defects = checks.judge_translation("We study speech.", f"我们研究语音。{said}。", "zh").defects
    assert any("repeats its instructions" in defect.detail for defect in defects)


@pytest.mark.parametrize(
    ("name", "taken_out", "line"),
    [
        ("reading.zh.md", "{{close_mark}}", "it has no {{close_mark}}"),
        ("reading.zh.md", "<method>", "it does not ask for <method>"),
        ("reading.zh.md", "---correction---\n", "it has no block ---correction---"),
        ("reading.zh.md", "{{defects}}", "it has no {{defects}}"),
        ("translation.ja.md", "{{abstract}}", "it has no {{abstract}}"),
    ],
)
def test_a_prompt_that_lacks_what_the_checks_rest_on_is_refused(
    folder: Path, name: str, taken_out: str, line: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        laid_over(folder, name, ours(name).replace(taken_out, ""))
    assert line in str(caught.value)
    assert name in str(caught.value)


def test_a_reading_that_asks_for_no_paragraph_numbers_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="paragraphs' numbers"):
        laid_over(folder, "reading.zh.md", re.sub(r"\[\d+\]", "", ours("reading.zh.md")))


def test_what_nobody_knows_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"title_of_paper.* is not a variable"):
        laid_over(folder, "gist.zh.md", ours("gist.zh.md").replace("{{title}}", "{{title}}{{title_of_paper}}"))
    (folder / "gist.zh.md").unlink()
    with pytest.raises(ConfigurationError, match=r"Did you mean reading.zh.md\?"):
        laid_over(folder, "readings.zh.md", ours("reading.zh.md"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        lay_over(LlmSettings(prompts_dir="nowhere"), folder)
