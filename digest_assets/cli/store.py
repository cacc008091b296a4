"""`digest store`: the store as a whole. A copy to fall back on, the way to several machines and back, and tidying."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, JsonOption, opened_project, store_of

store = typer.Typer(help="Back up, restore, move and tidy the store.", no_args_is_help=True)


@store.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Default: beside the store, as digest.backup.duckdb.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Copy the store to a DuckDB file, and compare every table.

    The copy made before stays until this one is whole.
    """
    from digest_assets.store.copying import back_up

    target = file.resolve() if file is not None else None  # where the user stands
    with opened_project(config) as settings:
        held = store_of(settings)
        target = target or held.backup
        counts = back_up(held, target)
    _tell(counts, str(target), as_json)


@store.command()
def restore(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Default: the last backup. Updates leave digest.before-update.duckdb."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Put a copy into the store's place.

    Stop what runs before. What was there is kept beside it. Run the dates since the copy again: `digest run`,
    or `digest backfill`.
    """
    from digest_assets.resources.clock import SystemClock
    from digest_assets.store.copying import restore as put_back
    from digest_assets.store.lake import LakeStore

    copy = file.resolve() if file is not None else None  # where the user stands
    with opened_project(config) as settings:
        held = store_of(settings)
        if isinstance(held, LakeStore):
            raise typer.BadParameter("store.url is a lake: migrate the copy to an empty one instead")
        aside = put_back(held, SystemClock().now(), copy)
    say(f"restored: {held.name}, from {copy or held.backup}")
    if aside is not None:
        say(f"what was there: {aside}")


@store.command()
def migrate(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="As store.url: a file, or ducklake:postgres:...")],
    data_path: Annotated[
        str | None, typer.Option("--data-path", help="Of a lake, as store.data_path, which is the default.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Copy the store from a file to a lake, or back.

    The new one has to be empty; every table is compared. The one that the settings name stays as it is; set store.url
    (and store.data_path) to the new one afterwards.
    """
    from digest_assets.store.copying import copy_store
    from digest_assets.store.opening import store_at

    with opened_project(config) as settings:
        target = store_at(to, settings, settings.store.data_path if data_path is None else data_path)
        source = store_of(settings)
        if target.name == source.name:
            raise typer.BadParameter("that is where the store is")
        counts = copy_store(source, target)
    _tell(counts, target.name, as_json)


@store.command()
def tidy(config: ConfigOption = None) -> None:
    """Merge a lake's small files and forget its old snapshots. It happens by itself from time to time, too."""
    from digest_assets.store.lake import LakeStore

    with opened_project(config) as settings:
        held = store_of(settings)
        if not isinstance(held, LakeStore):
            raise typer.BadParameter("store.url is a file: only a lake has to be tidied")
        held.tidy()
    say(f"tidied: {held.name}")


def _tell(counts: dict[str, int], where: str, as_json: bool) -> None:
    if as_json:
        print_json({"where": where, "rows": counts})
    else:
        say(f"{sum(counts.values()):,} rows of {len(counts)} tables, compared: {where}")
