"""TeX text of titles, names and abstracts, as what it means."""

from __future__ import annotations

import pytest

from digest_assets.markup import tex
from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Span, Strong, Text, plain
from digest_assets_tests.posts.examples import meant


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"M\"uller, Poincar\'e, Erd\H{o}s, {\L}ukasz, Dvo\v{r}\'ak", "Müller, Poincaré, Erdős, Łukasz, Dvořák"),
        (r"na\"{\i}ve, {\'e}t{\'e}, \c{C}a, \~n, \aa ngstr\"om", "naïve, été, Ça, ñ, ångström"),
        (r"moir\'e", "moiré"),
        (r"5\% of R\&D, \#1, \$2, a\_b, \{c\}", "5% of R&D, #1, $2, a_b, {c}"),
        ("pages 1--99 --- and so on", "pages 1–99 — and so on"),
        ("use --verbose or -v", "use --verbose or -v"),
        ("``quoted'' and `single'", "\"quoted\" and 'single'"),
        ("Fig.~1, about ~5, ~", "Fig.\u00a01, about ~5, ~"),
        (r"line\\break, thin\,space, a\-b", "line break, thin space, ab"),
        (r"\alpha-stable, \copyright 2026, \ldots", "α-stable, ©2026, …"),
        (r"\unknown{x} and \ours", r"\unknown{x} and \ours"),
        ("{A} and {b, c}", "{A} and {b, c}"),
        ("{{ site.title }} {% raw %}", "{{ site.title }} {% raw %}"),
        ("unbalanced { and }", "unbalanced { and }"),
        (r"\textsc{Wav} \mbox{2} \underline{Vec}", "Wav 2 Vec"),
        (r"\k{appa}, \c{hi}2, \c{opyright} and \k{a}", "κ, χ2, © and ą"),
        (r"\textcolor{red}{words} at 360\deg, \~8B, \eg", "words at 360°, ~8B, e.g."),
        (r"Fig.~\footnote{here}", "Fig.\u00a0 (here)"),
        (r"\romannumeral1 and \frac{1}{2}", r"\romannumeral1 and \frac{1}{2}"),
        (r"stray \( and \]", "stray ( and ]"),
        ("ends in \\", "ends in \\"),
        (r"\textbf unclosed", r"\textbf unclosed"),
        (r"see\footnote{here} it", "see (here) it"),
        ("50% of", "50% of"),
        (r"\\Ajinkya Mulik", " Ajinkya Mulik"),
        ("", ""),
    ],
)
def test_macros_are_read_as_what_they_show(text: str, shown: str) -> None:
    assert plain(tex.read(text)) == shown


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (r"\href{https://a.b/c\_d}{a \emph{page}}", [Link("https://a.b/c_d", (Text("a "), Emphasis((Text("page"),))))]),
        (r"\href{https://a.b}{https://a.b}", [Link("https://a.b", (Text("https://a.b"),))]),
        (r"\url{https://a.b/~c}", [Link("https://a.b/~c", (Text("https://a.b/~c"),))]),
        (r"\url{https://a.b/$c$}", [Link("https://a.b/$c$", (Text("https://a.b/$c$"),))]),
        (r"\textbf{bold $x_1$}", [Strong((Text("bold "), Formula("x_1")))]),
        (r"{\bf bold} {\em soft}", [Strong((Text("bold"),)), Text(" "), Emphasis((Text("soft"),))]),
        (r"\texttt{a\_b}", [Code("a_b")]),
        ("at https://a.b/c, and", [Text("at "), Link("https://a.b/c", (Text("https://a.b/c"),)), Text(", and")]),
        ("github.com/a/b.", [Link("https://github.com/a/b", (Text("github.com/a/b"),)), Text(".")]),
    ],
)  # fmt: skip
def test_links_and_styles_become_spans(text: str, spans: list[Span]) -> None:
    assert list(tex.read(text)) == spans


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("见 http://mmai.example/trus。", "http://mmai.example/trus"),
        ("（https://a.b/c）", "https://a.b/c"),
        ("(https://a.b/c)", "https://a.b/c"),
        ("https://a.b/c_(d)", "https://a.b/c_(d)"),
        ("https://a.b/c?d=e&f=%20#g, then", "https://a.b/c?d=e&f=%20#g"),
        ("代码：https://github.com/a/b，数据", "https://github.com/a/b"),
        ("https://a.b/~me/x\\_y.", "https://a.b/~me/x_y"),
        ("[https://a.b/c]", "https://a.b/c"),
        ("$\\href{https://a.b/c}{at\\ this\\ URL}$", "https://a.b/c"),
        ("www.a.b/c;", "https://www.a.b/c"),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text: str, address: str) -> None:
    assert [span.url for span in tex.read(text) if isinstance(span, Link)] == [address]


def test_the_text_around_an_address_is_kept() -> None:
    assert meant(tex.read("见 http://a.b/c。数据（www.d.e）")) == "见 http://a.b/c。数据（www.d.e）"
