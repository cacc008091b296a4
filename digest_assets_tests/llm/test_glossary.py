"""Terms are found where they occur, the longest first, and a user's file is laid over the default."""

from __future__ import annotations

import pytest

from digest_assets import fields
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


FIELDS = [field for field in fields.names() if field != "computing"]


@pytest.mark.parametrize("language", ["zh", "ja"])
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_s_glossary_finds_each_of_its_own_terms(field: str, language: str) -> None:
    terms = default_glossary(language, (field,))
    assert len(terms.terms) > 10
    for term in terms.terms:
        assert term.fields == {field}
        assert terms.terms_in(f"We use {term.source} here.") == (term,)


def test_a_term_applies_in_its_field() -> None:
    both = default_glossary("zh", ("audio", "physics"))
    text = "We study pitch angle diffusion and the pitch of a voice."
    assert [term.source for term in both.within(["physics"]).terms_in(text)] == ["pitch angle"]
    assert "pitch angle" not in [term.source for term in both.within(["audio"]).terms_in(text)]
    assert both.within([]).terms == ()


def test_a_user_s_term_applies_in_every_field() -> None:
    own = parse_glossary('[zh]\n"pitch" = ["俯仰"]', "zh", "own.toml")
    found = default_glossary("zh", ("audio",)).extended(own).within(["physics"])
    assert [(term.source, term.preferred) for term in found.terms] == [("pitch", "俯仰")]


def test_fields_that_share_a_term_accept_what_either_says() -> None:
    shared = default_glossary("zh", ("economics", "statistics"))
    (term,) = (each for each in shared.terms if each.source == "instrumental variable")
    assert term.fields == {"economics", "statistics"}
