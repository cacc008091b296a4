"""`digest settings`: every setting with its value, its default, where the value came from, and what it does."""

from __future__ import annotations

import ast
import itertools
import os
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, DigestOption, JsonOption, loaded
from digest_assets.markup.targets import json_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Setting:
    """One key. `value` and `default` as JSON has them; None: not set."""

    name: str
    value: object
    default: object
    source: str
    """A variable, digest.toml, a file of `digests/`, a preset, or `default`."""
    meaning: str
    values: str
    """Of a setting that takes one of a few: which."""


def settings(
    as_json: JsonOption = False,
    as_page: Annotated[
        bool, typer.Option("--markdown", help="Print the page docs/settings.md, of the defaults.")
    ] = False,
    digest: DigestOption = None,
    config: ConfigOption = None,
) -> None:
    """Print every setting: value, default, where from, what it does."""
    from digest_assets.config import find_config

    if as_page:
        typer.echo(page(), nl=False)
        return
    held, *others = loaded(config, digest)
    found = list(described(held, find_config()))
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for number, each in enumerate(found):
        section, key = each.name.split(".")
        if number == 0 or not found[number - 1].name.startswith(f"{section}."):
            say(f"{'' if number == 0 else chr(10)}[{section}]  # {cleandoc(_section(section).__doc__ or '')}")
        say(f"# {each.meaning}{f' One of {each.values}.' if each.values else ''}")
        came = "" if each.source == "default" else f"  # from {each.source}; default: {_toml(each.default)}"
        say(f"{'# ' if each.value is None else ''}{key} = {_toml(each.value)}{came}")
    for interest in held.interests:
        say("\n[[interests]]")
        for key, value in interest.model_dump(mode="json", by_alias=True, exclude_defaults=True).items():
            say(f"{key} = {_toml(value)}")
    if others:
        names = ", ".join(each.digest.name for each in others)
        say(f"\n# Those of {held.digest.name}. With --digest NAME, those of {names}.")


def described(held: Any, config: Path | None) -> Iterator[Setting]:
    """All settings as `held` has them; `config`: the digest.toml that was read."""
    from digest_assets.config import DIGESTS_NAME, ENVIRONMENT_PREFIX
    from digest_assets.llm.providers import presets

    written = tomllib.loads(config.read_text("utf-8-sig")) if config is not None and config.is_file() else {}
    own_name = f"{DIGESTS_NAME}/{held.digest.name}.toml"
    own = tomllib.loads((held.root / own_name).read_text("utf-8-sig")) if held.is_beside else {}
    preset = presets().get(held.llm.preset, {})
    variables = {name.upper() for name in os.environ}
    for section in _sections():
        model = _section(section)
        meanings = _meanings(model)
        for key, field in model.model_fields.items():
            variable = f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()
            value = to_jsonable_python(getattr(getattr(held, section), key))
            default = to_jsonable_python(field.get_default(call_default_factory=True))
            if key in own.get(section, {}):
                source = own_name
            elif variable in variables:
                source = variable
            elif key in written.get(section, {}):
                source = "digest.toml"
            elif section == "llm" and key in preset and value != default:
                source = f"the preset {held.llm.preset}"
            else:
                source = "default"
            yield Setting(f"{section}.{key}", value, default, source, meanings[key], _choices(field.annotation))


def page() -> str:
    """docs/settings.md: all settings with their defaults, as Markdown."""
    from digest_assets.config import InterestSettings

    lines = [
        "# Settings",
        "",
        "Made by `digest settings --markdown`. A setting stands in digest.toml, such as `model` under `[llm]`, or in",
        "the environment as `DIGEST__LLM__MODEL`, which goes first; a list's items are parted by commas there.",
        "`digest settings` prints what holds in your folder and where it came from. Relative paths are relative to",
        "digest.toml's folder. Of [several digests](several-digests.md) each has a file of its own, too.",
    ]
    for section in _sections():
        lines += _table(section, _section(section))
    lines += _table("[interests]", InterestSettings)
    return "\n".join(lines) + "\n"


def _table(section: str, model: type[BaseModel]) -> list[str]:
    """The lines of a section."""
    meanings = _meanings(model)
    lines = ["", f"## [{section}]", "", " ".join(cleandoc(model.__doc__ or "").split()), ""]
    lines += ["| setting | default | what |", "|---|---|---|"]
    for key, field in model.model_fields.items():
        default = None if field.is_required() else to_jsonable_python(field.get_default(call_default_factory=True))
        choices = _choices(field.annotation)
        meaning = meanings[key] + (f" One of {choices}." if choices else "")
        lines.append(f"| `{field.alias or key}` | {'' if default is None else f'`{_toml(default)}`'} | {meaning} |")
    return lines


def _sections() -> list[str]:
    from digest_assets.config import setting_names

    return list(dict.fromkeys(name.split(".")[0] for name in setting_names()))


def _section(name: str) -> type[BaseModel]:
    from digest_assets.config import Settings

    model = Settings.model_fields[name].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field's docstring says, on one line. Pydantic can do it, at the start of every command."""
    classes = {each.__name__ for each in model.__mro__}
    source = Path(sys.modules[model.__module__].__file__ or "").read_text("utf-8")
    found = dict.fromkeys(model.model_fields, "")
    for declared in ast.parse(source).body:
        if not (isinstance(declared, ast.ClassDef) and declared.name in classes):
            continue
        for field, said in itertools.pairwise(declared.body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(said, ast.Expr)
                and isinstance(said.value, ast.Constant)
            ):
                found[field.target.id] = " ".join(str(said.value.value).split())
    return found


def _choices(annotation: Any) -> str:
    """The values that a setting can have, where they are few."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    if typing.get_origin(annotation) is Literal:
        return ", ".join(f"`{each}`" for each in typing.get_args(annotation))
    if isinstance(annotation, types.UnionType):
        return next((found for each in typing.get_args(annotation) if (found := _choices(each))), "")
    return ""


def _toml(value: object) -> str:
    """As digest.toml would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_text(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return "" if value is None else json_text(value)
