"""`digest run`: the main job, for the newest digest and any missed, for a date, or for a range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest_assets.cli.console import FAILED, NOT_YET, err, out, print_json, say
from digest_assets.cli.options import (
    ConfigOption,
    DigestOption,
    FromOption,
    JsonOption,
    ToOption,
    a_date,
    check_exists,
    date_range,
    opened,
    store_of,
)

if TYPE_CHECKING:
    from digest_assets.automation.command_line_runs import DateReport
    from digest_assets.config import Settings
    from digest_assets.resources.clock import Clock


def run(
    day: Annotated[str | None, typer.Argument(metavar="[D]", help="A digest date, as 2026-01-29.")] = None,
    from_: FromOption = None,
    to: ToOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite posts that somebody edited.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Print each event as a line on stderr, as the UI has it.")] = False,
    as_json: JsonOption = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Make the newest digest and any missed, a date, or a range.

    Of all digests of the project, or of the one that is named. Exit code 0 where everything announced is in the posts,
    1 where something failed or is missing, 3 where a mailing is not searchable yet or answers wait for a batch.
    """
    from digest_assets.automation.dates import why_nothing_is_due
    from digest_assets.config import NO_CONTACT
    from digest_assets.resources.clock import SystemClock

    with opened(config, digest) as digests:
        dates = [_dates(each, day, from_, to) for each in digests]
        made = [(each, list(make(each, of, force=force, log=log))) for each, of in zip(digests, dates, strict=True)]
        show_digests(made, as_json=as_json)
        if any(dates) and not as_json:
            if told := without_answers(digests[0]):
                say(told)
            if not digests[0].arxiv.contact:
                say(NO_CONTACT)
        for each, of in zip(digests, dates, strict=True):
            if not of and not as_json:
                say(_named(digests, each, why_nothing_is_due(each, store_of(each), SystemClock().now())))
    raise typer.Exit(exit_code(report for _, reports in made for report in reports))


def _named(digests: Sequence[Settings], of: Settings, told: str) -> str:
    """`told` of one digest, with its name where there are several."""
    return told if len(digests) == 1 else f"{of.digest.name}: {told}"


def make(
    settings: Settings,
    dates: Sequence[date],
    *,
    clock: Clock | None = None,
    batch: bool = False,
    force: bool = False,
    log: bool = False,
) -> Iterator[DateReport]:
    """Makes `dates` one after the other, showing on stderr how far each is, or each event (`log`); yields what became
    of each. `force`: posts are written though somebody edited them. For a date without a mailing nobody is asked.

    In batches (`batch`, or `llm.batch`) of several dates, the batches of all are handed in before any is waited for.
    """
    from digest_assets.assets.killed_runs import fail_killed_runs
    from digest_assets.assets.of_a_digest import Place
    from digest_assets.automation.command_line_runs import DateReport, RunOutcome, run_date
    from digest_assets.automation.dates import why_no_digest
    from digest_assets.automation.history import open_history
    from digest_assets.cli.terminal import TerminalProgress
    from digest_assets.definitions import build_defs
    from digest_assets.pipeline.read import BATCH_TAG, HAND_IN
    from digest_assets.pipeline.write_post import require_outputs
    from digest_assets.resources.clock import SystemClock
    from digest_assets.resources.model_access import ModelAccess

    now = (clock or SystemClock()).now()
    with store_of(settings).transaction() as connection:
        without = {day: why_no_digest(connection, settings.digest, day, now) for day in dates}
    yield from (DateReport(day, RunOutcome.EMPTY, reasons=[why]) for day, why in without.items() if why)
    dates = [day for day in dates if not without[day]]
    if not dates:
        return
    require_outputs(settings)
    access = ModelAccess.of(settings)
    for each in (access, access.second_reader, access.embeddings):
        if each is not None:
            each.check()
    progress = TerminalProgress(err)
    definitions = build_defs(settings, clock=clock, progress=progress, every_day=True)
    batch = batch or settings.llm.batch
    with open_history() as instance:
        fail_killed_runs(instance)

        def made(day: date, tags: Mapping[str, str], doing: str = "") -> DateReport:
            with progress.showing(f"[bold]{settings.digest.name} {day}[/]{doing}", bars=not log):
                place = Place.of(settings)
                return run_date(definitions, instance, store_of(settings), place, day, tags, force=force, log=log)

        waiting = []
        for day in dates if batch and len(dates) > 1 else ():
            report = made(day, {BATCH_TAG: HAND_IN}, " (to be handed in)")
            if report.outcome is RunOutcome.NOT_YET:
                waiting.append(day)
            else:
                yield report
        for day in waiting if batch and len(dates) > 1 else dates:
            yield made(day, {BATCH_TAG: "wait"} if batch else {})


def show_digests(made: Sequence[tuple[Settings, Sequence[DateReport]]], *, as_json: bool) -> None:
    """The summary at the end, of each digest: a line a date, then the reasons of what is not complete."""
    from digest_assets.cli.terminal import print_reports

    documents = []
    for settings, unordered in made:
        reports = sorted(unordered, key=lambda report: report.day)
        dates = [_json(report) for report in reports]
        documents.append({"digest": settings.digest.name, "dates": dates, "exit_code": exit_code(reports)})
        if reports and not as_json:
            if len(made) > 1:
                say(settings.digest.name)
            print_reports(out, reports)
    if as_json:
        code = exit_code(report for _, reports in made for report in reports)
        print_json(documents[0] if len(made) == 1 else {"digests": documents, "exit_code": code})


def without_answers(settings: Settings) -> str | None:
    """Why no model was asked, and what follows from it; None where one could be."""
    if not settings.llm.is_used:
        return 'llm.preset is "none": the digest without a model, complete as it is.'
    if settings.llm.lacks_key():
        return (
            f"No key is set in {settings.llm.api_key_env}: what no model answered before is in the original. Set it, "
            'in the environment or in .env, and `digest run` goes on. Without a model: llm.preset = "none".'
        )
    return None


def exit_code(reports: Iterable[DateReport]) -> int:
    from digest_assets.automation.command_line_runs import RunOutcome

    outcomes = {report.outcome for report in reports}
    if outcomes & {RunOutcome.FAILED, RunOutcome.IN_PART, RunOutcome.WITH_GAPS}:
        return FAILED
    return NOT_YET if RunOutcome.NOT_YET in outcomes else 0


def _json(report: DateReport) -> dict[str, Any]:
    from digest_assets.store.posts import TEXT_COUNTS

    names = ("announced", "published", "filtered", "failed", "late", *TEXT_COUNTS, "path")
    post = {name: getattr(report.post, name) for name in names} if report.post else dict.fromkeys(names)
    return {"date": report.day, "outcome": report.outcome, **post, "reasons": report.reasons}


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
    dates = date_range(a_date(first), a_date(last))
    for each in (dates[0], dates[-1]):
        check_exists(settings.digest.days, each)
    return dates


def _due(settings: Settings) -> list[date]:
    from digest_assets.automation.dates import dates_due
    from digest_assets.resources.clock import SystemClock

    return dates_due(settings, store_of(settings), SystemClock().now())
