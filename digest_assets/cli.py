"""`digest`: the digest from the command line, for those who do not open a UI.

Exit codes: 0 everything announced is in the post; 1 something failed, or is missing from a post; 2 a setting or an
argument is wrong; 3 the mailing is not searchable yet, ask again later.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from digest_assets.config import CONFIG_VARIABLE, Settings, load_settings
from digest_assets.errors import ConfigurationError, DigestError

if TYPE_CHECKING:
    from digest_assets.resources.clock import Clock
    from digest_assets.runs import DateReport

FAILED, WRONG_USE, NOT_YET = 1, 2, 3

app = typer.Typer(
    help="Daily arXiv digests: every paper once, translated, read in full, published.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="digest.toml; default: found in this folder or one above it.")
]


def main() -> None:
    """The entry point: what a user did wrong is one line on stderr, never a traceback."""
    try:
        app()
    except ConfigurationError as error:
        err.print(f"[red]error:[/] {error}", soft_wrap=True)
        sys.exit(WRONG_USE)
    except DigestError as error:
        err.print(f"[red]error:[/] {error}", soft_wrap=True)
        sys.exit(FAILED)


@app.command()
def run(
    day: Annotated[str | None, typer.Argument(metavar="[D]", help="A digest date, as 2026-01-29.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="The first date of a range.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="The last date of a range.")] = None,
    config: ConfigOption = None,
) -> None:
    """Make a digest: the newest and any missed since the last one, a date, or a range."""
    settings = _settings(config)
    with _workplace(settings):
        reports = _run(settings, _dates(settings, day, from_, to))
    raise typer.Exit(_exit_code(reports))


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="Where it listens, on this machine only.")] = 3000,
    config: ConfigOption = None,
) -> None:
    """Open the Dagster UI: materialize, backfill, schedule, inspect."""
    settings = _settings(config)
    with _workplace(settings):
        raise typer.Exit(_dagster_dev(port))


@app.command()
def doctor(config: ConfigOption = None) -> None:
    """Check settings, key, endpoint, arXiv and store: a line each, with the cure."""
    from digest_assets.doctor import examine

    settings = _settings(config)
    healthy = True
    with _workplace(settings):
        for finding in examine(settings):
            healthy = healthy and finding.is_well
            mark = "[green]ok  [/]" if finding.is_well else "[red]FAIL[/]"
            out.print(f"{mark} {finding.subject:<12}", end="")
            out.print(finding.text, markup=False, soft_wrap=True)
    raise typer.Exit(0 if healthy else FAILED)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's store and posts go; made anew each time.")] = Path(
        "demo"
    ),
    ui: Annotated[
        bool, typer.Option("--ui", help="Open the Dagster UI on the demo, with its sandbox running.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where the UI listens.")] = 3000,
) -> None:
    """Make digests of invented papers, with no key and no network."""
    from digest_assets.sandbox.demo import Demo

    with Demo(folder.resolve()) as sample:
        if not ui:
            sample.start_afresh()
        settings = load_settings(sample.config)
        with _workplace(settings):
            if ui:
                raise typer.Exit(_dagster_dev(port))
            reports = []
            for day in sample.days(settings):
                sample.set_clock(settings, day)
                reports += _run(settings, [day], clock=sample.clock)
        newest = reports[-1].post
        if newest is not None and newest.path is not None:
            out.print(f"\nThe post: {settings.path(newest.path)}", soft_wrap=True)
        out.print("Its papers, authors and results are invented.")
        out.print(
            f"The same in the Dagster UI: [bold]digest demo --ui[/] (or make demo-ui), then http://127.0.0.1:{port}"
        )
    raise typer.Exit(_exit_code(reports))


def _settings(config: Path | None) -> Settings:
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    return load_settings()


@contextmanager
def _workplace(settings: Settings) -> Iterator[None]:
    """Works in the folder of digest.toml, which is Dagster's home too unless the user has another."""
    os.environ.setdefault("DAGSTER_HOME", str(settings.root))
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    # Dagster's own words on its own interfaces are for developers.
    warnings.filterwarnings("ignore", module="dagster")
    before = Path.cwd()
    os.chdir(settings.root)
    try:
        yield
    finally:
        os.chdir(before)


def _dates(settings: Settings, day: str | None, first: str | None, last: str | None) -> list[date]:
    """The dates that the arguments name, oldest first. Raises `typer.BadParameter` for those that cannot be made."""
    if day is not None and (first or last):
        raise typer.BadParameter("give either a date, or --from and --to")
    if day is None and not (first or last):
        return _due(settings)
    if day is not None:
        first = last = day
    if not (first and last):
        raise typer.BadParameter("a range needs both --from and --to")
    start, end = _date(first), _date(last)
    if end < start:
        raise typer.BadParameter(f"--to {end} is before --from {start}")
    dates = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    for each in (start, end):
        _check_exists(settings, each)
    return dates


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date, as 2026-01-29") from None


def _check_exists(settings: Settings, day: date) -> None:
    from digest_assets.resources.clock import SystemClock

    days = settings.digest.days
    newest = days.newest(SystemClock().now())
    if day < days.first:
        raise typer.BadParameter(f"{day} is before digest.first_date, {days.first}")
    if newest is None or day > newest:
        opens = days.opens_at(day).astimezone(days.zone)
        raise typer.BadParameter(f"the digest of {day} exists from {opens:%Y-%m-%d %H:%M} ({days.zone.key}) on")


def _due(settings: Settings) -> list[date]:
    """The dates that are due; with a word on why there are none."""
    from digest_assets.arxiv.searchable import empty_reason
    from digest_assets.automation.dates import dates_due
    from digest_assets.resources.clock import SystemClock
    from digest_assets.store.connection import DigestStore

    now = SystemClock().now()
    due = dates_due(settings, DigestStore(settings.path(settings.store.url), settings.store.lock_wait_seconds), now)
    newest = settings.digest.days.newest(now)
    if not due and newest is not None:
        out.print(f"Nothing is due: all digests up to the newest mailing are made. {newest}: ", end="")
        reason = empty_reason(newest, settings.digest.days, now)
        out.print(reason.text if reason.cause.is_final else "made.", markup=False)
    return due


def _run(settings: Settings, dates: Sequence[date], *, clock: Clock | None = None) -> list[DateReport]:
    """Makes `dates` one after the other, showing how far each is, and says at the end what became of them."""
    import dagster as dg

    from digest_assets.definitions import build_defs
    from digest_assets.runs import run_date
    from digest_assets.store.connection import DigestStore
    from digest_assets.terminal import TerminalProgress, print_reports

    if not dates:
        return []
    progress = TerminalProgress(out)
    definitions = build_defs(settings, clock=clock, progress=progress)
    store = DigestStore(settings.path(settings.store.url), settings.store.lock_wait_seconds)
    reports = []
    with dg.DagsterInstance.get() as instance:
        for day in dates:
            with progress.showing(f"[bold]{settings.digest.name} {day}[/]"):
                reports.append(run_date(definitions, instance, store, settings.digest.name, day))
    print_reports(out, reports)
    return reports


def _exit_code(reports: Sequence[DateReport]) -> int:
    from digest_assets.runs import RunOutcome

    outcomes = {report.outcome for report in reports}
    if outcomes & {RunOutcome.FAILED, RunOutcome.IN_PART}:
        return FAILED
    return NOT_YET if RunOutcome.NOT_YET in outcomes else 0


def _dagster_dev(port: int) -> int:
    """Runs Dagster's webserver and daemon until they are stopped. Returns their exit code."""
    import subprocess

    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "digest_assets.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    main()
