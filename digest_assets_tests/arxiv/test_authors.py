"""Who is an author, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.authors import people, split_authors, split_creators


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Sample", ("Ada Sample",)),
        ("Ada Sample, Bo Example", ("Ada Sample", "Bo Example")),
        ("Ada Sample (Lab, City (Land)), Bo Example (Lab)", ("Ada Sample", "Bo Example")),
        ("Ada Sample, Jr., Bo Example, III", ("Ada Sample, Jr.", "Bo Example, III")),
        ("Ada Sample (never closed, Bo Example", ("Ada Sample (never closed", "Bo Example")),
        ("The Made-Up Collaboration:, Ada Sample", ("The Made-Up Collaboration", "Ada Sample")),
        ("  Ada\n Sample ,, Bo Example,", ("Ada Sample", "Bo Example")),
        ("Wei Zhang, Wei Zhang", ("Wei Zhang", "Wei Zhang")),
        ("", ()),
    ],
)
def test_one_string_of_authors_is_split_at_its_commas(text: str, expected: tuple[str, ...]) -> None:
    assert split_creators(text) == expected


def test_authors_are_split_at_and_too() -> None:
    assert split_authors("Ada Sample and Bo Example") == ("Ada Sample", "Bo Example")
    assert split_authors("Ada Sample (Lab), Sandy Anders, and Bo Example") == (
        "Ada Sample",
        "Sandy Anders",
        "Bo Example",
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ATLAS Collaboration", ":", "G. Aad"], ("ATLAS Collaboration", "G. Aad")),
        (["ATLAS Collaboration: G. Aad", "B. Abbott"], ("ATLAS Collaboration", "G. Aad", "B. Abbott")),
        (["Ada Sample (on behalf of the CMS Collaboration)"], ("Ada Sample", "CMS Collaboration")),
        (["Ada Sample on behalf of the CMS Collaboration"], ("Ada Sample", "CMS Collaboration")),
        (["Ada Sample", "on behalf of the CMS Collaboration"], ("Ada Sample", "CMS Collaboration")),
        (["Ada Sample", "for the ALICE Collaboration"], ("Ada Sample", "ALICE Collaboration")),
        (["G. Aad", "2900 others"], ("G. Aad",)),
        (["G. Aad", "et al."], ("G. Aad",)),
        (["G. Aad", "and 2,900 additional authors not shown"], ("G. Aad",)),
        (["G. Aad", "(2900 additional authors not shown)"], ("G. Aad",)),
        (["Bo (Group) One"], ("Bo (Group) One",)),
        (["Otherson", "Ann Others"], ("Otherson", "Ann Others")),
        (["R&#228;is\u00e4nen", "\u202eevil"], ("R\u00e4is\u00e4nen", "evil")),
        ([":", " , ", "-"], ()),
    ],
)
def test_what_is_no_name_is_no_author(names: list[str], expected: tuple[str, ...]) -> None:
    assert people(names) == expected


def test_whom_somebody_speaks_for_is_no_affiliation() -> None:
    assert split_creators("Ada Sample (Lab), Bo Example (on behalf of the CMS Collaboration)") == (
        "Ada Sample",
        "Bo Example",
        "CMS Collaboration",
    )


names = st.lists(st.from_regex(r"[A-Z][a-z]{1,8} [A-Z][a-z]{3,8}", fullmatch=True), min_size=1, max_size=8)
lab = st.from_regex(r"( \([A-Za-z, ]{0,12}\))?", fullmatch=True)


@pytest.mark.slow
@given(names, st.data())
def test_affiliations_never_change_the_authors(authors: list[str], data: st.DataObject) -> None:
    assert split_creators(", ".join(name + data.draw(lab) for name in authors)) == tuple(authors)


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=80))
def test_any_text_gives_names_with_letters_in_them(names: list[str], text: str) -> None:
    for name in (*people(names), *split_creators(text), *split_authors(text)):
        assert any(character.isalpha() for character in name)
