"""What all commands say, and how: results on stdout, the rest on stderr, JSON as one document."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from digest_assets.markup.targets import json_text, terminal_text

FAILED, WRONG_USE, NOT_YET, STOPPED = 1, 2, 3, 130


class _Console(Console):
    """A console that prints text of others as text: no escape sequence in it reaches the terminal."""

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(terminal_text(text), **how)


out = _Console(highlight=False)
err = _Console(stderr=True, highlight=False)


def tell_error(line: str) -> None:
    err.print("[red]error:[/] ", end="")
    err.print(line, markup=False, soft_wrap=True)


def tell(line: str) -> None:
    """A line on stderr that is no error."""
    err.print(line, markup=False, soft_wrap=True)


def say(line: str) -> None:
    """A line on stdout as it is: not wrapped, so that paths can be copied, and no markup in it."""
    out.print(line, markup=False, soft_wrap=True)


def print_whole(console: Console, table: Table) -> None:
    """Prints `table` as wide as it is, whatever the terminal's width: a path that is cut cannot be opened."""
    needed = console.measure(table, options=console.options.update(max_width=10_000)).maximum
    wide = _Console(
        file=console.file,
        width=max(console.width, needed),
        force_terminal=console.is_terminal,
        no_color=console.no_color,
        highlight=False,
    )
    wide.print(table)


def print_json(value: object) -> None:
    """`value` as one JSON document on stdout. Decimals become strings: money is not rounded."""
    typer.echo(json_text(value, indent=2, default=_as_json))


def _as_json(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
