"""Whether a folder of the settings can take files: asked before anything is paid for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from digest_assets.errors import OutputUnwritable


def nearest(folder: Path) -> Path:
    """`folder` itself, or the nearest above it that there is; where the path is wrong, a file."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def takes_files(folder: Path) -> bool:
    """Whether a file can be made in `folder`, or in the nearest above it that there is. One without a name is made: to
    root every permission looks as if it were given, in `/proc` as well."""
    try:
        with tempfile.TemporaryFile(dir=nearest(folder)):
            return True
    except OSError:
        return False


def require_takes_files(folder: Path, setting: str) -> None:
    """Raises `OutputUnwritable` where no file can be made in `folder`, which the user set by `setting`."""
    if not takes_files(folder):
        raise OutputUnwritable(
            f"{nearest(folder)} takes no files.", cure=f"Check its permissions and free space, or correct {setting}."
        )
