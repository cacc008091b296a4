"""The site's folder: files are made and written only where they would differ from what is there.

What each file was made of is kept in `.pages.json`, which is written last. A run that is killed in between leaves whole
files, old and new, and the next run makes again what was not noted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from digest_assets.errors import OutputUnwritable
from digest_assets.resources.output import encode, write_atomically
from digest_assets.site.pages import PlannedFile

NOTES = ".pages.json"


@dataclass(frozen=True, slots=True)
class SiteWritten:
    """What became of the planned files."""

    written: int
    unchanged: int
    removed: int


def write_site(folder: Path, planned: Iterable[PlannedFile]) -> SiteWritten:
    """Brings `folder` to what is planned. Removes what an earlier plan wrote there and this one does not have.

    Files that were never planned are left alone. Raises `OutputUnwritable`.
    """
    before, after = _noted(folder), {}
    written = unchanged = 0
    try:
        for file in planned:
            path = folder / file.path
            known = before.get(file.path)
            if known is not None and known[0] == file.key and path.is_file():
                after[file.path] = known
                unchanged += 1
                continue
            text = file.render()
            sha256 = hashlib.sha256(encode(text)).hexdigest()[:20]
            if known is not None and known[1] == sha256 and path.is_file():
                unchanged += 1
            else:
                # The disk is not waited for: a page that a crash loses is made again, unlike a post.
                write_atomically(path, text, durable=False)
                written += 1
            after[file.path] = (file.key, sha256)
        removed = _remove(folder, before.keys() - after.keys())
        _note(folder, after)
    except OSError as error:
        raise OutputUnwritable(
            f"{folder} cannot be written: {error.strerror or error}.",
            cure="Correct the folder's permissions or free space, or name another folder in output.site_dir.",
        ) from error
    except OutputUnwritable as error:
        raise OutputUnwritable(
            error.message,
            cure="Correct the folder's permissions or free space, or name another folder in output.site_dir.",
        ) from None
    return SiteWritten(written, unchanged, removed)


def _noted(folder: Path) -> dict[str, tuple[str, str]]:
    """The key and the hash of each file, as they were noted. What cannot be read is as if it had not been."""
    try:
        noted = json.loads((folder / NOTES).read_text("utf-8"))
        return {path: (key, sha256) for path, (key, sha256) in noted.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _note(folder: Path, files: dict[str, tuple[str, str]]) -> None:
    write_atomically(folder / NOTES, json.dumps(files, separators=(",", ":")))


def _remove(folder: Path, paths: Iterable[str]) -> int:
    removed = 0
    root = folder.resolve()
    for path in paths:
        file = (folder / path).resolve()
        if file.is_relative_to(root) and file.is_file():  # the notes may have been edited
            file.unlink()
            removed += 1
    return removed
