"""Publishing to a branch and to a folder: whole, only what changed, and never in the user's working tree."""

from __future__ import annotations

import os
import subprocess
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from digest_assets.cli import main
from digest_assets.config import load_digests
from digest_assets.errors import OutputUnwritable
from digest_assets.resources.publication import Branch, post_files, publish_to_folder, site_files
from digest_assets.store.opening import open_store
from digest_assets.store.posts import RenderedPost, record_post
from digest_assets_tests.disks import a_disk, enlarge


def git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": "t@t.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment | who, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a commit, a change that is not committed, a bare remote, a site and a post."""
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", str(bare))
    (folder / "digest.toml").write_text('[digest]\nname = "arxiv"\n')
    (folder / "notes.txt").write_text("committed")
    git(folder, "add", "digest.toml", "notes.txt")
    git(folder, "commit", "-q", "-m", "First")
    (folder / "notes.txt").write_text("not committed")
    write(folder / "site" / "index.html", "start")
    write(folder / "site" / "d" / "2026-11-20.html", "day")
    write(folder / "site" / ".pages.json", "{}")
    write(folder / "posts" / "2026-11-20-arxiv.md", "post\r\n")
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def files(project: Path) -> dict[str, Path]:
    posts = {f"posts/{each.name}": each for each in post_files(project / "posts", "arxiv")}
    return site_files(project / "site") | posts


def names(project: Path, branch: str) -> list[str]:
    return git(project, "ls-tree", "-r", "--name-only", branch).split()


def test_a_branch_gets_site_and_posts_and_the_working_tree_is_not_touched(project: Path) -> None:
    before = git(project, "status", "--porcelain"), git(project, "rev-parse", "HEAD")
    made = Branch(project, "gh-pages").publish(files(project), "Publish")
    assert made.changed
    assert names(project, "gh-pages") == [
        ".digest-published",
        ".nojekyll",
        "d/2026-11-20.html",
        "index.html",
        "posts/2026-11-20-arxiv.md",
    ]
    assert (git(project, "status", "--porcelain"), git(project, "rev-parse", "HEAD")) == before
    assert (project / "notes.txt").read_text() == "not committed"
    assert git(project, "cat-file", "-s", "gh-pages:posts/2026-11-20-arxiv.md") == "6"  # its bytes, no line end changed


def test_what_did_not_change_is_not_committed_again(project: Path) -> None:
    first = Branch(project, "gh-pages").publish(files(project), "Publish")
    second = Branch(project, "gh-pages").publish(files(project), "Publish")
    assert (second.changed, second.commit) == (False, first.commit)


def test_what_is_gone_goes_and_what_others_put_there_stays(project: Path) -> None:
    Branch(project, "gh-pages").publish(files(project), "Publish")
    clone = project.parent / "clone"
    git(project.parent, "clone", "-q", "-b", "gh-pages", str(project), str(clone))
    write(clone / "CNAME", "digest.test")
    write(clone / "posts" / "own.md", "a post of the blog's own")
    git(clone, "add", "CNAME", "posts/own.md")
    git(clone, "commit", "-q", "-m", "Name it")
    git(clone, "push", "-q", "origin", "gh-pages")
    (project / "site" / "d" / "2026-11-20.html").unlink()
    write(project / "site" / "d" / "2026-11-21.html", "next")
    Branch(project, "gh-pages").publish(files(project), "Publish")
    assert names(project, "gh-pages") == [
        ".digest-published",
        ".nojekyll",
        "CNAME",
        "d/2026-11-21.html",
        "index.html",
        "posts/2026-11-20-arxiv.md",
        "posts/own.md",
    ]


def test_a_push_builds_on_what_somebody_else_published(project: Path) -> None:
    Branch(project, "gh-pages", "origin").publish(files(project), "Publish")
    other = project.parent / "other"
    git(project.parent, "clone", "-q", "-b", "gh-pages", str(project.parent / "bare.git"), str(other))
    write(other / "CNAME", "digest.test")
    git(other, "add", "CNAME")
    git(other, "commit", "-q", "-m", "Name it")
    git(other, "push", "-q", "origin", "gh-pages")
    write(project / "site" / "index.html", "changed")
    made = Branch(project, "gh-pages", "origin").publish(files(project), "Publish")
    assert made.pushed
    bare = project.parent / "bare.git"
    assert "CNAME" in names(bare, "gh-pages")
    assert git(bare, "rev-parse", "gh-pages") == made.commit
    assert git(bare, "rev-list", "--count", "gh-pages") == "3"


@pytest.mark.parametrize(
    ("branch", "remote", "words"),
    [("main", None, "checked out"), ("a..b", None, "not a name"), ("x", "nowhere", "git")],
)
def test_what_git_cannot_do_is_one_clear_error(project: Path, branch: str, remote: str | None, words: str) -> None:
    with pytest.raises(OutputUnwritable, match=words):
        Branch(project, branch, remote).publish(files(project), "Publish")


def test_a_folder_without_a_repository_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(OutputUnwritable, match="--to"):
        Branch(tmp_path, "gh-pages")


def test_a_folder_gets_what_differs_and_loses_what_is_gone(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "web"
    write(target / "CNAME", "digest.test")
    write(target / "posts" / "own.md", "a post of the blog's own")
    write(target / "d" / "mine.html", "mine")
    assert publish_to_folder(files(project), target).changed
    stamp = (target / "index.html").stat().st_mtime_ns
    assert not publish_to_folder(files(project), target).changed
    (project / "site" / "d" / "2026-11-20.html").unlink()
    write(project / "site" / "d" / "2026-11-21.html", "next")
    publish_to_folder(files(project), target)
    assert sorted(each.name for each in (target / "d").iterdir()) == ["2026-11-21.html", "mine.html"]
    assert (target / "CNAME").exists()
    assert (target / "posts" / "own.md").exists()
    assert (target / "index.html").stat().st_mtime_ns == stamp


def test_the_command_publishes_and_says_where(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(project / "digest.toml")
    assert main(["publish", "--branch", "gh-pages", "--push", "origin", "--config", config]) == 0
    assert "gh-pages" in capsys.readouterr().out
    assert git(project.parent / "bare.git", "rev-parse", "gh-pages") == git(project, "rev-parse", "gh-pages")
    assert main(["publish", "--config", config]) == 2


@pytest.mark.parametrize("target", [["--branch", "gh-pages"], ["--to", "../web"]], ids=["branch", "folder"])
def test_of_a_folder_of_posts_only_ours_are_published(project: Path, target: list[str], tmp_path: Path) -> None:
    """By their names, and those that the store knows from another name of the digest."""
    write(project / "posts" / "2026-11-21-a-draft.md", "nobody is to see this yet")
    for name in ("before", "arxiv"):
        write(project / "posts" / f"2026-11-19-{name}.md", "post")
    settings = load_digests(project / "digest.toml")[0]
    with open_store(settings).transaction() as connection:
        path = "posts/2026-11-19-before.md"
        post = RenderedPost(date(2026, 11, 19), path, "0", announced=1, published=1, filtered=0, failed=0, late=0)
        record_post(connection, "before", post, datetime(2026, 11, 19, 12, tzinfo=timezone.utc))
    to = [each if each != "../web" else str(tmp_path / "web") for each in target]
    assert main(["publish", *to, "--config", str(project / "digest.toml")]) == 0
    found = (
        names(project, "gh-pages")
        if "--branch" in target
        else [file.relative_to(tmp_path / "web").as_posix() for file in (tmp_path / "web").rglob("*.md")]
    )
    ours = ["2026-11-19-arxiv.md", "2026-11-19-before.md", "2026-11-20-arxiv.md"]
    assert sorted(each for each in found if each.startswith("posts/")) == [f"posts/{each}" for each in ours]


@pytest.mark.parametrize("branch", ["main", "source"], ids=["checked out", "not checked out"])
def test_a_blog_s_own_branch_gets_posts_and_nothing_else(
    project: Path, branch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "branch", "source")
    write(project / "draft.md", "staged")
    git(project, "add", "draft.md")
    for theirs in ("2026-11-21-a-draft.md", "about.md", "2026-11-20-arxiv.md.bak"):
        write(project / "posts" / theirs, "nobody is to see this yet")
    publish = ["publish", "--posts", "--branch", branch, "--push", "origin", "--config", str(project / "digest.toml")]
    assert main(publish) == 0
    assert "1 files published: " in capsys.readouterr().out
    assert git(project, "show", "--format=", "--name-only", branch) == "posts/2026-11-20-arxiv.md"
    assert names(project, branch) == ["digest.toml", "notes.txt", "posts/2026-11-20-arxiv.md"]
    assert git(project, "ls-remote", "origin", f"refs/heads/{branch}").split()[0] == git(project, "rev-parse", branch)
    status = git(project, "status", "--porcelain").splitlines()
    assert {"A  draft.md", "M notes.txt"} <= {line.strip() for line in status}
    assert main(publish) == 0
    assert "were published already" in capsys.readouterr().out


def test_a_manifest_that_was_edited_removes_nothing_outside(project: Path, tmp_path: Path) -> None:
    target = tmp_path / "web"
    write(tmp_path / "precious.txt", "kept")
    write(target / ".digest-published", f"../precious.txt\n{tmp_path}/precious.txt\n\nd\nold.html\n")
    write(target / "old.html", "published once")
    publish_to_folder(files(project), target)
    assert (tmp_path / "precious.txt").exists()
    assert not (target / "old.html").exists()


def test_a_file_for_which_there_is_no_room_leaves_the_old_one_and_no_part_of_the_new(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with a_disk(tmp_path / "disk", "100k") as disk:
        page.write_text("old")
        publish_to_folder({"page.html": page}, disk)
        page.write_text("new" * 50_000)
        with pytest.raises(OutputUnwritable, match="No space left"):
            publish_to_folder({"page.html": page}, disk)
        assert {each.name: each.read_text() for each in disk.iterdir() if each.name != ".digest-published"} == {
            "page.html": "old"
        }
        enlarge(disk, "1m")
        assert publish_to_folder({"page.html": page}, disk).changed
        assert (disk / "page.html").read_text() == page.read_text()
