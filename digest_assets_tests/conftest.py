"""What holds for all tests: a quiet Dagster, no settings of the person who runs them, no skip that hides something."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator

import pytest

for _name in [name for name in os.environ if name.upper().startswith("DIGEST_")]:
    del os.environ[_name]
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
logging.getLogger("dagster").setLevel(logging.CRITICAL)


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    """The commands set variables for the process that they are; a test is followed by others."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test fails the session")
    parser.addoption("--may-skip", default="", metavar="REGEX", help="reasons that are accepted")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Names the skips that `--fail-on-skip` does not accept, and fails the session for them."""
    if not config.getoption("--fail-on-skip"):
        return
    allowed = config.getoption("--may-skip")
    skipped = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    refused = sorted({reason for reason in skipped if not (allowed and re.search(allowed, reason))})
    if refused:
        terminalreporter.section("skipped, and should have run", sep="=", red=True)
        for reason in refused:
            terminalreporter.line(reason)
        if terminalreporter._session is not None:
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
