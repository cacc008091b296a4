"""The blog in whose folder a digest is set up: what builds it, where it wants posts, what it would publish of ours.

Jekyll publishes each file of its folder that does not begin with a dot or an underscore and is not under `exclude:`
(https://jekyllrb.com/docs/configuration/options/); Hugo what is in its own folders
(https://gohugo.io/getting-started/directory-structure/). Both leave hidden folders alone. Pure but for reading.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import yaml

from digest_assets.config import CONFIG_NAME, DIGESTS_NAME, SECRETS_NAME, Settings
from digest_assets.errors import ConfigurationError

if TYPE_CHECKING:
    from digest_assets.store.connection import DigestStore

JEKYLL_CONFIGS = ("_config.yml", "_config.yaml")
HUGO_CONFIGS = ("hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "config.yaml", "config.json", "config/_default")
HUGO_READS = ("archetypes", "assets", "content", "data", "i18n", "layouts", "static", "themes")
"""Folders that Hugo takes something from."""
OURS = "digest_assets/definitions.py"
"""A clone with this file is the program's own, and no blog."""
NO_PASSTHROUGH = (
    "has its extension passthrough off, so formulas would be shown without their marks, as TeX. "
    "Switch it on: docs/publishing.md, Into an existing blog."
)
JEKYLL_3_LEAVES = (
    "Gemfile",
    "Gemfile.lock",
    "node_modules",
    "vendor/bundle/",
    "vendor/cache/",
    "vendor/gems/",
    "vendor/ruby/",
)
"""Jekyll 3, which GitHub Pages builds with, leaves these only where there is no `exclude:`."""


_LIST = re.compile(
    r"(?m)^exclude:[ \t]*(?:#.*)?\n(?:[ \t]*#.*\n|[ \t]*\n)*"
    r"((?:([ \t]*)-[ \t].*(?:\n|\Z)|[ \t]+#.*\n|[ \t]*\n(?=[ \t]*-[ \t]))+)"
)
"""A list in lines: its items, and how far the first is indented."""


@dataclass(frozen=True, slots=True)
class Blog:
    """A folder that a generator makes a site of; `git`: that is in a repository, and no generator was recognized."""

    kind: Literal["jekyll", "hugo", "git"]
    folder: Path
    config: Path | None = None

    @property
    def posts_dir(self) -> str:
        """Where its posts are, relative to its folder."""
        return {"jekyll": "_posts", "hugo": "content/posts", "git": "posts"}[self.kind]

    @property
    def form(self) -> Literal["jekyll", "hugo", "markdown"]:
        """What its posts are written for."""
        return {"jekyll": "jekyll", "hugo": "hugo", "git": "markdown"}[self.kind]  # type: ignore[return-value]


def find_blog(folder: Path) -> Blog | None:
    """The blog that `folder` or one above it, within the same repository, is; None where there is none, and in a clone
    of this program."""
    for each in (folder, *folder.parents):
        for name in JEKYLL_CONFIGS:
            if (each / name).is_file():
                return Blog("jekyll", each, each / name)
        found = next((each / name for name in HUGO_CONFIGS if (each / name).exists()), None)
        if found is not None and (found.name.startswith("hugo.") or (each / "content").is_dir()):
            return Blog("hugo", each, found)
        if (each / ".git").exists():
            return None if (each / OURS).is_file() else Blog("git", each)
    return None


def lets_formulas_through(blog: Blog) -> bool:
    """Whether the generator leaves formulas as they are, for the page's script.

    Hugo does by an extension that is off at first (https://gohugo.io/content-management/mathematics/): its own
    configuration and its themes' are looked at.
    """
    if blog.kind != "hugo":
        return True
    folders = (blog.folder, *(blog.folder / "themes").glob("*"))
    held = [folder / name for folder in folders for name in HUGO_CONFIGS]
    files = [each for path in held for each in ([path] if path.is_file() else path.glob("*"))]
    return any("passthrough" in each.read_text("utf-8", "replace") for each in files if each.is_file())


