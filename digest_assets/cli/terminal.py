"""What a person sees in the terminal: live progress a stage, and a summary at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from digest_assets.automation.command_line_runs import DateReport, RunOutcome
from digest_assets.cli.console import print_whole

_COLOURS = {
    RunOutcome.COMPLETE: "green",
    RunOutcome.EMPTY: "blue",
    RunOutcome.IN_PART: "yellow",
    RunOutcome.WITH_GAPS: "yellow",
    RunOutcome.NOT_YET: "yellow",
    RunOutcome.FAILED: "red",
}


@dataclass
class _Stage:
    task: TaskID
    failed: int = 0
    tokens: int = 0

    @property
    def note(self) -> str:
        parts = [f"{self.tokens:,} tokens"] if self.tokens else []
        parts += [f"[red]{self.failed} failed[/]"] if self.failed else []
        return ", ".join(parts)


@dataclass
class TerminalProgress:
    """Bars for the stages of one date: papers done, tokens, failures. The `Progress` of a run from the command line."""

    console: Console
    _bars: Bars | None = None
    _stages: dict[str, _Stage] = field(default_factory=dict)

    @contextmanager
    def showing(self, title: str, *, bars: bool = True) -> Iterator[None]:
        """Shows the stages of the block under `title`. Without a terminal no bars are drawn."""
        self._stages = {}
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self.console.print(title)
        with Bars(*columns, console=self.console, disable=not (bars and self.console.is_terminal)) as self._bars:
            yield
        self._bars = None

    def begin(self, stage: str, total: int) -> None:
        if self._bars is not None and total:
            self._stages[stage] = _Stage(self._bars.add_task(stage, total=total, note=""))

    def advance(self, stage: str, *, failed: bool = False, tokens: int = 0) -> None:
        shown = self._stages.get(stage)
        if self._bars is None or shown is None:
            return
        shown.failed += failed
        shown.tokens += tokens
        self._bars.update(shown.task, advance=1, note=shown.note)


def print_reports(console: Console, reports: Sequence[DateReport]) -> None:
    """A line a date, with its counts; below it the reasons of what is not complete."""
    table = Table(box=None, pad_edge=False)
    for column in ("date", "outcome", "announced", "published", "filtered", "failed", "late", "post"):
        table.add_column(column, justify="left" if column in ("date", "outcome", "post") else "right", no_wrap=True)
    for report in reports:
        post = report.post
        counts = [post.announced, post.published, post.filtered, post.failed, post.late] if post else []
        table.add_row(
            report.day.isoformat(),
            f"[{_COLOURS[report.outcome]}]{report.outcome.value}[/]",
            *(str(count) for count in counts),
            *([""] * (5 - len(counts))),
            post.path if post and post.path else "",
        )
    print_whole(console, table)
    for report in reports:
        for reason in report.reasons:
            console.print(f"{report.day}: {reason}", markup=False, highlight=False, soft_wrap=True)
