"""What commands share: the options that many have, dates, and the settings opened in their folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import MAXYEAR, date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.errors import ConfigurationError

if TYPE_CHECKING:
    from digest_assets.config import Settings
    from digest_assets.digests.days import DigestDays
    from digest_assets.store.connection import DigestStore

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="digest.toml; default: found in this folder or one above it.")
]
DigestOption = Annotated[
    str | None, typer.Option("--digest", metavar="NAME", help="Which, of a project that has several digests.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
FromOption = Annotated[str | None, typer.Option("--from", metavar="D", help="The first date, as 2026-01-29.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="D", help="The last date, inclusive.")]


@contextmanager
def opened(config: Path | None, digest: str | None = None) -> Iterator[tuple[Settings, ...]]:
    """The settings of the digests of `config`, or of the one that is called `digest`, in whose folder the block works.
    Raises `ConfigurationError`, also where there are none: nothing is made outside of a project.

    The folder is Dagster's home too where it has a dagster.yaml, unless the user has another.
    """
    digests = loaded(config, digest)
    common = digests[0]
    if common.llm.prompts_dir:  # what was asked with other prompts is told as such
        from digest_assets.resources.own_prompts import lay_over

        lay_over(common.llm, common.root)
    with in_folder_of(common):
        yield digests


@contextmanager
def opened_one(config: Path | None, digest: str | None) -> Iterator[Settings]:
    """The same for a command about one digest. Raises `typer.BadParameter` where none of several is named."""
    with opened(config, digest) as digests:
        if len(digests) > 1:
            names = ", ".join(each.digest.name for each in digests)
            raise typer.BadParameter(f"this is about one digest: --digest NAME, of {names}")
        yield digests[0]


@contextmanager
def opened_project(config: Path | None) -> Iterator[Settings]:
    """The same for a command about what all digests share: the settings of one of them."""
    with opened(config) as digests:
        yield digests[0]


def loaded(config: Path | None, digest: str | None = None) -> tuple[Settings, ...]:
    """The settings of the digests of `config`, or of the one that is called `digest`. Raises `ConfigurationError`, also
    where there are none."""
    from digest_assets.config import CONFIG_NAME, CONFIG_VARIABLE, find_config, load_digests

    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    if find_config() is None:
        raise ConfigurationError(
            f"There is no {CONFIG_NAME} in {Path.cwd()} or above.",
            cure="Make a project: `digest init`, here or in a folder that you name; or use --config FILE.",
        )
    digests = load_digests()
    found = digests if digest is None else tuple(each for each in digests if each.digest.name == digest)
    if not found:
        names = ", ".join(each.digest.name for each in digests)
        raise ConfigurationError(f"There is no digest {digest}.", cure=f"There are: {names}.")
    return found


@contextmanager
def in_folder_of(settings: Settings) -> Iterator[None]:
    home = settings.root if (settings.root / "dagster.yaml").is_file() else _history(settings)
    if "DAGSTER_HOME" not in os.environ:
        os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    before = Path.cwd()
    os.chdir(settings.root)
    try:
        yield
    finally:
        os.chdir(before)


def _history(settings: Settings) -> Path:
    """Where Dagster's history is: beside the store, where that is in the project's folder."""
    usual = settings.root / "data" / "dagster"
    beside = settings.path(settings.store.url).parent / "dagster"
    return usual if usual.is_dir() or not beside.is_relative_to(settings.root) else beside


def store_of(settings: Settings) -> DigestStore:
    from digest_assets.store.opening import open_store

    return open_store(settings)


def a_date(text: str) -> date:
    """Raises `typer.BadParameter` for what is not a date, or is in the last year that dates can have: no days of the
    calendar follow it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date, as 2026-01-29") from None
    if found.year == MAXYEAR:
        raise typer.BadParameter(f"{found} is too far in the future")
    return found


def date_range(first: date, last: date) -> list[date]:
    """All dates from `first` to `last`. Raises `typer.BadParameter` where they are the wrong way round."""
    from digest_assets.digests.days import dates_between

    if last < first:
        raise typer.BadParameter(f"--to {last} is before --from {first}")
    return dates_between(first, last)


def check_exists(days: DigestDays, day: date) -> None:
    """Raises `typer.BadParameter` for a date that cannot be made now."""
    from digest_assets.digests.emptiness import EmptyCause, empty_reason
    from digest_assets.resources.clock import SystemClock

    if day < days.first:
        raise typer.BadParameter(f"{day} is before digest.first_date, {days.first}")
    now = SystemClock().now()
    newest = days.newest(now)
    if newest is None or day > newest:
        opens = days.opens_at(day).astimezone(days.zone)
        why = empty_reason(day, days, now)
        mailing = f"; {why.text.rstrip('.')}" if why.cause is EmptyCause.NOT_YET else ""
        told = f"the digest of {day} exists from {opens:%Y-%m-%d %H:%M} ({days.zone.key}) on{mailing}"
        raise typer.BadParameter(told)
