"""`digest init`: a folder becomes a project: a short digest.toml, a place for the key, and nothing of it published."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest_assets.cli.console import say
from digest_assets.markup.targets import json_text

if TYPE_CHECKING:
    from digest_assets.blog import Blog
    from digest_assets.config import Settings

DAYS_BACK = timedelta(days=7)
"""How long before today the first date is: more than one mailing, and no backfill of months by mistake."""
STORE = ".digest"
"""In a blog: a folder that no generator publishes."""


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path(),
    categories: Annotated[str | None, typer.Option(help="arXiv's, parted by commas: cs.SD,eess.AS")] = None,
    timezone: Annotated[str | None, typer.Option(help="What a date means, such as Europe/Berlin.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the digest: zh, en, ja.")] = None,
    contact: Annotated[str | None, typer.Option(help="Your e-mail address, for arXiv.")] = None,
    model: Annotated[str | None, typer.Option(help="A preset: openai, deepseek, ollama, ..., or none.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not given is as it is by default.")] = False,
) -> None:
    """Set a digest up in a folder, or in that of a blog.

    Asks five things at most. In the folder of a Jekyll, Hugo or Git blog posts go where that wants them, and nothing
    else of ours is published.
    """
    from digest_assets.blog import find_blog
    from digest_assets.config import CONFIG_NAME
    from digest_assets.errors import ConfigurationError, OutputUnwritable

    folder = folder.expanduser().resolve()
    config = folder / CONFIG_NAME
    if config.exists():
        raise ConfigurationError(f"{config} is there already.", cure="Edit it; `digest settings` prints what holds.")
    blog = find_blog(folder)
    if blog is not None and blog.folder != folder:
        blog = None  # a folder inside a repository: only what surrounds it is looked at, below
    asked = not yes and sys.stdin.isatty()
    given = dict(
        [
            _answer("digest.categories", "arXiv's categories, parted by commas", categories, asked, _completing),
            _answer("digest.timezone", "Time zone of the digest's dates", timezone, asked, default=_zone_here()),
            _answer("digest.language", "Language: zh, en or ja", language, asked),
            _answer("arxiv.contact", "Your e-mail address, which arXiv asks for (may be empty)", contact, asked),
            _answer("llm.preset", "Model: openai, deepseek, qwen, ollama, ..., or none", model, asked),
        ]
    )
    changed = _keep_out_of(folder, blog, asked=asked, yes=yes)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = [config.name]
        config.write_text(_written(given, blog), "utf-8")
        if _ignore(folder / ".gitignore", blog):
            made.append(".gitignore")
        if _secrets(folder / ".env", given):
            made.append(".env")
    except OSError as error:
        raise OutputUnwritable(
            f"{folder} cannot be written: {error.strerror}.", cure="Correct its permissions, or name another folder."
        ) from None
    say(f"{folder}: {', '.join([*made, *changed])}")
    if not asked:
        flags = {
            "categories": categories,
            "timezone": timezone,
            "language": language,
            "contact": contact,
            "model": model,
        }
        chosen = [f"--{_flag(name)} {value or '(none)'}" for name, value in given.items() if flags[_flag(name)] is None]
        if chosen:
            say(f"Not asked: {', '.join(chosen)}. Change it in {config.name}.")
    _say_next(folder, given, blog)


def _answer(
    name: str,
    question: str,
    given: str | None,
    asked: bool,
    completing: Callable[[], None] | None = None,
    default: str | None = None,
) -> tuple[str, str]:
    """(setting, value), asked for until it is one. Raises `typer.BadParameter` for a flag that is none."""
    section, key = name.split(".")
    if default is None:
        held = getattr(getattr(_defaults(), section), key)
        default = ",".join(held) if isinstance(held, tuple) else str(held)
    if completing is not None and asked and given is None:
        completing()
    value = given
    while True:
        if value is None:
            value = typer.prompt(question, default=default, show_default=bool(default)) if asked else default
        wrong = _wrong(section, key, value)
        if wrong is None:
            return name, value
        if given is not None or not asked:
            raise typer.BadParameter(f"--{_flag(name)}: {wrong}")
        say(wrong)
        value = None


def _flag(name: str) -> str:
    return {"llm.preset": "model"}.get(name, name.split(".")[1])


def _defaults() -> Settings:
    from digest_assets.config import Settings

    return Settings.model_construct()


def _wrong(section: str, key: str, value: str) -> str | None:
    """What is wrong with a value, as the settings say it."""
    from pydantic import ValidationError

    from digest_assets.config import Settings

    model: Any = Settings.model_fields[section].annotation
    more = {"base_url": "https://x.openai.azure.com/openai/v1"} if value == "azure" else {}
    try:
        model.model_validate({key: value, **more})
    except ValidationError as error:
        return "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors())
    return None


def _completing() -> None:
    """Has the tabulator complete the names of categories, where the terminal can."""
    with suppress(ImportError):
        import readline

        from digest_assets.arxiv.taxonomy import categories

        known = categories()

        def complete(begun: str, number: int) -> str | None:
            fitting = [each for each in known if each.lower().startswith(begun.lower())]
            return fitting[number] if number < len(fitting) else None

        readline.set_completer_delims(", \t")
        readline.set_completer(complete)
        readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")


def _zone_here() -> str | None:
    """The zone of this machine, where it says which; UTC is a server's, and nobody's day."""
    named = os.environ.get("TZ", "").lstrip(":")
    with suppress(OSError):
        named = named or os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return (
        named if "/" in named and not named.startswith("Etc/") and _wrong("digest", "timezone", named) is None else None
    )


def _written(given: dict[str, str], blog: Blog | None) -> str:
    """A digest.toml of what was asked, and of what else differs from the defaults, each with what it is."""
    from digest_assets.resources.clock import SystemClock

    settings: list[tuple[str, object, str]] = []
    for name, comment in (
        ("digest.categories", "arXiv's"),
        ("digest.timezone", "what a date means"),
        ("digest.language", "of the posts: zh, en, ja"),
        ("arxiv.contact", "so that arXiv can reach you"),
        ("llm.preset", _key_comment(given["llm.preset"])),
    ):
        is_list = name == "digest.categories"
        value: object = tuple(filter(None, map(str.strip, given[name].split(",")))) if is_list else given[name]
        settings.append((name, value, comment))
    first = (SystemClock().now() - DAYS_BACK).date().isoformat()
    settings.append(("digest.first_date", first, "the first that can be made: `digest backfill` begins here"))
    if blog is not None:
        settings += [
            ("store.url", f"{STORE}/digest.duckdb", "in a folder that is not published"),
            ("output.posts_dir", blog.posts_dir, f"where {blog.kind.title()} has its posts"),
            ("output.form", blog.form, "what they are written for"),
            ("output.site_dir", "", 'no pages of our own; a folder, such as "static/digest": a site of theirs'),
        ]
    lines = [
        "# What differs from the defaults: `digest settings` prints all that can be set. Secrets belong into .env or",
        "# the environment. Relative paths are relative to this file's folder.",
    ]
    for section in dict.fromkeys(name.split(".")[0] for name, _, _ in settings):
        lines += ["", f"[{section}]"]
        for name, value, comment in settings:
            if name.startswith(f"{section}."):
                shown = json_text(list(value) if isinstance(value, tuple) else value).replace(",", ", ")
                lines.append(f"{f'{name.split(chr(46))[1]} = {shown}':<40} # {comment}")
    return "\n".join(lines) + "\n"


def _key_variable(preset: str) -> str:
    """Of the environment, for the preset's key; empty where it asks for none."""
    from digest_assets.llm.providers import presets

    return presets()[preset].get("api_key_env", "")


