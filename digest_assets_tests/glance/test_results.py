"""The sentence of an abstract that says its result."""

from __future__ import annotations

from digest_assets.glance.results import result_sentence

ABSTRACT = (
    "Whispered commands are hard to recognise. Existing systems need hours of whispered speech. "
    "We propose Murmur, a recogniser that is trained on normal speech alone. "
    "On WhisperSet, Murmur lowers the word error rate from 31.2% to 18.4%. "
    "These results highlight the value of articulation. Code is available at https://example.org/murmur."
)


def test_it_is_the_sentence_with_the_outcome() -> None:
    assert result_sentence(ABSTRACT) == "On WhisperSet, Murmur lowers the word error rate from 31.2% to 18.4%."


def test_without_a_result_it_is_the_contribution() -> None:
    said = result_sentence("Maps age. This survey is about maps. We propose a taxonomy of maps. Code: https://a.org/b.")
    assert said == "We propose a taxonomy of maps."


def test_it_stands_in_the_abstract_as_it_is_whatever_the_line_ends() -> None:
    assert result_sentence(ABSTRACT.replace(" ", "\n")) in ABSTRACT
    assert result_sentence("") == ""
    assert result_sentence("One sentence") == "One sentence"
