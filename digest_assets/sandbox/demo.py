"""The demo: the product as it is, in a world that is invented.

A folder of its own (settings, store, posts, Dagster's history), the sandbox's two servers, and a clock, because a paper
that turns up late only shows as such if yesterday's digest was made yesterday.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from types import TracebackType

from digest_assets.arxiv.calendar import previous_mailing
from digest_assets.config import CONFIG_VARIABLE, Settings
from digest_assets.digests.due import mailing_of
from digest_assets.errors import OutputUnwritable
from digest_assets.resources.clock import SetClock, SystemClock
from digest_assets.sandbox.crowd import crowd
from digest_assets.sandbox.model_server import slips, thinks_aloud, wraps
from digest_assets.sandbox.papers import invented
from digest_assets.sandbox.world import start_sandbox

FORTNIGHT = timedelta(days=14)
_CROWD = 57
"""Papers that make the first of the demo's dates a large one."""
_MADE = ("data", "posts", "site")
_SLIPS = (
    ("Foghorn: Speech Enhancement", slips("2.71", "2.91")),
    ("Muesli", thinks_aloud()),
    ("Sixty Rooms", wraps()),
)
"""What the model gets wrong, as models do: a number each time it is asked, so that the demo shows a sentence withheld,
and what is taken off an answer before anybody sees it."""


class Demo:
    """A context manager: the sandbox runs inside it, and the environment points the product at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "digest.toml"
        self.clock = SetClock(SystemClock().now())
        self._stack = ExitStack()

    def __enter__(self) -> Demo:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputUnwritable(
                f"{self.folder} cannot be made: {error.strerror}.", cure="Name another folder with --folder."
            ) from None
        first, *_, newest = _mailings(self.clock.now())
        papers = (*invented(newest), *crowd(first, _CROWD))
        sandbox = self._stack.enter_context(start_sandbox(self.clock.now, papers))
        for title, fault in _SLIPS:
            sandbox.model.faults.always("chat", fault, containing=title)
        os.environ.update(sandbox.environment())
        os.environ[CONFIG_VARIABLE] = str(self.config)
        os.environ["DAGSTER_HOME"] = str(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def is_there(self) -> bool:
        """Whether the folder has a demo: its settings begin as a demo's do."""
        return self.config.is_file() and self.config.read_text("utf-8", "replace").startswith(_settings()[:80])

    def start_afresh(self) -> None:
        """Empties what an earlier demo left in the folder, and writes its settings.

        Raises `OutputUnwritable` where the folder has what no demo left: a project, with answers that were paid for.
        """
        others = [name for name in (self.config.name, *_MADE) if (self.folder / name).exists()]
        if others and not self.is_there():
            raise OutputUnwritable(
                f"{self.folder} has {', '.join(others)} and is no demo: a new demo would remove them.",
                cure="Name another folder with --folder.",
            )
        for name in _MADE:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        first = (self.clock.now() - FORTNIGHT).date().isoformat()
        package = resources.files("digest_assets")
        settings = _settings()
        self.config.write_text(settings.replace("{first_date}", first), "utf-8")
        library = package / "sandbox" / "project" / "zotero.json"
        (self.folder / library.name).write_text(library.read_text("utf-8"), "utf-8")
        (self.folder / "dagster.yaml").write_text((package / "dagster.yaml").read_text("utf-8"), "utf-8")

    def days(self, settings: Settings) -> list[date]:
        """The dates of the three newest mailings, oldest first: the first is a large one, the last has what was late
        for the one before."""
        days = settings.digest.days
        found = [days.date_announced(each) for each in _mailings(self.clock.now(), 4)]
        return [day for day in found if days.opens_at(day) <= self.clock.now()][-3:]

    def set_clock(self, settings: Settings, day: date) -> None:
        """Sets the clock, the sandbox's and the product's, to when `day` would be made: the feed shows it by then."""
        mailing = mailing_of(day, settings.digest.days)
        if mailing is not None:
            self.clock.instant = min(mailing.announced_at + timedelta(hours=5), _now())

    def set_clock_to_now(self) -> None:
        self.clock.instant = _now()


def _mailings(instant: datetime, count: int = 3) -> list[datetime]:
    """The newest mailings before `instant`, oldest first."""
    found = [previous_mailing(instant).announced_at]
    while len(found) < count:
        found.insert(0, previous_mailing(found[0] - timedelta(seconds=1)).announced_at)
    return found


def _settings() -> str:
    return (resources.files("digest_assets") / "sandbox" / "project" / "digest.toml").read_text("utf-8")


def _now() -> datetime:
    return SystemClock().now()
