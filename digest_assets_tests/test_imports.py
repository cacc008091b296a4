"""The direction of imports: what is pure knows nothing of Dagster, of the store, of I/O, and its parts not each other.

Found by reading the source, so that an import inside a function counts too.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "digest_assets"
VOCABULARY = {"model", "errors"}
MAY_IMPORT = {
    "model": set(),
    "errors": {"model"},
    "arxiv": VOCABULARY,
    "fields": {"arxiv"},
    "full_text": VOCABULARY,
    "llm": VOCABULARY | {"markup", "fields"},
    "markup": VOCABULARY,
    "user_templates": VOCABULARY,
    "ranking": VOCABULARY | {"arxiv", "markup"},
    "posts": VOCABULARY | {"arxiv", "ranking", "markup", "digests", "user_templates", "glance"},
    "digests": VOCABULARY | {"arxiv"},
    "glance": VOCABULARY | {"llm"},
    "site": VOCABULARY | {"arxiv", "ranking", "markup", "digests", "user_templates"},
}
"""Which parts of the package each pure part may know, besides itself."""

SHELL = {"dagster", "duckdb", "httpx2", "openai", "typer", "rich", "stamina"}
"""What no pure part may import of other people's."""


def files(part: str) -> list[Path]:
    module = PACKAGE / f"{part}.py"
    return [module] if module.is_file() else sorted((PACKAGE / part).rglob("*.py"))


@cache
def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever it does, as a dotted name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_a_pure_part_imports_only_what_it_may(part: str) -> None:
    assert files(part)
    allowed = MAY_IMPORT[part] | {part}
    for path in files(part):
        for name in imports(path):
            parts = name.split(".")
            assert parts[0] not in SHELL, f"{path.name} imports {name}"
            if parts[0] == "digest_assets" and len(parts) > 1:
                assert parts[1] in allowed, f"{path.relative_to(PACKAGE)} imports {name}"


def test_only_the_store_holds_sql() -> None:
    for path in PACKAGE.rglob("*.py"):
        # The site's notes are a file of its folder, made anew when it is lost; the history is Dagster's.
        others = {PACKAGE / "resources" / "site_notes.py", PACKAGE / "automation" / "history.py"}
        if path.is_relative_to(PACKAGE / "store") or path in others:
            continue
        assert not any(".execute(" in line for line in path.read_text("utf-8").splitlines()), path


def test_nothing_of_the_product_imports_its_tests_or_the_sandbox() -> None:
    for path in PACKAGE.rglob("*.py"):
        if path.is_relative_to(PACKAGE / "sandbox") or path == PACKAGE / "cli" / "demo.py":
            continue
        for name in imports(path):
            assert not name.startswith(("digest_assets.sandbox", "digest_assets_tests")), f"{path} imports {name}"


def test_nothing_below_the_assets_knows_of_dagster_or_of_them() -> None:
    for part in ("resources", "store", "pipeline", "sandbox"):
        for path in files(part):
            for name in imports(path):
                assert not name.startswith(
                    ("digest_assets.assets", "digest_assets.checks", "digest_assets.definitions")
                )
                assert part == "sandbox" or not name.startswith("dagster"), f"{path} imports {name}"


FLOORS = (
    ("cli",),
    ("definitions", "doctor"),
    ("endpoint_trial", "blog"),
    ("automation",),
    ("checks",),
    ("assets",),
    ("pipeline", "sandbox"),
    ("resources",),
    ("store",),
    ("folders",),
    ("config",),
    ("site",),
    ("posts",),
    ("user_templates", "glance"),
    ("llm",),
    ("full_text", "ranking"),
    ("markup",),
    ("digests", "fields"),
    ("arxiv",),
    ("errors",),
    ("model",),
)
"""The rooms from the top down, as CONTRIBUTING.md lists them. No room imports from one above it."""


def test_no_import_points_upwards() -> None:
    floor = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    assert rooms - {"__init__"} == set(floor), "a room is not on the map"
    for path in PACKAGE.rglob("*.py"):
        here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name in imports(path):
            there = name.split(".")[1] if name.startswith("digest_assets.") else here
            if there in floor and there != here:
                assert floor[there] > floor[here], f"{path.relative_to(PACKAGE)} imports {name}"
