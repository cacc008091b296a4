"""What is taken for a formula, and what of it is changed."""

from __future__ import annotations

import pytest

from digest_assets.markup import formulas
from digest_assets.markup.spans import Code, Formula, Link, Span, Strong, Text


def found(text: str) -> list[Span]:
    return [part.span for part in formulas.split(text) if not isinstance(part, str)]


@pytest.mark.parametrize(
    ("text", "tex", "display"),
    [
        ("with $x_1$ in it", "x_1", False),
        (r"with \(x_1\) in it", "x_1", False),
        ("with $$x_1$$ in it", "x_1", True),
        (r"with \[x_1\] in it", "x_1", True),
        ("an $n$-gram", "n", False),
        (r"a $2\times$2 grid", r"2\times", False),
        (r"$f(x) \text{ if $x \ge 0$}$", r"f(x) \text{ if $x \ge 0$}", False),
        (r"\begin{equation}a=b\end{equation}", "a=b", True),
        (r"\begin{align*}a&=b\\c&=d\end{align*}", r"\begin{aligned}a&=b\\c&=d\end{aligned}", True),
        ("over\n$a\n= b$ lines", "a = b", False),
        (r"a price of \$5 and $y$", "y", False),
    ],
)
def test_a_formula_is_found_by_any_of_its_delimiters(text: str, tex: str, display: bool) -> None:
    assert found(text) == [Formula(tex, display)]


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6",
        "from $100K--$200K",
        "a lone $ here",
        "US$ 5 million and US$ 6 million",
        "费用为 $5，另付 $6。",
        r"\( without an end",
        r"\begin{equation} without an end",
        "one paragraph $a_1\n\nanother b_2$",
        "$a_{1$ unbalanced",
        "$$",
        "$ $",
        "",
    ],
)
def test_money_and_stray_delimiters_are_no_formulas(text: str) -> None:
    assert found(text) == []
    assert "".join(part for part in formulas.split(text) if isinstance(part, str)) == text


@pytest.mark.parametrize(
    ("tex", "tidied"),
    [
        (r"{{x}}", r"{ {x}}"),
        (r"a^{{{b}}}", r"a^{ { {b}}}"),
        (r"{%x}", r"{\%x}"),
        ("10%", r"10\%"),
        ("|x| + \\|y\\|", r"\vert x\vert + \Vert y\Vert"),
        (r"p(a|b)", r"p(a\vert b)"),
        ("a<b>c", r"a\lt b\gt c"),
        (r"\text{a|b<c}", "\\text{a∣b＜c}"),
        (r"\begin{array}{c|c}a\end{array}", r"\begin{array}{cc}a\end{array}"),
        (r"a \label{eq:1} \nonumber", "a"),
        ("a\n  b", "a b"),
        ("a\\", "a"),
        (r"a\\", r"a\\"),
        (r"a\unicode{x2014}b\unicode{x7b}", "a—b"),
        (r"\mbox{if } x", r"\text{if } x"),
        (r"\text{$a$$b$}", r"\text{$a$ $b$}"),
    ],
)
def test_a_tidied_formula_holds_nothing_that_another_reader_takes(tex: str, tidied: str) -> None:
    assert formulas.tidy(tex) == tidied


@pytest.mark.parametrize(
    "tex",
    [r"\require{x}", r"\def\a{b}", r"\newcommand{\a}{b}", r"\style{color:red}{x}", r"\let\a=b"],
)
def test_macros_that_mathjax_obeys_beyond_their_formula_are_shown_and_not_typeset(tex: str) -> None:
    assert formulas.as_span(tex) == Code(tex)


def test_words_between_dollars_are_words() -> None:
    assert formulas.as_span(r"\textbf{LLM-Bench}") == Strong((Text("LLM-Bench"),))
    assert formulas.as_span(r"\texttt{build_network}") == Code("build_network")
    assert formulas.as_span(r"\mbox{Dynamic}") == Text("Dynamic")
    assert formulas.as_span(r"\textbf{x}_1") == Formula(r"\textbf{x}_1")


def test_a_link_in_a_formula_never_reaches_mathjax() -> None:
    assert formulas.as_span(r"\href{javascript:alert(1)}{x} + y") == Formula("{x} + y")
    assert formulas.as_span(r"\href{https://a.b/c\_d}{\text{here}}") == Link("https://a.b/c_d", (Text("here"),))
    assert formulas.as_span(r"\url{https://a.b}") == Link("https://a.b", (Text("https://a.b"),))