def private_paths(settings: Settings, store: DigestStore) -> list[Path]:
    """What of a project is for nobody else: settings, secrets, store, journals, backups, Dagster's history."""
    root = settings.root
    paths = [root / CONFIG_NAME, root / DIGESTS_NAME, root / SECRETS_NAME, root / "data" / "dagster", *store.files]
    if home := os.environ.get("DAGSTER_HOME"):
        paths.append(Path(home).resolve())
    return [each for each in paths if each.exists()]


def published(blog: Blog, paths: Iterable[Path]) -> list[Path]:
    """Those of `paths` that the blog's generator would publish, or read as its own. Raises `ConfigurationError` for a
    configuration that cannot be read."""
    if blog.kind == "git":
        return []
    excluded = _excluded(blog) if blog.kind == "jekyll" else ()
    return [each for each in paths if _is_published(blog, each, excluded)]


def _is_published(blog: Blog, path: Path, excluded: Collection[str]) -> bool:
    if not path.is_relative_to(blog.folder) or path == blog.folder:
        return path == blog.folder
    parts = path.relative_to(blog.folder).parts
    if any(part.startswith(".") for part in parts):
        return False
    if blog.kind == "hugo":
        return parts[0] in HUGO_READS
    if any(part.startswith(("_", "#", "~")) for part in parts):
        return False
    ancestors = [PurePosixPath(*parts[: length + 1]).as_posix() for length in range(len(parts))]
    return not any(fnmatch(each, pattern.strip("/")) for each in ancestors for pattern in excluded)


def _excluded(blog: Blog) -> tuple[str, ...]:
    listed = _loaded(blog.config.read_text("utf-8") if blog.config else "", blog).get("exclude") or ()
    return tuple(str(each) for each in ([listed] if isinstance(listed, str) else listed))


def with_excluded(blog: Blog, names: Iterable[str]) -> str:
    """The text of a Jekyll configuration with `names` under `exclude:`, and nothing else changed.

    Raises `ConfigurationError`, with the lines to add, where it is not written in a way that can be added to.
    """
    assert blog.config is not None
    text = blog.config.read_text("utf-8")
    before = _loaded(text, blog)
    wanted = [each for each in names if each not in _excluded(blog)]
    if "exclude" not in before:
        wanted = [*JEKYLL_3_LEAVES, *wanted]
        made = text + ("" if text.endswith("\n") or not text else "\n") + "exclude:\n" + _items(wanted, "  ")
    else:
        made = _added(text, wanted)
    listed = list(_excluded(blog)) + wanted
    if _loaded(made, blog) != {**before, "exclude": listed}:
        raise ConfigurationError(
            f"{blog.config} has a form that this command does not edit.",
            cure=f"Add to its `exclude:` yourself, and begin again: {', '.join(wanted)}",
        )
    return made


def _added(text: str, wanted: Iterable[str]) -> str:
    """`text` with items at the end of its list `exclude:`, which is in lines, or in brackets."""
    inline = re.search(r"(?m)^exclude:[ \t]*\[([^\]]*)\]", text)
    if inline is not None:
        inner = inline[1].rstrip().rstrip(",")
        whole = ", ".join(([inner] if inner.strip() else []) + [f'"{each}"' for each in wanted])
        return f"{text[: inline.start(1)]}{whole}{text[inline.end(1) :]}"
    lines = _LIST.search(text)
    if lines is None:
        return text
    end = "" if lines[1].endswith("\n") else "\n"
    return f"{text[: lines.end(1)]}{end}{_items(wanted, lines[2] or '')}{text[lines.end(1) :]}"


def _items(names: Iterable[str], indent: str) -> str:
    return "".join(f"{indent}- {name}\n" for name in names)


def _loaded(text: str, blog: Blog) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f", line {line + 1}"
        raise ConfigurationError(f"{blog.config} is not valid YAML{where}.", cure="Correct it first.") from None
    return loaded if isinstance(loaded, dict) else {}
