"""Posts and pages on disk: each is there whole or not at all, and what a person changed is not overwritten unasked."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from digest_assets.errors import OutputUnwritable


class WriteOutcome(str, Enum):
    """What became of a file that was to be written."""

    WRITTEN = "written"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """A person edited it, and nobody asked to overwrite it."""


@dataclass(frozen=True, slots=True)
class Written:
    outcome: WriteOutcome
    sha256: str
    """Of what was to be written. What is on disk differs where the file was kept."""


def encode(text: str | bytes) -> bytes:
    """`text` as UTF-8, bytes as they are. A lone surrogate, which has no UTF-8, becomes U+FFFD."""
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def write_atomically(path: Path, text: str | bytes, *, durable: bool = True, named: str = "in output.posts_dir") -> str:
    """Writes `text` to `path`, with its folder where that is missing. Returns the SHA-256 of the bytes, in hex.

    A reader sees the old file or the new one, never a part: the bytes go to a file beside it, to the disk, and then
    take its name. `durable`: whether the disk is waited for, milliseconds a file. `named`: where a user says which
    folder it is.
    Raises `OutputUnwritable`; the old file is then as it was.
    """
    data = encode(text)
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.chmod(_mode_of(path))
        temporary.replace(path)
        temporary = None
        if durable:
            _sync_folder(path.parent)
    except OSError as error:
        raise OutputUnwritable(
            f"{path} cannot be written: {error.strerror or error}.",
            cure=f"Check the folder's permissions or free space, or name another {named}.",
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return hashlib.sha256(data).hexdigest()


def write_unless_edited(path: Path, text: str, *, last_sha256: str | None, overwrite: bool = False) -> Written:
    """Writes `text` to `path`, unless a person edited what is there; `overwrite` does it all the same.

    What a power cut or a full disk left of `text` is no person's edit, and is written again.
    `last_sha256` is what `write_atomically` returned the last time, None where nothing was ever written.
    """
    sha256 = hashlib.sha256(encode(text)).hexdigest()
    on_disk = sha256_of(path)
    if on_disk == sha256:
        return Written(WriteOutcome.UNCHANGED, sha256)
    if not overwrite and edited_by_hand(path, last_sha256) and not _is_torn(path, encode(text)):
        return Written(WriteOutcome.KEPT, sha256)
    return Written(WriteOutcome.WRITTEN, write_atomically(path, text))


def edited_by_hand(path: Path, last_sha256: str | None) -> bool:
    """Whether `path` holds something else than was last written there. A file that was never written is a person's."""
    on_disk = sha256_of(path)
    return on_disk is not None and on_disk != last_sha256


def _is_torn(path: Path, whole: bytes) -> bool:
    """Whether `path` holds the beginning of `whole`, broken off within a line, or nothing, or zeros after it."""
    found = path.read_bytes()
    begun = found.rstrip(b"\0")
    return whole.startswith(begun) and (len(begun) < len(found) or not begun.endswith(b"\n"))


def sha256_of(path: Path) -> str | None:
    """The SHA-256 of the file, in hex; None where there is none. Raises `OutputUnwritable` where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputUnwritable(
            f"{path} cannot be read: {error.strerror or error}.",
            cure="Correct its permissions, or name another folder in output.posts_dir.",
        ) from error


def _mode_of(path: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file (a temporary one is private)."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o644


def _sync_folder(folder: Path) -> None:
    """Has the new name on the disk too; folders cannot be opened for that on every system."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unless_edited(path: Path, *, last_sha256: str | None) -> Written:
    """Removes `path`, which is not to be there any more, unless a person edited it. Raises `OutputUnwritable`."""
    if edited_by_hand(path, last_sha256):
        return Written(WriteOutcome.KEPT, last_sha256 or "")
    if sha256_of(path) is None:
        return Written(WriteOutcome.UNCHANGED, "")
    try:
        path.unlink()
    except OSError as error:
        raise OutputUnwritable(
            f"{path} cannot be removed: {error.strerror or error}.", cure="Check the folder's permissions."
        ) from error
    return Written(WriteOutcome.REMOVED, "")
