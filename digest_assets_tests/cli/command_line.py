"""`digest` as a user runs it, in a folder of its own against the sandbox, at a set time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from digest_assets.cli import main
from digest_assets.config import CONFIG_VARIABLE
from digest_assets.resources.clock import SystemClock
from digest_assets.sandbox.world import Sandbox, start_sandbox

KEY = "sk-a-key-that-nobody-may-see"
DAGSTER = "telemetry: {enabled: false}\n"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line that an error is. Fails where it is more, or a traceback."""
        assert "Traceback" not in self.out + self.err
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        return lines[0]


class CommandLine:
    """A folder with a digest.toml, a sandbox, and a time; `digest("run")` is `digest run` there."""

    def __init__(self, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.environment = {
            **sandbox.environment(),
            sandbox.environment()["DIGEST__LLM__API_KEY_ENV"]: KEY,
            CONFIG_VARIABLE: str(folder / "digest.toml"),
            "DAGSTER_HOME": str(folder),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }
        sandbox.model.api_key = KEY
        self._monkeypatch = monkeypatch
        self.write('[digest]\nfirst_date = "2026-11-02"\n')
        (folder / "dagster.yaml").write_text(DAGSTER)
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def write(self, toml: str) -> None:
        (self.folder / "digest.toml").write_text(toml, "utf-8")

    def set(self, **variables: str) -> None:
        """Sets settings by the environment: `set(DIGEST__LLM__MODEL="other")`."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def __call__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        assert KEY not in said.out + said.err
        return Said(code, said.out, said.err)


@contextmanager
def a_command_line(folder: Path, now: datetime) -> Iterator[CommandLine]:
    """A command line whose clock stands at `now`, as the sandbox's does."""
    folder.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch, start_sandbox(lambda: now) as sandbox:
        monkeypatch.setattr(SystemClock, "now", lambda _: now)
        yield CommandLine(folder, sandbox, monkeypatch)


def in_a_process(now: datetime, *arguments: str) -> list[str]:
    """The command line of a process that runs `digest` at a set time."""
    program = (
        "import sys, datetime\n"
        "from digest_assets.resources.clock import SystemClock\n"
        f"SystemClock.now = lambda _: datetime.datetime.fromisoformat({now.isoformat()!r})\n"
        "from digest_assets.cli import main\n"
        "sys.exit(main())"
    )
    return [sys.executable, "-c", program, *arguments]
