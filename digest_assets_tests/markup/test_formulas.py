"""What is taken for a formula, and what for money, dollars that mean nothing, or words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.markup import formulas
from digest_assets.markup.spans import Code, Emphasis, Formula, Link, Span, Strong, Text


def found(text: str) -> list[Span]:
    return [span for part in formulas.split(text) if not isinstance(part, str) for span in part.spans]


@pytest.mark.parametrize(
    ("text", "tex", "display"),
    [
        ("with $x_1$ in it", "x_1", False),
        (r"with \(x_1\) in it", "x_1", False),
        ("with $$x_1$$ in it", "x_1", True),
        (r"with \[x_1\] in it", "x_1", True),
        ("an $n$-gram", "n", False),
        (r"a $2\times$2 grid", r"2\times", False),
        (r"\begin{equation}a=b\end{equation}", "a=b", True),
        (r"\begin{equation} a=b \label{eq:x} \end{equation}", "a=b", True),
        (r"\begin{align*}a&=b\\c&=d\end{align*}", r"\begin{aligned}a&=b\\c&=d\end{aligned}", True),
        (r"\begin{alignat}{2}a&=b\end{alignat}", r"\begin{aligned}a&=b\end{aligned}", True),
        ("over\n$a\n= b$ lines", "a = b", False),
        (r"a price of \$5 and $y$", "y", False),
    ],
)
def test_a_formula_is_found_by_any_of_its_delimiters(text: str, tex: str, display: bool) -> None:
    assert found(text) == [Formula(tex, display)]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("We compare $k$NN classifiers, where $W$ is a weight.", ["$k$", "$W$"]),
        (r"H$_2$O and CO$_2$ at 20$^\circ$C and 3$\mu$m", ["$_2$", "$_2$", r"$^\circ$", r"$\mu$"]),
        (r"English$\to$Finnish, English$\to$Turkish tasks", [r"$\to$", r"$\to$"]),
        ("changes of $-$15.7% and $+$9.0 points", ["$-$", "$+$"]),
        ("from $17.7K to $569 in $O(n)$", ["$O(n)$"]),
        ("under $0.01 a query, in $O(n)$ time for $x_1$", ["$O(n)$", "$x_1$"]),
        (r"$x \text{ if $y>0$}$ and $z$", [r"$x \text{ if $y>0$}$", "$z$"]),
        ("between $5 and $10 for $n > 5$ users", ["$n > 5$"]),
        ("$1,000-$2,000 (about $x^2$)", ["$x^2$"]),
        ("the $n$th of $N$, $50\\%$ of $100", ["$n$", "$N$", "$50\\%$"]),
        ("a 100$ fee and 200$ more for $x$", ["$x$"]),
        ("US$ 3 or $5$ apples and $6$ pears", ["$5$", "$6$"]),
        ("达到 $n$ 个，共 $3.5M，而 $O(n^2)$。", ["$n$", "$O(n^2)$"]),
        ("损失 $损失_1$ 与 $x_语$；$x_1，而 $y_2$", ["$损失_1$", "$x_语$", "$y_2$"]),
        (r"$\$5$ and $\$6$", [r"$\$5$", r"$\$6$"]),
        ("a stray $ before $x_1$ and $y$", ["$x_1$", "$y$"]),
        ("$a_{1$ is unbalanced, $b_2$ is not", ["$b_2$"]),
        ("$x_1 is in $[0, 1]$ always", ["$[0, 1]$"]),
        ("$x$$y$ and $$z$$", ["$x$", "$y$", "$$z$$"]),
        (r"at $T$=300 K, 95$\%$", ["$T$", r"$\%$"]),
        (r"$p$-values where $p \le .05$ and where $q$ is", ["$p$", r"$p \le .05$", "$q$"]),
        ("It is $O(n)$, as we prove. However, $x = y$ for a $z$.", ["$O(n)$", "$x = y$", "$z$"]),
    ],
)
def test_each_dollar_is_read_together_with_those_around_it(text: str, sources: list[str]) -> None:
    assert list(formulas.sources(text)) == sources
    assert "".join(part if isinstance(part, str) else part.source for part in formulas.split(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $6",
        "from $100K--$200K",
        "a lone $ here",
        "US$ 5 million and US$ 6 million",
        "费用为 $5，另付 $6。",
        "$HOME and $PATH are set",
        "A$AP and Ke$ha",
        r"\( without an end",
        r"\(see the note\)",
        r"\[1, 2\]",
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


def test_words_between_dollars_are_words() -> None:
    assert found(r"$\textbf{LLM-Bench}$") == [Strong((Text("LLM-Bench"),))]
    assert found(r"$\texttt{build_network}$") == [Code("build_network")]
    assert found(r"$\mbox{Dynamic}$") == [Text("Dynamic")]
    assert found(r"$\textbf{x}_1$") == [Formula(r"\textbf{x}_1")]
    assert found("it is $simultaneously$ so") == [Emphasis((Text("simultaneously"),))]
    assert found(r"$\textbf{AGT$^{AO}$}$") == [Strong((Text("AGT"), Formula("^{AO}")))]
    assert found("$Acc$ of $F1$") == [Formula("Acc"), Formula("F1")]


def test_a_link_in_a_formula_never_reaches_mathjax() -> None:
    assert formulas.as_spans(r"\href{javascript:alert(1)}{x} + y") == (Formula("x + y"),)
    assert formulas.as_spans(r"\href{https://a.b/c\_d}{\text{here}}") == (Link("https://a.b/c_d", (Text("here"),)),)
    assert formulas.as_spans(r"\url{https://a.b}") == (Link("https://a.b", (Text("https://a.b"),)),)


DEGENERATE = (
    "$",
    "${",
    "$x ",
    "$$",
    r"\(",
    r"\[",
    r"\begin{equation}",
    "$ {$ {",
    "} $",
    "$a$",
    "$5 ",
    r"\text{$",
    "字$",
)


@pytest.mark.parametrize("token", DEGENERATE)
def test_the_time_for_a_text_is_in_proportion_to_its_length(token: str) -> None:
    def seconds(length: int) -> float:
        text = token * (length // len(token))
        begun = time.process_time()
        assert "".join(part if isinstance(part, str) else part.source for part in formulas.split(text)) == text
        return time.process_time() - begun

    assert seconds(80_000) < 10 * (seconds(20_000) + 0.05)


PIECES = st.sampled_from(
    ["$", "$$", r"\(", r"\)", r"\[", r"\]", "{", "}", r"\text{", "x_1", "5", " and ", "K", "\n\n", "\\", r"\$", "字",
     r"\begin{align}", r"\end{align}", "-", "%", ". "]
)  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_of_any_text_is_lost(text: str) -> None:
    parts = list(formulas.split(text))
    assert "".join(part if isinstance(part, str) else part.source for part in parts) == text
    for part in parts:
        assert isinstance(part, str) or "\n\n" not in part.source or part.source.startswith(r"\begin")
