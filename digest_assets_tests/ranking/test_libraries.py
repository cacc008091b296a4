"""A reference manager's export is read whatever its form, and what it lacks is counted."""

from __future__ import annotations

import json

import pytest

from digest_assets.ranking.libraries import arxiv_identifier, read_library

BIBTEX = r"""
@article{a, title={{Neural {A}udio Codecs with {$\beta$}-priors}}, abstract={We code 50\% less.},
  author={M{\"u}ller, Anna}, eprint={2601.01234v2}, archivePrefix={arXiv}}
@misc{b, author={Nobody}}
@article{c, title={Choirs}, doi={10.48550/arXiv.2512.00001}}
@misc{broken, title={x
"""
RIS = """TY  - JOUR
TI  - Choirs at dawn
AB  - They sing.
UR  - https://arxiv.org/abs/math.GT/0309136v1
ER  -
TY  - JOUR
AU  - Nobody
ER  -
"""
CSL = json.dumps(
    [
        {"type": "article", "title": "Bats &amp; <i>barks</i>", "abstract": "Loud.", "DOI": "10.1000/1"},
        {"title": None},
        "no item",
    ]
)
STARS = json.dumps(
    {"of": "digest-assets marks", "papers": {"2601.1": {"s": [1, 9]}, "2601.2": {"s": [0, 9]}, "2601.3": {"r": [1, 2]}}}
)


def test_bibtex_is_read_without_its_tex_and_what_is_broken_is_counted() -> None:
    found = read_library(BIBTEX)
    assert [each.name for each in found.papers] == ["2601.01234", "2512.00001"]
    assert found.papers[0].words.title.startswith("Neural Audio Codecs with")
    assert "50% less" in found.papers[0].words.abstract
    assert found.unread >= 1


def test_ris_and_csl_json_are_read() -> None:
    ris, csl = read_library(RIS), read_library("\ufeff" + CSL)
    assert [(each.name, each.words.abstract) for each in ris.papers] == [("math/0309136", "They sing.")]
    assert [(each.name, each.words.abstract) for each in csl.papers] == [("Bats & barks", "Loud.")]
    assert (ris.unread, csl.unread) == (1, 2)


def test_of_marks_the_stars_count() -> None:
    assert read_library(STARS).identifiers == ("2601.1",)


@pytest.mark.parametrize("text", ["", "# a note", "{", "[1", "PDF"])
def test_what_is_no_library_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it is"):
        read_library(text)


@pytest.mark.parametrize(
    ("said", "identifier"),
    [
        ("https://arxiv.org/pdf/2601.01234v3", "2601.01234"),
        ("arXiv:2601.01234", "2601.01234"),
        ("10.48550/arXiv.2601.01234", "2601.01234"),
        ("cs/9802040", "cs/9802040"),
        ("10.1000/2601.01234", ""),
        (None, ""),
    ],
)
def test_an_identifier_is_found_in_whatever_names_it(said: object, identifier: str) -> None:
    assert arxiv_identifier(said) == identifier
