"""PostgreSQL and Redis of a test's own: in a temporary folder, on a free port, gone at the end.

The programs are Debian's (`.ci/run` installs them). Nothing of the machine's own servers is touched.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

GUARDED = "guarded"
"""The name of a database that asks for a password."""
READY_SECONDS = 120
_UNPRIVILEGED = "postgres"
"""Debian's user, whom PostgreSQL runs as where root runs the tests: it refuses root."""


class Postgres:
    """A cluster with the role `digest`, which needs no password but for the database `GUARDED`."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self.port = free_port()
        self._run("initdb", "-D", str(folder / "data"), "-U", "digest", "-A", "trust", "--no-sync", "-E", "UTF8")
        access = folder / "data" / "pg_hba.conf"
        access.write_text(f"host {GUARDED} all 127.0.0.1/32 scram-sha-256\n" + access.read_text())
        self.start()

    def address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=digest dbname={database}"

    def start(self) -> None:
        # DuckDB keeps some three connections to each lake that a process has had, and a test has a lake of its own.
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
            "-c max_connections=400"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """`immediate`: as by a power cut, every connection broken and every open transaction lost."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", mode, "stop")

    def make_database(self, name: str) -> str:
        """Its address."""
        self.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        connection = psycopg2.connect(self.address(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        as_other = {"user": _UNPRIVILEGED, "group": _UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # not a pipe: the server inherits it and never closes it
            stderr=subprocess.DEVNULL,
            timeout=60,
            **as_other,  # type: ignore[call-overload]
        )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Skips the test where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    programs = found[-1].parent if found else Path(shutil.which("initdb") or "").parent
    if not (programs / "initdb").is_file():
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    # Not below pytest's folders, which only their owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="digest-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _UNPRIVILEGED, _UNPRIVILEGED)
        server = Postgres(programs, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Its address. Skips the test where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed (Debian: redis-server)")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")
