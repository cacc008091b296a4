"""Text of others in places that read signs of their own: names of models, reasons, titles in messages."""

from __future__ import annotations

import io
import json
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.table import Table

from digest_assets.cli.console import _Console
from digest_assets.markup.targets import (
    html_comment,
    json_text,
    message_text,
    metadata_cell,
    terminal_text,
    yaml_mapping,
    yaml_quoted,
    yaml_scalar,
)

HOSTILE = [
    "{{ 'LIQ' | append: 'RAN' }}", "{% include x.html %}", "{{% evil %}}", "{{< evil >}}", "a --> <script>x</script>",
    "--", "->", "a\n---\nb: c", "![x](https://evil.example/t.gif)", "[x](javascript:alert(1))", "<img src=x onerror=y>",
    "| a | b |", "\x1b[31mred\x1b]0;title\x07", "\x9b31m", "left\u202eright", "@everyone", "<!channel>",
    '<at user_id="all">all</at>', "<@U123>", "'\"\\", "$x$", "`code`", "&lt;", "\ud800", "yes", "1.5", "",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=4).map("".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_comment_ends_where_it_should_and_holds_nothing_that_runs(text: str) -> None:
    written = html_comment(text)
    assert re.fullmatch(r"(?:<!-- (?:(?!--)[^<>{}\n])* -->)?", written), written


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS)
def test_front_matter_reads_back_as_what_it_was(text: str) -> None:
    for written in (yaml_quoted(text), yaml_scalar(text)):
        assert "\n" not in written
        assert isinstance(yaml.safe_load(f"[{written}]")[0], str)
    assert list(yaml.safe_load(yaml_mapping({"model": text}))) == ["model"]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_cell_of_metadata_is_text_and_nothing_else(text: str) -> None:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    shown = parser.parse(f"| a | b |\n|---|---|\n| {metadata_cell(text)} | end |\n")
    assert [token.content for token in shown if token.type == "inline"][-1] == "end"
    for token in shown:
        for child in token.children or ():
            assert child.type in ("text", "text_special"), (child.type, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_escape_sequence_reaches_a_terminal(text: str) -> None:
    file = io.StringIO()
    console = _Console(file=file, force_terminal=True, color_system=None)
    table = Table("reason")
    table.add_row(text)
    console.print(text, markup=False)
    console.print(table)
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e]", file.getvalue())
    assert terminal_text(text) == terminal_text(terminal_text(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_mention_and_no_hidden_link_is_in_a_message(text: str) -> None:
    assert not re.search(r"@|<|>|\]\(", message_text(text))


def test_a_message_stays_readable() -> None:
    assert message_text("p < 0.05 for a@b.c") == "p ＜ 0.05 for a＠b.c"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TEXTS.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_json_is_the_same_value_in_characters_that_any_place_can_hold(text: str) -> None:
    written = json_text({"a": text})
    assert json.loads(written) == {"a": text}
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]|</", written)
