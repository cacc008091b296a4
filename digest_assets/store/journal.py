"""Answers between their arrival and the store: lines in a file beside it, so that a kill in between loses none.

A transaction takes about 40 ms, and a dozen answers can arrive in that time, each of them paid for. A line that is
handed to the operating system survives the process that wrote it, and costs microseconds. So each answer is first a
line, then a row; what a dead process left behind becomes rows when the next run begins.

A full disk must not lose one either. So before a call is made the file has room for its answer, given by the disk.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from digest_assets.errors import StoreUnusable

ROOM_OF_AN_ANSWER = 128 * 1024
"""Bytes. Few are longer than a tenth of it, and those under way share theirs."""


class AnswerJournal:
    """The lines of one process. A context manager: a lock beside the file tells others that its owner lives."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
        self._lock = FileLock(_lock_path(self._path))

    @property
    def name(self) -> str:
        """Of this run among all."""
        return self._path.stem

    def __enter__(self) -> AnswerJournal:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise StoreUnusable(
                f"{self._path.parent} cannot be written: {error.strerror}.",
                cure="Check store.url and the folder's permissions.",
            ) from None
        self._written = self._reserved = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock.is_locked:
            os.ftruncate(self._file, self._written)
            os.close(self._file)
            self._lock.release()

    def reserve(self, answers: int) -> None:
        """Has the disk give room for so many answers. Raises `StoreUnusable` where it has none."""
        wanted = answers * ROOM_OF_AN_ANSWER
        if self._reserved - self._written >= wanted:
            return
        try:
            _allocate(self._file, self._written, 2 * wanted)
            self._reserved = self._written + 2 * wanted
        except OSError as error:
            raise StoreUnusable(
                f"{self._path.parent} has no room for the next answers ({error.strerror}): nothing more is asked for.",
                cure=f"Free {max(2 * wanted // 1_000_000, 1)} MB on its disk, and some for the store; "
                "what came is kept, and the same command goes on from there.",
            ) from None

    def append(self, row: Mapping[str, Any]) -> None:
        """Writes `row`, which `json` has to be able to write, and hands it to the operating system.

        Raises `StoreUnusable` where it cannot be written, in a room that was not reserved.
        """
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")
        done = 0
        try:
            while done < len(line):
                done += os.pwrite(self._file, line[done:], self._written + done)
        except OSError as error:
            raise StoreUnusable(
                f"An answer could not be written to {self._path.parent}: {error.strerror}.",
                cure="Free space on its disk; the same command goes on from there.",
            ) from None
        self._written += done

    def clear(self) -> None:
        """Removes the lines: they are rows now."""
        os.close(self._file)
        self._path.unlink(missing_ok=True)
        self._lock.release()
        _lock_path(self._path).unlink(missing_ok=True)


def left_behind(folder: Path) -> list[tuple[Path, list[dict[str, Any]]]]:
    """The files of processes that died, with their lines."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            with FileLock(_lock_path(path)).acquire(timeout=0):
                found.append((path, _lines(path)))
        except (Timeout, FileNotFoundError):
            continue  # its owner lives, or somebody else has just taken care of it
    return found


def forget(path: Path) -> None:
    """Removes a file of a dead process, after its lines became rows."""
    path.unlink(missing_ok=True)
    _lock_path(path).unlink(missing_ok=True)


def _allocate(file: int, start: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, start, size)
        return
    for offset in range(start, start + size, ROOM_OF_AN_ANSWER):  # macOS, Windows
        os.pwrite(file, bytes(ROOM_OF_AN_ANSWER), offset)


def _lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, before the room that was reserved. A line that was cut is no row."""
    rows = []
    for line in path.read_text("utf-8", "replace").rstrip("\0").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows += [row] if isinstance(row, dict) else []
    return rows


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")
