"""What holds for all tests: a quiet Dagster, no settings of the person who runs them, no skip that hides something."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator

import pytest

from digest_assets_tests.engines import on_lakes
from digest_assets_tests.scale.servers import Postgres, postgres_server

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


@pytest.fixture(autouse=True)
def _on_lakes_if_asked(request: pytest.FixtureRequest) -> Iterator[None]:
    """`--on-lakes`: the same tests on the other engine. Those that open the store's file themselves cannot pass."""
    if request.config.getoption("--on-lakes"):
        with on_lakes(request.getfixturevalue("postgres")):
            yield
    else:
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the session's own. Skips what needs it where it is not installed."""
    with postgres_server() as server:
        yield server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test fails the session")
    parser.addoption("--on-lakes", action="store_true", help="make every store a lake (needs PostgreSQL)")
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
