"""What a test takes for granted, said to the reader and to mypy: a value is there, a page has an element."""

from __future__ import annotations

from typing import TypeVar

from selectolax.lexbor import LexborHTMLParser, LexborNode

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """`value`, which is not None."""
    assert value is not None
    return value


def one(within: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first element that `selector` finds, which is there."""
    found = within.css_first(selector)
    assert found is not None, f"nothing is {selector}"
    return found
