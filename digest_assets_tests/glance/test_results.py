"""The sentence of an abstract that says its result."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from digest_assets.glance.results import result_sentence
from digest_assets.llm.alignment import sentences_of_english

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHARED = Path(__file__).parents[3] / "shared" / "arxiv"
LABELLED = Path(__file__).parent / "labelled.toml"

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


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded abstracts of ../shared are not here")
def test_on_200_recorded_abstracts_it_is_right_nine_times_in_ten() -> None:
    labels: dict[str, list[int]] = tomllib.loads(LABELLED.read_text("utf-8"))["results"]
    abstracts: dict[str, str] = {}
    lines = (SHARED / "papers_audio.jsonl").read_text("utf-8").splitlines()
    lines += gzip.decompress((SHARED / "papers_cs_2026-01_02.jsonl.gz").read_bytes()).decode().splitlines()
    for line in lines:
        row = json.loads(line)
        abstracts.setdefault(row["id"], row["abstract"])
    right = 0
    for identifier, good in labels.items():
        sentences = sentences_of_english(abstracts[identifier])
        right += sentences.index(result_sentence(abstracts[identifier])) in good
    assert len(labels) == 200
    assert right >= 0.9 * len(labels)
