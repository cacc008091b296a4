"""Answers between their arrival and the store: lines in a file beside it, so that a kill in between loses none.

A transaction takes about 40 ms, and a dozen answers can arrive in that time, each of them paid for. A line that is
handed to the operating system survives the process that wrote it, and costs microseconds. So each answer is first a
line, then a row; what a dead process left behind becomes rows when the next run begins.
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
            self._file = self._path.open("a", encoding="utf-8", errors="replace")
        except OSError as error:
            raise StoreUnusable(
                f"{self._path.parent} cannot be written: {error.strerror}.",
                cure="Correct store.url or the folder's rights.",
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._lock.release()

    def append(self, row: Mapping[str, Any]) -> None:
        """Writes `row`, which `json` has to be able to write, and hands it to the operating system."""
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()

    def clear(self) -> None:
        """Removes the lines: they are rows now."""
        self._file.close()
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


def _lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file. A line that was cut (a kill, a full disk) is no row: its answer is asked for again."""
    rows = []
    for line in path.read_text("utf-8", "replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows += [row] if isinstance(row, dict) else []
    return rows


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")
