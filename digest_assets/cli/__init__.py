"""`digest`: the digest from the command line, for those who do not open a UI. A command is a file here, a line below.

Exit codes, of every command:

    0    done; for `run` and `backfill`: everything announced is in the posts
    1    something failed, or is missing from a post
    2    a setting or an argument is wrong: nothing was done
    3    the mailing is not searchable yet: ask again later
    130  stopped by Ctrl-C: what was stored stays, the same command goes on from there

Results go to stdout (`--json`: one document), progress and errors to stderr. What goes wrong is one line with its cure;
a traceback only where `--traceback` asks for one.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, cast

import typer

from digest_assets.cli.backfill import backfill
from digest_assets.cli.compare import compare
from digest_assets.cli.console import FAILED, STOPPED, WRONG_USE, err, tell_error
from digest_assets.cli.demo import demo
from digest_assets.cli.doctor import doctor
from digest_assets.cli.export import export
from digest_assets.cli.init import init
from digest_assets.cli.mcp import mcp
from digest_assets.cli.publish import publish
from digest_assets.cli.run import run
from digest_assets.cli.settings import settings
from digest_assets.cli.show import show
from digest_assets.cli.status import status
from digest_assets.cli.store import store
from digest_assets.cli.ui import ui
from digest_assets.cli.update import update
from digest_assets.cli.usage import usage
from digest_assets.errors import ConfigurationError, DigestError

app = typer.Typer(
    help="Daily arXiv digests: every paper once, translated, read in full, published.",
    epilog="Exit codes: 0 done, 1 failed or in part, 2 wrong use, 3 not searchable yet.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_COMMANDS: list[Callable[..., object]] = [
    init,
    run,
    backfill,
    status,
    show,
    usage,
    compare,
    export,
    publish,
    mcp,
    doctor,
    settings,
    update,
    ui,
    demo,
]
for _command in _COMMANDS:
    app.command()(_command)
app.add_typer(store, name="store")

_UsageError = cast(type[Exception], typer.BadParameter.__base__)
"""Click's: unknown options and commands, missing and malformed arguments. Typer carries its own click since 0.20."""
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO}
"""The disk's, which are no mistake of this program."""
_GOES_ON = "What was stored stays; the same command goes on from there."


@app.callback(invoke_without_command=True)
def digest(
    context: typer.Context,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in the program an error came from.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; returns the exit code. What a user did wrong is one line on stderr, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(given, prog_name="digest", standalone_mode=False)
    except Exception as error:
        if "--traceback" in given:
            raise
        return _told(error)
    if code == STOPPED:
        goes_on = "The demo begins afresh each time." if "demo" in given else _GOES_ON
        err.print(f"\nStopped. {goes_on}")
    return code or 0


def _told(error: Exception) -> int:
    if isinstance(error, DigestError):
        tell_error(str(error))
        return WRONG_USE if isinstance(error, ConfigurationError) else FAILED
    if isinstance(error, _UsageError):
        tell_error(f"{error.format_message()}")  # type: ignore[attr-defined]
        return WRONG_USE
    if isinstance(error, OSError) and error.errno in _REFUSED:
        where = f"{error.filename}: " if error.filename else ""
        tell_error(f"{where}{error.strerror}. Check the folder's permissions and the free space.")
        return FAILED
    tell_error(f"{type(error).__name__}: {' '.join(str(error).split())} (a bug: `digest --traceback ...` shows where)")
    return FAILED
