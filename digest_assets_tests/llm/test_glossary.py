"""Terms are found where they occur, the longest first, and a user's file is laid over the default."""

from __future__ import annotations

import pytest

from digest_assets.errors import ConfigurationError
from digest_assets.llm.glossary import EMPTY_GLOSSARY, Glossary, default_glossary, parse_glossary

FILE = """
[zh]
"speech" = ["语音"]
"speech enhancement" = ["语音增强"]
"mel-spectrogram" = ["梅尔频谱", "Mel谱"]
"hypothesis" = "假设"
"CTC" = ["CTC"]
[ja]
"speech" = ["音声"]
"""


def glossary() -> Glossary:
    return parse_glossary(FILE, "zh", "test.toml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Speech enhancement helps.", ["speech enhancement"]),
        ("speech\nenhancement of speech", ["speech enhancement", "speech"]),
        ("Mel spectrograms and mel-spectrogram", ["mel-spectrogram"]),
        ("speeches", ["speech"]),
        ("speechless, unspeech", []),
        ("a ctc loss", ["CTC"]),
        ("", []),
    ],
)
def test_terms_are_found_as_people_write_them(text: str, found: list[str]) -> None:
    assert [term.source for term in glossary().terms_in(text)] == found


def test_a_language_without_terms_has_none() -> None:
    assert parse_glossary(FILE, "en", "test.toml").terms_in("speech") == ()
    assert EMPTY_GLOSSARY.terms_in("speech") == ()


def test_a_users_terms_win_and_an_empty_list_takes_one_away() -> None:
    own = parse_glossary('[zh]\n"Speech" = ["话音"]\n"CTC" = []\n"codec" = ["编解码器"]', "zh", "own.toml")
    merged = glossary().extended(own)
    assert [term.preferred for term in merged.terms_in("speech codec with CTC")] == ["话音", "编解码器"]


def test_any_translation_or_the_english_itself_is_accepted() -> None:
    term = glossary().terms_in("mel-spectrogram")[0]
    assert term.is_said_in("用Mel谱")
    assert term.is_said_in("用 Mel-Spectrogram")
    assert not term.is_said_in("用频谱")


@pytest.mark.parametrize(
    "text", ['[zh\n"a" = 1', "zh = 3", '[zh]\n"a" = 3', '[zh]\n"a" = [3]', '[zh]\n"a" = [" "]'], ids=range(5)
)
def test_a_broken_file_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"own\.toml"):
        parse_glossary(text, "zh", "own.toml")


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_the_default_finds_each_of_its_own_terms(language: str) -> None:
    terms = default_glossary(language)
    assert len(terms.terms) > 20
    for term in terms.terms:
        assert terms.terms_in(f"We use {term.source} here.") == (term,)
