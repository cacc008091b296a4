"""Whatever bytes come instead of an answer: each parser returns what they are, or says that they are none."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_assets.arxiv.atom import parse_api_answer
from digest_assets.arxiv.feed import parse_feed
from digest_assets.arxiv.oai import parse_list_records
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused
from digest_assets_tests.arxiv.examples import api_answer, api_entry, oai_answer, oai_record, rss_feed, rss_item

PARSERS: dict[Callable[[bytes], object], bytes] = {
    parse_api_answer: api_answer(api_entry(), api_entry("2601.00002v1")),
    parse_feed: rss_feed(rss_item(), rss_item("2601.00002v1")),
    parse_list_records: oai_answer(oai_record(), oai_record("2601.00002")),
}
parsers = st.sampled_from(list(PARSERS))
ODDITIES = (
    b"<?xml version='1.0' encoding='shift_jis'?><a>\x83\x65</a>",
    b"<?xml version='1.0' encoding='no-such-thing'?><a/>",
    b"<?xml version='1.0' encoding='rot13'?><a/>",
    b"<?xml version='1.0' encoding='utf-16'?><a/>",
    b"\xff\xfe<\x00",
    b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD" "x.dtd"><html><p>a&nbsp;b</p></html>',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    b"<a>&nbsp;</a>",
    b"<rss><a:b/></rss>",
    b"<rss><channel><item><item/></item></channel></rss>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'><entry a='>'/></feed>",
    b"\x00",
    b"\xff" * 100,
)


def tried(parse: Callable[[bytes], object], body: bytes) -> None:
    try:
        parse(body)
    except (ArxivAnswerBroken, ArxivQueryRefused):
        return


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("body", ODDITIES)
def test_odd_documents_are_no_answers(parse: Callable[[bytes], object], body: bytes) -> None:
    tried(parse, body)


@settings(deadline=None)
@given(parsers, st.binary(max_size=200))
def test_any_bytes(parse: Callable[[bytes], object], body: bytes) -> None:
    tried(parse, body)


noise = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [b"<", b">", b"&", b"&#0;", b"&x;", b"<a:b>", b"]]>", b"<!--", b'"', b"\x00", b"9999-12-31", b"v9" * 9]
    ),
)


@settings(deadline=None)
@given(parsers, st.integers(0, 6000), st.integers(0, 30), noise)
def test_a_damaged_answer(parse: Callable[[bytes], object], start: int, length: int, noise: bytes) -> None:
    whole = PARSERS[parse]
    start %= len(whole)
    tried(parse, whole[:start] + noise + whole[start + length :])


@pytest.mark.slow
@settings(deadline=None)
@given(parsers, st.text(max_size=30), st.integers(0, 40))
def test_any_text_in_the_place_of_any_other(parse: Callable[[bytes], object], text: str, place: int) -> None:
    whole = PARSERS[parse].decode()
    texts = [part for part in whole.replace("<", ">").split(">") if part.strip()]
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace").decode()
    tried(parse, whole.replace(texts[place % len(texts)], escaped, 1).encode())


def test_an_answer_in_another_encoding_is_read() -> None:
    body = rss_feed(rss_item(title="é")).decode().replace("UTF-8", "iso-8859-1").encode("iso-8859-1")
    assert b"iso-8859-1" in body
    assert parse_feed(body).entries[0].paper.title == "é"