def _key_comment(preset: str) -> str:
    if preset == "none":
        return "no model: abstracts in the original, nothing is read"
    variable = _key_variable(preset)
    return f"its key is {variable}, in .env or the environment" if variable else "asks for no key"


def _ignore(path: Path, blog: Blog | None) -> bool:
    """Adds to .gitignore what is nobody else's. Whether there was anything to add."""
    wanted = [".env", f"/{STORE}/"] if blog is not None else [".env", "/data/", "/site/"]
    before = path.read_text("utf-8") if path.is_file() else ""
    missing = [each for each in wanted if each not in before.splitlines()]
    if missing:
        path.write_text(
            before + ("" if before.endswith("\n") or not before else "\n") + "\n".join(missing) + "\n", "utf-8"
        )
    return bool(missing)


def _secrets(path: Path, given: dict[str, str]) -> bool:
    """Makes .env, which nobody else can read, with the key's empty line. An existing one stays as it is."""
    variable = _key_variable(given["llm.preset"])
    if path.exists() or not variable:
        return False
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(
            f"# Every command of digest reads it, git ignores it. What the environment sets goes first.\n{variable}=\n"
        )
    return True


def _keep_out_of(folder: Path, blog: Blog | None, *, asked: bool, yes: bool) -> list[str]:
    """Has a Jekyll blog leave digest.toml alone: with the difference shown, and asked for. What it changed.

    Raises `ConfigurationError` where that is not wanted, or the folder is inside what a generator publishes.
    """
    from digest_assets.blog import find_blog, published, with_excluded
    from digest_assets.config import CONFIG_NAME
    from digest_assets.errors import ConfigurationError

    around = blog or find_blog(folder)
    if around is None or not published(around, [folder / CONFIG_NAME]):
        return []
    if blog is None or blog.kind != "jekyll" or blog.config is None:
        raise ConfigurationError(
            f"{around.kind.title()} would publish what is in {folder}.",
            cure=f"Set the digest up in {around.folder} itself, or outside of it.",
        )
    made = with_excluded(blog, [CONFIG_NAME])
    before = blog.config.read_text("utf-8")
    for line in difflib.unified_diff(
        before.splitlines(), made.splitlines(), blog.config.name, "with digest.toml", n=1, lineterm=""
    ):
        say(line)
    if not yes and not (asked and typer.confirm(f"Change {blog.config.name}, so that digest.toml is not published?")):
        raise ConfigurationError(
            f"{blog.config} would publish digest.toml.",
            cure="Add it to `exclude:` there, or say --yes; nothing was changed.",
        )
    blog.config.write_text(made, "utf-8")
    return [f"{blog.config.name} (exclude: {CONFIG_NAME})"]


def _say_next(folder: Path, given: dict[str, str], blog: Blog | None) -> None:
    from digest_assets.blog import NO_PASSTHROUGH, OURS, lets_formulas_through

    if blog is not None:
        say(f"{blog.kind.title()}: posts go to {blog.posts_dir}/, all else to {STORE}/, which is not published.")
        if not lets_formulas_through(blog):
            say(f"Hugo {NO_PASSTHROUGH}")
    here = "" if folder == Path.cwd() else f"cd {folder} && "
    variable = _key_variable(given["llm.preset"])
    key = f"put the key into .env ({variable}=...), then " if variable else ""
    commands = "make doctor && make digest" if (folder / OURS).is_file() else "digest doctor && digest run"
    say(f"Next: {key}{here}{commands}")
