"""`digest init` makes a project of a folder, and in a blog's folder nothing of it is published; `digest settings`."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from digest_assets.automation.history import open_history
from digest_assets.blog import OURS, Blog, find_blog, lets_formulas_through, published, with_excluded
from digest_assets.cli import main
from digest_assets.cli.options import in_folder_of
from digest_assets.cli.settings import described, page
from digest_assets.config import Settings, load_settings, setting_names

Captured = pytest.CaptureFixture[str]
GIVEN = ["--categories", "cs.cl,STAT.ML", "--timezone", "Europe/Berlin", "--language", "en", "--contact", "a@b.org"]
POST = "---\nlayout: default\ntitle: A day\n---\nA digest.\n"


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "OPENAI_API_KEY", "DEEPSEEK_API_KEY"):
        monkeypatch.delenv(name, raising=False)


class Terminal(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        return True


def test_a_folder_becomes_a_project_that_loads(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "new"
    assert main(["init", str(folder), *GIVEN, "--model", "deepseek", "--yes"]) == 0
    said = capsys.readouterr().out
    assert said.endswith(f"cd {folder} && digest doctor && digest run\n")
    assert "Not asked" not in said
    settings = load_settings(folder / "digest.toml")
    assert (settings.digest.categories, settings.digest.timezone) == (("cs.CL", "stat.ML"), "Europe/Berlin")
    assert (settings.digest.language, settings.arxiv.contact, settings.llm.preset) == ("en", "a@b.org", "deepseek")
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert "\nDEEPSEEK_API_KEY=\n" in (folder / ".env").read_text()
    assert {".env", "/data/"} <= {*(folder / ".gitignore").read_text().splitlines()}
    lines = [line for line in (folder / "digest.toml").read_text().splitlines() if " = " in line]
    assert len(lines) <= 10
    assert all("  # " in line for line in lines)
    assert main(["init", str(folder), "--yes"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_clone_of_the_program_is_no_blog_and_no_file_of_it_changes(tmp_path: Path, capsys: Captured) -> None:
    clone = tmp_path / "digest-assets"
    (clone / ".git").mkdir(parents=True)
    (clone / OURS).parent.mkdir()
    (clone / OURS).touch()
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text()
    (clone / ".gitignore").write_text(ignored)
    assert main(["init", str(clone), *GIVEN, "--model", "none", "--yes"]) == 0
    assert capsys.readouterr().out.endswith("make doctor && make digest\n")
    assert (clone / ".gitignore").read_text() == ignored
    settings, usual = load_settings(clone / "digest.toml"), Settings.model_construct()
    assert (settings.store, settings.output) == (usual.store, usual.output)


def test_at_a_terminal_a_wrong_answer_is_asked_for_again(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("cs.SDD\ncs.SD\nEurope/Berlin\nen\nme@example.org\nnone\n"))
    assert main(["init", str(tmp_path / "new")]) == 0
    assert "arXiv has no category 'cs.SDD' (did you mean cs.SD" in capsys.readouterr().out
    settings = load_settings(tmp_path / "new" / "digest.toml")
    assert (settings.digest.categories, settings.llm.is_used) == (("cs.SD",), False)
    assert not (tmp_path / "new" / ".env").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--categories", "cs.SDD"], "--categories: arXiv has no category 'cs.SDD'"),
        (["--timezone", "Berlin"], "--timezone: 'Berlin' is not a time zone"),
        (["--language", "de"], "--language: Input should be 'zh', 'en' or 'ja'"),
        (["--model", "gpt"], "--model: 'gpt' is none of"),
        (["--contact", "me"], "--contact: 'me' is not an e-mail address"),
        (["--contact", "sk-c4n4ryKx93mQvTz81LbNw02RyUc5"], "--contact: what contact holds looks like a key"),
    ],
)
def test_a_wrong_flag_is_one_line_and_makes_nothing(
    tmp_path: Path, capsys: Captured, flags: list[str], words: str
) -> None:
    assert main(["init", str(tmp_path / "new"), "--yes", *flags]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert "Kx93" not in said.err
    assert not (tmp_path / "new").exists()


def test_every_setting_says_what_it_does_and_where_its_value_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "digest.toml"
    config.write_text('[llm]\npreset = "deepseek"\n')
    monkeypatch.setenv("DIGEST__DIGEST__LANGUAGE", "en")
    found = {each.name: each for each in described(load_settings(config), config)}
    assert [*found] == setting_names()
    assert [name for name, each in found.items() if not each.meaning] == []
    assert found["digest.language"].source == "DIGEST__DIGEST__LANGUAGE"
    assert found["llm.preset"].source == "digest.toml"
    assert found["llm.api_key_env"].source == "the preset deepseek"
    assert found["llm.attempts"].source == "default"


def test_the_page_of_settings_is_what_the_command_prints() -> None:
    held = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    assert held == page(), "run: digest settings --markdown > docs/settings.md"


@pytest.mark.parametrize(
    "config",
    [
        "",
        "title: A blog",
        "exclude:\n- one\n- two # a comment\ntitle: A blog\n",
        "title: A blog\nexclude:\n  # ours\n  - one\n\n  - two",
        "exclude: [one, 'two']\ntitle: A blog\n",
        "exclude: []\n",
        'exclude: [\n  "one",\n  "two",\n]\n',
    ],
)
def test_a_jekyll_configuration_is_added_to_and_else_kept(tmp_path: Path, config: str) -> None:
    (tmp_path / "_config.yml").write_text(config)
    blog = find_blog(tmp_path)
    assert blog is not None
    private = tmp_path / "digest.toml"
    assert published(blog, [private]) == [private]
    made = with_excluded(blog, ["digest.toml"])
    assert blog.config is not None
    blog.config.write_text(made)
    assert published(blog, [private]) == []
    for line in config.splitlines():
        assert line in made or "[" in line


def test_a_configuration_that_cannot_be_added_to_is_refused_with_the_line(tmp_path: Path, capsys: Captured) -> None:
    config = "lists:\n  mine: &mine [one]\nexclude: *mine\n"
    (tmp_path / "_config.yml").write_text(config)
    assert main(["init", str(tmp_path), "--yes"]) == 2
    assert "Add to its `exclude:` yourself, and begin again: digest.toml" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["_config.yml"]
    assert (tmp_path / "_config.yml").read_text() == config


def test_a_folder_that_a_generator_publishes_is_refused(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "hugo.toml").write_text("title = 'A blog'\n")
    assert main(["init", str(tmp_path / "static" / "digest"), "--yes"]) == 2
    assert f"Set the digest up in {tmp_path} itself" in capsys.readouterr().err
    assert not (tmp_path / "static").exists()


def test_what_is_hidden_or_elsewhere_is_not_published(tmp_path: Path) -> None:
    jekyll = Blog("jekyll", tmp_path, None)
    hugo = Blog("hugo", tmp_path, None)
    names = (".env", "_drafts/x", ".digest/digest.duckdb", "data/digest.duckdb", "content/x.md", "digest.toml")
    paths = [tmp_path / name for name in names]
    assert [each.relative_to(tmp_path).as_posix() for each in published(jekyll, paths)] == [*names[3:]]
    assert [each.relative_to(tmp_path).as_posix() for each in published(hugo, paths)] == [*names[3:5]]
    assert published(jekyll, [tmp_path.parent / "x"]) == []


@pytest.mark.parametrize("config", ["hugo.toml", "config/_default/markup.toml", "themes/plain/config.yaml"])
def test_hugo_is_asked_to_let_formulas_through_until_it_does(tmp_path: Path, capsys: Captured, config: str) -> None:
    (tmp_path / "hugo.toml").write_text("title = 'A blog'\n")
    assert main(["init", str(tmp_path), "--yes"]) == 0
    assert "passthrough off" in capsys.readouterr().out
    hugo, jekyll = Blog("hugo", tmp_path, tmp_path / "hugo.toml"), Blog("jekyll", tmp_path, None)
    assert (lets_formulas_through(hugo), lets_formulas_through(jekyll)) == (False, True)
    (tmp_path / config).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / config).write_text("[markup.goldmark.extensions.passthrough]\nenable = true\n")
    assert lets_formulas_through(hugo)


def test_in_a_blog_all_that_dagster_writes_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")  # what the command sets is taken back after the test
    monkeypatch.delenv("DAGSTER_HOME")
    (tmp_path / "_config.yml").write_text("title: Mine\n")
    assert main(["init", str(tmp_path), "--yes"]) == 0
    with in_folder_of(load_settings(tmp_path / "digest.toml")), open_history():
        pass
    assert (tmp_path / ".digest" / "dagster" / "storage" / "history" / "runs.db").exists()
    assert {each.name for each in tmp_path.iterdir()} == {"_config.yml", "digest.toml", ".gitignore", ".env", ".digest"}


def a_project_with_everything(folder: Path) -> None:
    """What a blog's project holds after runs: a post, and what nobody else is to see."""
    settings = load_settings(folder / "digest.toml")
    post = settings.path(settings.output.posts_dir) / "2026-01-29-arxiv.md"
    post.parent.mkdir(parents=True, exist_ok=True)
    post.write_text(POST.replace("layout: default\n", "date: 2026-01-29\n") if settings.output.form == "hugo" else POST)
    store = settings.path(settings.store.url)
    for private in (store, store.parent / "dagster" / "history" / "runs.db", store.with_suffix(".journal") / "a.jsonl"):
        private.parent.mkdir(parents=True, exist_ok=True)
        private.write_text("nobody else's")


