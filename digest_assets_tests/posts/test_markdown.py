"""Texts of others as Markdown: what is kept of a model's, and what can no longer happen."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.markup.characters import clean
from digest_assets.posts import markdown
from digest_assets.posts.dialects import GITHUB, GOLDMARK, KRAMDOWN, Dialect

from .examples import HARD_TEXTS

DIALECTS = {"kramdown": KRAMDOWN, "goldmark": GOLDMARK, "github": GITHUB}


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("**背景：**近年来", "**背景：**近年来"),
        ("- 甲\n  - 乙 $x_i$\n- 丙", "- 甲\n  - 乙 $$x_i$$\n- 丙"),
        ("* 甲\n* 乙", "- 甲\n- 乙"),
        ("1. 一\n2. 二", "1. 一\n2. 二"),
        ("3. 三\n4. 四", "- 3\\. 三\n- 4\\. 四"),
        ("1) 一\n2) 二", "1. 一\n2. 二"),
        ("## 方法\n正文", "**方法**\n\n正文"),
        ("## **方法**", "**方法**"),
        ("上\n\n---\n\n下", "上\n\n下"),
        ("上\n---\n下", "上\n\n下"),
        ("一行\n续行", "一行续行"),
        ("one\ntwo", "one two"),
        ("硬  \n换行", "硬  \n换行"),
        ("用 `torch.nn` 实现", "用 `torch.nn` 实现"),
        ("`{{ x }}`", "<code>&#123;&#123; x &#125;&#125;</code>"),
        ("[页面](https://a.b/c)", "[页面](https://a.b/c)"),
        ("[页面](javascript:alert(1))", "&#91;页面&#93;(javascript:alert(1))"),
        ("![图](https://a.b/c.png)", "[图](https://a.b/c.png)"),
        ("[x](https://a.b/$c$)", "[x](https://a.b/%24c%24)"),
        ("\\url{https://a.b/$c$}", "[https://a.b/<span>$</span>c<span>$</span>](https://a.b/%24c%24)"),
        ("```\n$x$\n```", "```\n$x$\n```"),
        ("<https://a.b>", "[https://a.b](https://a.b)"),
        ("见 https://a.b/c_d。", "见 [https://a.b/c\\_d](https://a.b/c_d)。"),
        ("<b>粗</b>", "&lt;b&gt;粗&lt;/b&gt;"),
        ("<details>\n\n</div>", "&lt;details&gt;\n\n&lt;/div&gt;"),
        ("[a]: https://b.c", "&#91;a&#93;: [https://b.c](https://b.c)"),
        ("    缩进", "缩进"),
        ("> 引\n> 用", "> 引用"),
        ("```\n未关闭", "```\n未关闭\n```"),
        ("```python\nx = {1: 2}\n```", "```\nx = {1: 2}\n```"),
        ("````\n```\n````", "````\n```\n````"),
        ("```\n---\n</div>\n```", "<pre><code>&#45;&#45;&#45;&#10;&#60;/div&#62;</code></pre>"),
        ("```\n{% raw %}\n\n</pre>\n```", "<pre><code>&#123;% raw %&#125;&#10;&#10;&#60;/pre&#62;</code></pre>"),
        ("| 甲 | 乙 |\n|---|---|\n| $p(a|b)$ | `c|d` |",
         "| 甲 | 乙 |\n| --- | --- |\n| $$p(a\\vert b)$$ | <code>c&#124;d</code> |"),
        ("a | b\n不是表格", "a &#124; b 不是表格"),
        ("- 甲\n\n1. 一", "- 甲\n\n<!-- -->\n\n1. 一"),
        ("式为\n$$a\n= b$$\n其中", "式为\n\n$$a = b$$\n\n其中"),
        ("\\(x\\)", "\\$$x$$"),
        ("\\[x\\]", "$$x$$"),
        ("$x$ $$y$$", "\\$$x$$\n\n$$y$$"),
        ("$x$$y$", "$$x$$ $$y$$"),
        ("$5 和 $6", "<span>$</span>5 和 <span>$</span>6"),
        ("\\emph{强调} 与 \\href{https://a.b}{此}", "*强调* 与 [此](https://a.b)"),
        ("5\\% 的 a\\_b", "5% 的 a\\_b"),
        ("A* 与 B*", "A\\* 与 B\\*"),
        ("", ""),
        ("\u200b\n", ""),
    ],
)  # fmt: skip
def test_a_models_markdown_is_written_anew(answer: str, written: str) -> None:
    assert markdown.blocks_from_model(answer, KRAMDOWN) == written


@pytest.mark.parametrize(
    "mark", ["# a", "- a", "+ a", "= a", "1. a", "2) a", ": a", "^", "> a", "| a", "~~~", "```", "* a"]
)
def test_an_abstract_can_begin_no_block(mark: str) -> None:
    written = markdown.paragraphs_from_tex(mark, KRAMDOWN)
    assert not re.match(r"#|[-+=:^>|~`*]|\d+[.)]", written)


@pytest.mark.parametrize(
    ("answer", "goldmark", "github"),
    [
        ("**背景：**近年来", "**背景：** 近年来", "**背景：** 近年来"),
        ("**背景**：近年来", "**背景**：近年来", "**背景**：近年来"),
        ("第$x$个", "第 \\(x\\) 个", "第 $x$ 个"),
        ("$$x$$", "$$x$$", "$$x$$"),
        ("`{{< x >}}`", "`{ {< x >}}`", "`{ {< x >}}`"),
        ("100 $", "100 &#36;", "100 <span>$</span>"),
    ],
)
def test_the_other_dialects_get_what_their_readers_want(answer: str, goldmark: str, github: str) -> None:
    assert markdown.blocks_from_model(answer, GOLDMARK) == goldmark
    assert markdown.blocks_from_model(answer, GITHUB) == github


def test_unwanted_characters_are_left_out() -> None:
    assert clean("a\x00b\x07c\u202ed\ufeffe\u200bf") == "abcdef"
    assert clean("a\r\nb\u2028c\x0bd") == "a\nb\nc\nd"
    assert clean("\ud835") == "\ufffd"
    assert clean("\ud835\udc65") == "\U0001d465"
    assert clean("👩\u200d🔬") == "👩\u200d🔬"
    assert clean("\U000f0000") == "\ufffd"
    assert clean("a" + "\u0301" * 9) == "a" + "\u0301" * 4


def test_what_python_calls_printable_is_left_as_it_is() -> None:
    """So that such a text need not be looked through: with a line end, which is not, each sign is."""
    printable = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isprintable()]
    for first in range(0, len(printable), 100):
        some = "a".join(printable[first : first + 100])
        assert clean(f"{some}\n") == f"{some}\n"
        assert clean(some) == some


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("text", HARD_TEXTS, ids=lambda text: ascii(text[:20]))
def test_hard_texts_are_written_safely(text: str, dialect: Dialect) -> None:
    for written in everything(text, dialect):
        assert_safe(written, dialect)


PIECES = st.sampled_from(
    [*"*_`~[]()<>{}|#$\\^!&-+=:;.'\"% \n", "\n\n", "$$", "\\(", "\\)", "\\[", "\\]", "{{", "}}", "{%", "```\n", "\n- ",
     "\n1. ", "\n---\n", "\n# ", "\n> ", "|a|b|\n|-|-|\n", "\\text{", "\\href{", "\\textbf{", "https://a.b/", "](",
     "字", "。", "word", "1)", "<div>", "</div>", "</details>", "\x00", "\u202e", "\ud800", "&lt;", "\t", "    ",
     "\\begin{align}", "\\end{align}", "`{%`", "`{{< x >}}`", "\U000f0000"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS)
def test_no_text_whatever_gets_past(text: str) -> None:
    for dialect in DIALECTS.values():
        for written in everything(text, dialect):
            assert_safe(written, dialect)
        assert "\n" not in markdown.line_from_tex(text, dialect)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TEXTS)
def test_no_letter_of_an_abstract_is_lost(text: str) -> None:
    """Macros and formulas aside, what was typed is there: this text holds neither."""
    text = re.sub(r"[\\$`]|[\ud800-\udfff]", "", text)
    letters = re.sub(r"[\W\d_]", "", clean(text))
    written = re.sub(r"&(#\d+|amp|lt|gt);|\]\([^)]*\)", "", markdown.paragraphs_from_tex(text, KRAMDOWN))
    assert re.sub(r"[\W\d_]", "", written) == letters


def everything(text: str, dialect: Dialect) -> list[str]:
    return [
        markdown.line_from_tex(text, dialect),
        markdown.line_from_text(text, dialect),
        markdown.paragraphs_from_tex(text, dialect),
        markdown.blocks_from_model(text, dialect),
    ]


OWN_HTML = re.compile(r"</?(?:span|code|pre)>|<!-- -->")


def assert_safe(written: str, dialect: Dialect) -> None:
    """Nothing for Liquid, Hugo or a browser, no line of the frame, no open fence, and UTF-8."""
    written.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\U000f0000-\U000ffffd]", written)
    assert not re.search(r"\{\{|\{%" if dialect.liquid else r"\{\{[<%]", written)
    outside_code = re.sub(
        r"(?ms)^ *(?:> )*(`{3,})$.*?^ *(?:> )*\1$|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`)", "", OWN_HTML.sub("", written)
    )
    assert not re.search(r"(?<!\\)<(?![ =])", re.sub(r"(?m)^(?:> ?)+", "", outside_code))
    assert not re.search(r"(?m)^(?:---|#|<details|</div)", written if dialect.liquid else outside_code)
