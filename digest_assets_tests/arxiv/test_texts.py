"""What metadata say, and nothing that is not meant to be read."""

import pytest

from digest_assets.arxiv.texts import clean, one_line, paragraphs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H&amp;E and R&amp;D", "H&E and R&D"),
        ("a &lt; b &#233; &eacute; &#x3b1;", "a < b é é α"),
        ("once: &amp;lt;", "once: &lt;"),
        (r"$a & b$, A&B; &nonsense; &", r"$a & b$, A&B; &nonsense; &"),
        (
            "\u202eturned\u2069, \x1b[31mred\x1b[0m, \ufeffmarked, &#8238;coded &#27;[0m",
            "turned, [31mred[0m, marked, coded [0m",
        ),
        ("zero\u200cwidth joiner stays", "zero\u200cwidth joiner stays"),
    ],
)
def test_entities_are_decoded_once_and_marks_are_gone(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_line_is_one_line() -> None:
    assert one_line(" A\n  title\u2028in\x85three ") == "A title in three"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\ntwo", "One two"),
        ("One\n  two", "One\n\ntwo"),
        ("One  \n \n\n two\nthree", "One\n\ntwo three"),
        ("  One\n\n\n", "One"),
        ("", ""),
    ],
)
def test_a_line_that_is_indented_or_empty_begins_a_paragraph(text: str, expected: str) -> None:
    assert paragraphs(text) == expected
