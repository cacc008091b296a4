"""Each kind of span is written so that it can only be what it is."""

from __future__ import annotations

import pytest

from digest_assets.markup.spans import (
    Break,
    Code,
    Emphasis,
    Formula,
    Link,
    Span,
    Strong,
    Text,
    plain,
    safe_url,
)
from digest_assets.posts.dialects import KRAMDOWN, write_line, write_paragraph


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\\b", "a&#92;b"),
        ("\\\\", "&#92;&#92;"),
        ("{{ }}", "&#123;&#123; }}"),
        ("*_`~#", r"\*\_\`\~\#"),
        ("[a](b)", "&#91;a&#93;(b)"),
        ("<a> & |", "&lt;a&gt; &amp; &#124;"),
        ('"a"', r"\"a\""),
        ("don't 'a'", r"don\'t \'a\'"),
        ("a-b --c ---", r"a-b \-\-c \-\-\-"),
        ("$", "<span>$</span>"),
        ("说话人", "说话人"),
    ],
)
def test_text_shows_itself(text: str, written: str) -> None:
    assert write_line((Text(text),), KRAMDOWN) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [("- a", r"\- a"), ("12. a", r"12\. a"), ("1) a", r"1\) a"), (": a", r"\: a"), ("^", "&#94;"), ("= a", r"\= a")],
)
def test_a_paragraph_begins_no_other_block(text: str, written: str) -> None:
    assert write_paragraph((Text(text),), KRAMDOWN) == written
    assert write_paragraph((Text("x"), Break(), Text(text)), KRAMDOWN) == f"x  \n{written}"


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        ((Formula("x"),), "\\$$x$$"),
        ((Formula("x", display=True),), "$$x$$"),
        ((Formula("x"), Text(" 是")), "$$x$$ 是"),
        ((Formula("x"), Formula("y")), "$$x$$ $$y$$"),
        ((Strong((Text("a"),)), Emphasis((Text("b"),))), "**a** *b*"),
        ((Strong((Text("a "), Strong((Text("b"),)))),), "**a b**"),
        ((Strong((Text(" a "),)), Text("b")), "**a** b"),
        ((Strong((Text(" "),)), Text("b")), "b"),
        ((Link("https://a.b", (Link("https://c.d", (Text("e"),)),)),), "[e](https://a.b)"),
        ((Link("javascript:alert(1)", (Text("e"),)),), "e"),
        ((Link("https://a.b", ()),), ""),
        ((Code("a`b"),), "``a`b``"),
        ((Code("`"),), "`` ` ``"),
        ((Code(" "),), ""),
    ],
)
def test_spans_side_by_side_stay_what_they_are(spans: tuple[Span, ...], written: str) -> None:
    assert write_paragraph(spans, KRAMDOWN) == written


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.b/c d", "https://a.b/c%20d"),
        ("https://a.b/(c)", "https://a.b/%28c%29"),
        ("https://a.b/{{c}}", "https://a.b/%7B%7Bc%7D%7D"),
        ("https://a.b/字", "https://a.b/%E5%AD%97"),
        ('https://a.b/"><script>', "https://a.b/%22%3E%3Cscript%3E"),
        ("https://a.b/%20", "https://a.b/%20"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("javascript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("//a.b/c", None),
        ("relative", None),
        ("", None),
    ],
)
def test_only_addresses_that_can_do_no_harm_are_links(url: str, safe: str | None) -> None:
    assert safe_url(url) == safe


def test_plain_text_has_no_markup() -> None:
    assert plain((Strong((Text("a"),)), Break(), Formula("x_1"), Link("https://a.b", (Code("c"),)))) == "a x_1c"
