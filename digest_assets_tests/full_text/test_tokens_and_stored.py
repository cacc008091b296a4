"""Counting offline, and sections there and back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.errors import StoreUnusable
from digest_assets.full_text import tokens
from digest_assets.full_text.stored import pack, unpack
from digest_assets.full_text.tokens import count_tokens
from digest_assets.model import Block, BlockKind, Section


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("hello world", 2), ("语音识别", 4), ("\n\n", 1), ("<|endoftext|>", 7)]
)
def test_tokens_are_those_of_the_vocabulary(text: str, tokens: int) -> None:
    assert abs(count_tokens(text) - tokens) <= 1


@pytest.fixture(scope="module")
def own_interface() -> Any:
    import bpe_openai

    return bpe_openai.get_encoding("cl100k_base")


@given(text=st.text(max_size=300))
def test_the_count_is_that_of_the_library_s_own_interface(own_interface: Any, text: str) -> None:
    text = text.encode("utf-8", "replace").decode("utf-8")
    assert count_tokens(text) == len(own_interface.encode_ordinary(text))


def test_no_vocabulary_but_the_compiled_one_is_read() -> None:
    code = "import sys; from digest_assets.full_text.tokens import count_tokens as c; print(c('a b'), *sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "2"
    assert "digest_assets.full_text.tokens" in said
    assert "bpe_openai" not in said


def test_a_text_of_millions_of_characters_is_counted_about_exactly() -> None:
    sentence = "The quick brown fox jumps over the lazy dog. "
    assert count_tokens(sentence * 50_000) == pytest.approx(10 * 50_000, rel=0.01)


@pytest.mark.parametrize("text", ["a" * 300_000, "\x00" * 100_000, "中" * 100_000, " " * 200_000, "\ud800" * 50])
def test_a_text_that_is_no_text_is_counted_soon(text: str) -> None:
    began = time.monotonic()
    assert count_tokens(text) > 0
    assert time.monotonic() - began < 5


blocks = st.builds(Block, st.sampled_from(BlockKind), st.text(max_size=80), st.sampled_from(["", "S1.p2", "S4.T1"]))
sections = st.builds(
    Section, st.text(max_size=30), st.integers(1, 6), st.lists(blocks, max_size=5).map(tuple), st.booleans()
)


@given(st.lists(sections, max_size=5).map(tuple))
def test_sections_come_back_as_they_were_packed(written: tuple[Section, ...]) -> None:
    assert unpack(pack(written)) == written
    assert pack(unpack(pack(written))) == pack(written)


def test_a_text_that_was_packed_without_anchors_is_still_read() -> None:
    packed = zlib.compress(b'{"format":1,"sections":[["1 One",1,false,[["paragraph","Said."]]]]}')
    assert unpack(packed) == (Section("1 One", 1, (Block(BlockKind.PARAGRAPH, "Said."),)),)


def test_packing_makes_a_text_smaller() -> None:
    text = "a sentence of a paper that says something. " * 200
    assert len(pack((Section("1 One", 1, (Block(BlockKind.PARAGRAPH, text),)),))) < len(text) / 5


@pytest.mark.parametrize(
    "packed", [b"", b"rubbish", zlib.compress(b"[]"), zlib.compress(b'{"format":1}'), zlib.compress(b"{")]
)
def test_bytes_that_were_not_packed_are_refused_with_a_cure(packed: bytes) -> None:
    with pytest.raises(StoreUnusable, match="Delete its row"):
        unpack(packed)


def test_a_text_of_a_newer_version_is_refused_with_a_cure() -> None:
    with pytest.raises(StoreUnusable, match="Update"):
        unpack(zlib.compress(b'{"format":99,"sections":[]}'))


def test_the_vocabulary_is_read_before_anybody_counts_and_once() -> None:
    tokens._vocabulary.cache_clear()
    tokens.read_vocabulary()
    for thread in threading.enumerate():
        if thread.name == "vocabulary":
            thread.join()
    assert tokens._vocabulary.cache_info().misses == 1
    assert count_tokens("one two three") == 3
    assert tokens._vocabulary.cache_info().misses == 1