@pytest.mark.slow
def test_a_real_jekyll_publishes_the_post_and_nothing_else_of_ours(tmp_path: Path) -> None:
    if shutil.which("jekyll") is None:
        pytest.skip("jekyll is not installed")
    blog = tmp_path / "blog"
    subprocess.run(["jekyll", "new", "--blank", str(blog)], check=True, capture_output=True)
    assert main(["init", str(blog), "--yes", *GIVEN]) == 0
    a_project_with_everything(blog)
    subprocess.run(["jekyll", "build", "-q"], cwd=blog, check=True, capture_output=True)
    built = [each for each in (blog / "_site").rglob("*") if each.is_file()]
    assert (blog / "_site" / "2026" / "01" / "29" / "arxiv.html") in built
    assert_nothing_is_ours(built)


@pytest.mark.slow
def test_a_real_hugo_with_a_theme_publishes_the_post_and_nothing_else_of_ours(tmp_path: Path) -> None:
    hugo = shutil.which("hugo") or shutil.which("hugo", path=str(Path(sys.executable).parent))
    if hugo is None:
        pytest.skip("hugo is not installed")
    subprocess.run([hugo, "new", "site", "blog"], cwd=tmp_path, check=True, capture_output=True)
    blog = tmp_path / "blog"
    subprocess.run([hugo, "new", "theme", "plain"], cwd=blog, check=True, capture_output=True)
    config = next(path for path in (blog / "hugo.toml", blog / "config.toml") if path.exists())
    config.write_text(config.read_text() + "theme = 'plain'\n")
    assert main(["init", str(blog), "--yes", *GIVEN]) == 0
    a_project_with_everything(blog)
    subprocess.run([hugo, "--quiet"], cwd=blog, check=True, capture_output=True)
    built = [each for each in (blog / "public").rglob("*") if each.is_file()]
    assert (blog / "public" / "posts" / "2026-01-29-arxiv" / "index.html") in built
    assert_nothing_is_ours(built)


def assert_nothing_is_ours(built: list[Path]) -> None:
    private = ("digest.toml", ".env", ".gitignore", "digest.duckdb", "runs.db")
    assert [each for each in built if each.name in private] == []
    assert not any(b"nobody else's" in each.read_bytes() or b"a@b.org" in each.read_bytes() for each in built)
