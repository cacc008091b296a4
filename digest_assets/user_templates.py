"""Templates of the package that a user's own folder goes before, and what is said where one of them has an error."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, TemplateSyntaxError

from digest_assets.errors import TemplateBroken


def environment(
    package: str,
    folder: Path | None,
    *,
    within: str = "",
    escape: bool = False,
    finalize: Callable[[object], object] | None = None,
) -> Environment:
    """An environment for the templates of `package`; those in `folder` (and there in `within`) go before them.

    `finalize` sees each value before it is written. Raises `TemplateBroken` where `folder` does not exist; `within`
    need not.
    """
    loaders: list[FileSystemLoader | PackageLoader] = [PackageLoader(package)]
    if folder is not None:
        if not folder.is_dir():
            raise TemplateBroken(
                f"The folder of templates {folder} does not exist.", cure="Make it or unset output.templates_dir."
            )
        loaders.insert(0, FileSystemLoader(folder / within))
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=escape,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@contextmanager
def rendering(name: str) -> Iterator[None]:
    """Raises `TemplateBroken`, with file, line and cure, for whatever goes wrong while template `name` is rendered."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise _broken(error.filename or error.name or name, error.lineno, error.message or "wrong syntax") from error
    except Exception as error:
        raise _broken(*_place(error, name), f"{type(error).__name__}: {error}") from error


def _place(error: BaseException, name: str) -> tuple[str, int | None]:
    """File and line of the innermost template that `error` came through."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith((".j2", "<template>"))
    ]
    return (frames[-1].filename, frames[-1].lineno) if frames else (name, None)


def _broken(file: str, line: int | None, reason: str) -> TemplateBroken:
    where = f"{file}, line {line}" if line else file
    return TemplateBroken(
        f"The template {where} cannot be rendered: {reason.rstrip('.')}.",
        cure="Correct it there, or unset output.templates_dir to use the templates that come with the program.",
    )
