"""One spelling for each paper, and the order in which identifiers were assigned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.identifiers import assigned_month, order_key, split_version


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2601.20573", ("2601.20573", None)),
        ("2601.20573v12", ("2601.20573", 12)),
        (" arXiv:2601.20573v2 ", ("2601.20573", 2)),
        ("http://arxiv.org/abs/2601.20573v1", ("2601.20573", 1)),
        ("https://www.arxiv.org/abs/2601.20573", ("2601.20573", None)),
        ("https://arxiv.org/pdf/2601.20573v1", ("2601.20573", 1)),
        ("https://arxiv.org/pdf/2601.20573v1.pdf", ("2601.20573", 1)),
        ("https://export.arxiv.org/abs/2601.20573v1?context=cs", ("2601.20573", 1)),
        ("oai:arXiv.org:2601.20573v1", ("2601.20573", 1)),
        ("oai:arXiv.org:cs/9802040", ("cs/9802040", None)),
        ("0704.0001", ("0704.0001", None)),
        ("cs/9802040v3", ("cs/9802040", 3)),
        ("math.GT/0309136", ("math/0309136", None)),
        ("http://arxiv.org/abs/quant-ph/0201082v1", ("quant-ph/0201082", 1)),
    ],
)
def test_every_spelling_of_a_paper_gives_one(text: str, expected: tuple[str, int | None]) -> None:
    assert split_version(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "2601",
        "2601.123",
        "2601.1234567",
        "2601.20573v0",
        "2601.20573v",
        "2601.20573 v1",
        "cs/98020",
        "CS/9802040",
        "https://example.org/abs/2601.20573",
        "２６０１.20573",
        "https://arxiv.org/api/errors#x",
        "2601.20573\n2601.20574",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an arXiv identifier"):
        split_version(text)


def test_identifiers_sort_in_the_order_of_assignment_across_styles_and_centuries() -> None:
    in_order = ["hep-th/9108001", "cs/9912001", "cs/0001001", "math/0703999", "0704.0001", "0712.9999"]
    in_order += ["1412.9999", "1501.00001", "2512.00002", "2512.99999", "2601.00001"]
    assert sorted(reversed(in_order), key=order_key) == in_order


def test_numbers_with_four_digits_are_numbers_too() -> None:
    assert order_key("0808.0999") < order_key("0808.1000")


def test_an_identifier_tells_its_month() -> None:
    assert assigned_month("2601.20573") == (2026, 1)
    assert assigned_month("cs/9802040") == (1998, 2)


modern = st.builds(
    lambda yy, mm, n: f"{yy:02}{mm:02}.{n:05}", st.integers(15, 90), st.integers(1, 12), st.integers(1, 99999)
)


@given(modern, st.integers(1, 999))
def test_a_version_can_be_added_and_taken_off(identifier: str, version: int) -> None:
    assert split_version(f"{identifier}v{version}") == (identifier, version)
    assert order_key(f"{identifier}v{version}") == order_key(identifier)


@given(st.lists(modern))
def test_within_the_new_style_the_order_is_that_of_the_text(identifiers: list[str]) -> None:
    assert sorted(identifiers, key=order_key) == sorted(identifiers)


@given(st.text(max_size=40))
def test_any_text_is_an_identifier_or_a_value_error(text: str) -> None:
    try:
        identifier, _ = split_version(text)
    except ValueError:
        return
    assert split_version(identifier) == (identifier, None)
