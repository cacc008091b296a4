"""`digest export`: any table of the store as a file that other programs read."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import (
    ConfigOption,
    DigestOption,
    JsonOption,
    a_date,
    opened_one,
    opened_project,
    store_of,
)

if TYPE_CHECKING:
    from digest_assets.config import Settings


def export(
    table: Annotated[str | None, typer.Argument(metavar="[TABLE]", help="Without it: the tables there are.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A .parquet, .json (one object a line) or .csv file.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="Of `papers`, as references: bibtex, ris, csl-json or md.")
    ] = None,
    day: Annotated[str | None, typer.Option("--day", metavar="D", help="With --format: of that date.")] = None,
    starred: Annotated[
        Path | None, typer.Option("--starred", help="With --format: those starred in a file of marks, from the site.")
    ] = None,
    interest: Annotated[
        str | None, typer.Option("--interest", metavar="NAME", help="With --format: those that it chose.")
    ] = None,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a table of the store to a file.

    As Parquet, JSON lines or CSV; the ledger is one, too. Times are UTC. The sections of `full_texts` are unpacked on
    the way. With --format, the papers that the digest keeps as references for Zotero and others: to stdout, or to --to.
    """
    from digest_assets.store.export import export_table, table_counts

    if form is not None or day or starred or interest:
        if table not in (None, "papers") or form is None:
            raise typer.BadParameter("--format goes with `papers`; --day, --starred and --interest go with --format")
        _export_references(form, to, a_date(day) if day else None, starred, interest or "", digest, config)
        return
    # Where the user stands, not where digest.toml lies.
    target = to.resolve() if to is not None else None
    with opened_project(config) as settings, store_of(settings).reading() as connection:
        if table is None:
            counts = table_counts(connection)
            if as_json:
                print_json(counts)
            else:
                for name, count in counts.items():
                    say(f"{name:<24}{count:>10,}")
            return
        target = target or settings.root / f"{table}.parquet"
        count = export_table(connection, table, target)
    if as_json:
        print_json({"table": table, "rows": count, "path": str(target)})
    else:
        say(f"{count:,} rows of {table}: {target}")


def _export_references(
    form: str,
    to: Path | None,
    day: date | None,
    starred: Path | None,
    interest: str,
    digest: str | None,
    config: Path | None,
) -> None:
    from digest_assets.resources.output import write_atomically
    from digest_assets.site.references import FORMS, Reference
    from digest_assets.store.ledger import kept_papers

    if form not in FORMS:
        raise typer.BadParameter(f"--format {form} is none of {', '.join(FORMS)}")
    identifiers = _starred_in(starred) if starred is not None else None
    target = to.resolve() if to is not None else None
    with opened_one(config, digest) as settings, store_of(settings).reading() as connection:
        _check_interest(settings, interest)
        found = kept_papers(connection, settings.digest.name, day=day, identifiers=identifiers, interest=interest)
    text = FORMS[form]([Reference(*each) for each in found])
    if target is None:
        sys.stdout.write(text)
    else:
        write_atomically(target, text, named="with --to")
        say(f"{len(found):,} papers: {target}")


def _starred_in(path: Path) -> list[str]:
    from digest_assets.errors import ConfigurationError
    from digest_assets.ranking.libraries import read_library

    try:
        return list(read_library(path.read_text("utf-8-sig")).identifiers)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"{path} is not a file of marks: {said}.", cure="Save it on the site's page of stars."
        ) from None


def _check_interest(settings: Settings, name: str) -> None:
    from digest_assets.errors import ConfigurationError

    names = [each.name for each in settings.interests]
    if name and name not in names:
        raise ConfigurationError(f"There is no interest {name}.", cure=f"There are: {', '.join(names) or 'none'}.")
