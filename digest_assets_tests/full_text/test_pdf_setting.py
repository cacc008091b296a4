"""What a document's norm tells of its lines."""

from __future__ import annotations

import pytest

from digest_assets.full_text.pdf_order import Face, Line
from digest_assets.full_text.pdf_sections import to_sections
from digest_assets.full_text.pdf_setting import Setting

BODY = Face("Body")
CODE = Face("Typewriter", 400, True)
BOLD = Face("Typewriter", 700, True)


def line(text: str, baseline: float, face: Face, *, width: float = 5.0, left: float = 50) -> Line:
    """A line, each of whose characters is `width` points wide."""
    return Line(text, (text,), 0, left, left + width * len(text), baseline, 10, face, False, 792)


def mixed(text: str, baseline: float, lead: str, lead_face: Face, *, width: float = 5.0) -> Line:
    """A line of a typewriter's font, of which many letters are of another one; it begins with `lead`."""
    right = 50 + width * len(text)
    return Line(
        text, (text,), 0, 50, right, baseline, 10, CODE, False, 792, mixed=True, lead=len(lead), lead_face=lead_face
    )


TEXT = [line("plain words of a body that is long enough to count.", 600 - 12 * row, BODY) for row in range(8)]


def test_bold_words_of_a_listing_are_of_it() -> None:
    listing = [
        line("// the boat", 700, CODE),
        mixed("var boat = load(crew)", 690, "var", BOLD),
        line("get() = boat", 680, CODE, left=60),
    ]
    block = to_sections([*listing, *TEXT]).sections[0].blocks[0]
    assert block.text == "// the boat\nvar boat = load(crew)\n  get() = boat"


@pytest.mark.parametrize(
    "sentence",
    [
        mixed("the_load_of_all_boats is here", 700, "the_load_of_all_boats", CODE, width=4.6),
        mixed("see the_load_of_all_boats", 700, "see", BODY),
        mixed('"*".', 700, "", CODE),
    ],
    ids=["whose words are as wide as a text's", "that begins in the text's font", "that is short"],
)
def test_a_line_of_a_sentence_is_no_listing_though_most_of_it_is_a_name(sentence: Line) -> None:
    listing = line("boat.load()", 720, CODE)
    setting = Setting.of([listing, sentence, *TEXT])
    assert [setting.is_code(each) for each in (listing, sentence, *TEXT)] == [True, *[False] * 9]
