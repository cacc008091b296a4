"""`digest export`: any table of the store as a file that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, JsonOption, opened, store_of


def export(
    table: Annotated[str | None, typer.Argument(metavar="[TABLE]", help="Without it: the tables there are.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A .parquet, .json (one object a line) or .csv file.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write a table of the store, or the ledger, as Parquet, JSON lines or CSV. Times are UTC.

    The sections of `full_texts` are unpacked on the way.
    """
    from digest_assets.store.export import export_table, table_counts

    # Where the user stands, not where digest.toml lies.
    target = to.resolve() if to is not None else None
    with opened(config) as settings, store_of(settings).reading() as connection:
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
