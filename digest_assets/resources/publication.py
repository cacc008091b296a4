"""Posts and site where others read them: a folder, or a branch of a git repository.

The branch is made by git's plumbing, with an index of its own: the user's working tree, index and current branch are
not touched. What lies beside our files there, such as a CNAME or a blog's own posts, stays: only what an earlier
publication put there, which its `.digest-published` names, goes when we no longer have it.

A blog's own branch gets its posts in a commit of nothing else, also where it is checked out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from digest_assets.errors import OutputUnwritable, redact
from digest_assets.resources.output import sha256_of, write_atomically

MANIFEST = ".digest-published"
"""Beside what was published: the names of all of it, a line each."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did. `commit`: of the branch; None for a folder."""

    changed: bool
    files: int
    commit: str | None = None
    pushed: bool = False


def site_files(folder: Path) -> dict[str, Path]:
    """The files of a site by their names in it. Hidden files are nobody's business."""
    found: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        relative = file.relative_to(folder)
        if file.is_file() and not any(part.startswith(".") for part in relative.parts):
            found[relative.as_posix()] = file
    return found


def post_files(folder: Path, digest: str, recorded: Container[Path] = ()) -> list[Path]:
    """The posts in `folder` that are ours: by the names that `digest` gives them, or `recorded`. A blog's folder has
    posts of others, too, and drafts that nobody is to see."""
    ours = re.compile(rf"\d{{4}}-\d\d-\d\d-{re.escape(digest)}\.md")
    files = sorted(each for each in folder.iterdir() if each.is_file()) if folder.is_dir() else []
    return [each for each in files if ours.fullmatch(each.name) or each in recorded]


def publish_to_folder(files: Mapping[str, Path], target: Path) -> Publication:
    """Copies what differs to `target`, and removes what an earlier publication put there and this one has not.

    Raises `OutputUnwritable`.
    """
    changed = 0
    try:
        manifest = target / MANIFEST
        before = manifest.read_text("utf-8") if manifest.is_file() else ""
        gone = _named(before) - files.keys()
        if before != _manifest(files):  # before any file, so that a kill leaves none that nobody takes away
            write_atomically(manifest, _manifest({*gone, *files}), named="with --to")
        for name, source in files.items():
            destination = target / name
            if sha256_of(destination) != sha256_of(source):
                destination.parent.mkdir(parents=True, exist_ok=True)
                _copied(source, destination)
                changed += 1
        for name in gone:
            if (target / name).is_file():
                (target / name).unlink()
                changed += 1
        if gone:
            write_atomically(manifest, _manifest(files), named="with --to")
    except OSError as error:
        raise OutputUnwritable(
            f"{target} cannot be written: {error.strerror or error}.",
            cure="Check the folder's permissions or free space, or name another with --to.",
        ) from error
    return Publication(changed > 0, len(files))


def _copied(source: Path, destination: Path) -> None:
    """Puts a copy in the place of `destination`: whole, or nothing of it."""
    beside = destination.with_name(f".{destination.name}.part")
    try:
        shutil.copyfile(source, beside)
        beside.replace(destination)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _manifest(files: Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(files))


def _named(manifest: str) -> set[str]:
    """What a manifest, which anybody may have edited, names inside its folder."""
    return {name for name in manifest.splitlines() if name and not {"", "/", ".."} & {*PurePosixPath(name).parts}}


class Branch:
    """A branch of the repository in which `folder` lies, written without a working tree.

    Raises `OutputUnwritable` where git is missing, `folder` is in no repository, or git refuses.
    """

    def __init__(self, folder: Path, name: str, remote: str | None = None, *, of_the_blog: bool = False) -> None:
        self._folder = folder
        self.name = name
        self._remote = remote
        self._of_the_blog = of_the_blog
        """Whether it is the blog's own: posts are added there, and all else is left alone."""
        self._git("rev-parse", "--git-dir")
        if self._tried("check-ref-format", f"refs/heads/{name}") is None:
            raise OutputUnwritable(f"{name!r} is not a name for a branch.", cure="Name another with --branch.")
        self._is_checked_out = name == self._tried("symbolic-ref", "--short", "-q", "HEAD")
        if self._is_checked_out and not of_the_blog:
            raise OutputUnwritable(
                f"{name} is the branch that is checked out here; publishing would take its files away.",
                cure="Name another with --branch, or say --posts where it is the blog's own.",
            )

    def in_the_tree(self, files: Iterable[Path]) -> dict[str, Path]:
        """`files` by their names in the repository."""
        top = Path(self._git("rev-parse", "--show-toplevel"))
        found = {}
        for file in files:
            if not file.is_relative_to(top):
                raise OutputUnwritable(f"{file} is not in the repository {top}.", cure="Correct output.posts_dir.")
            found[file.relative_to(top).as_posix()] = file
        return found

    def publish(self, files: Mapping[str, Path], message: str) -> Publication:
        """Commits `files` where they differ from what the branch has, and pushes it where there is a remote."""
        if self._is_checked_out:
            return self._commit_here(files, message)
        for attempt in (1, 2):
            parent = self._parent()
            tree = self._tree(files, parent)
            if parent is not None and tree == self._git("rev-parse", f"{parent}^{{tree}}"):
                commit, changed = parent, False
            else:
                commit, changed = self._commit(tree, parent, message), True
            if self._remote is None or self._pushed(commit, last=attempt == 2):
                self._git("update-ref", f"refs/heads/{self.name}", commit)
                return Publication(changed, len(files), commit, pushed=self._remote is not None)
        raise AssertionError("the second push either succeeds or raises")

    def _commit_here(self, files: Mapping[str, Path], message: str) -> Publication:
        """The same on the branch that is checked out: what else is changed or staged there stays as it is."""
        paths = [str(each) for each in files.values()]
        self._git("add", "--", *paths)
        changed = self._tried("diff", "--cached", "--quiet", "--", *paths) is None
        if changed:
            self._git("commit", "--quiet", "--only", "-m", message, "--", *paths, environment=self._identity())
        if self._remote is not None:
            self._git("push", "--quiet", self._remote, f"HEAD:refs/heads/{self.name}")
        return Publication(changed, len(files), self._git("rev-parse", "HEAD"), pushed=self._remote is not None)

    def _parent(self) -> str | None:
        """What to build on: the remote's branch where it has one, since others may have published, else our own."""
        if self._remote is not None:
            self._git("ls-remote", self._remote)  # a remote that does not answer is an error, a missing branch is none
            fetched = self._tried("fetch", "--quiet", self._remote, f"refs/heads/{self.name}")
            if fetched is not None:
                return self._git("rev-parse", "FETCH_HEAD")
        return self._tried("rev-parse", "--verify", "--quiet", f"refs/heads/{self.name}^{{commit}}")

    def _tree(self, files: Mapping[str, Path], parent: str | None) -> str:
        kept = []
        if parent is not None:
            ours = {*files}
            if not self._of_the_blog:
                ours |= {MANIFEST, *_named(self._tried("show", f"{parent}:{MANIFEST}") or "")}
            listed = self._git("ls-tree", "-r", "-z", parent)
            kept = [line for line in listed.split("\0") if line and line.partition("\t")[2] not in ours]
        hashes = self._git(
            "hash-object", "-w", "--no-filters", "--stdin-paths", given="\n".join(map(str, files.values()))
        )
        lines = [f"100644 {sha}\t{name}" for sha, name in zip(hashes.split(), files, strict=True)]
        if not self._of_the_blog:
            listing = self._git("hash-object", "-w", "--stdin", given=_manifest(files))
            lines.append(f"100644 {listing}\t{MANIFEST}")
            if ".nojekyll" not in {line.partition("\t")[2] for line in kept}:
                empty = self._git("hash-object", "-w", "--stdin", given="")
                lines.append(f"100644 {empty}\t.nojekyll")  # GitHub Pages then serves the files as they are
        with tempfile.TemporaryDirectory(prefix="digest-index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("update-index", "-z", "--index-info", given="\0".join([*kept, *lines]) + "\0", environment=index)
            return self._git("write-tree", environment=index)

    def _commit(self, tree: str, parent: str | None, message: str) -> str:
        onto = ("-p", parent) if parent else ()
        return self._git("commit-tree", tree, *onto, "-m", message, environment=self._identity())

    def _identity(self) -> dict[str, str]:
        """Who commits, where git knows of nobody."""
        if self._tried("config", "user.email"):
            return {}
        whose = {"NAME": "digest-assets", "EMAIL": "digest-assets@localhost"}
        return {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in whose.items()}

    def _pushed(self, commit: str, *, last: bool) -> bool:
        """Pushes without force: where somebody else was faster, the next attempt builds on what they pushed."""
        assert self._remote is not None
        refs = f"{commit}:refs/heads/{self.name}"
        push = ("push", "--quiet", self._remote, refs)
        return (self._git(*push) if last else self._tried(*push)) is not None

    def _git(self, *arguments: str, given: str | None = None, environment: Mapping[str, str] | None = None) -> str:
        """What git prints, without its last line's end. Raises `OutputUnwritable` with what it said where it failed."""
        code, printed, said = self._run(arguments, given, environment)
        if code != 0:
            raise OutputUnwritable(
                f"git {arguments[0]} failed in {self._folder}: {redact(said)}.",
                cure="Correct that, or publish with --to.",
            )
        return printed

    def _tried(self, *arguments: str) -> str | None:
        """The same; None where git failed."""
        code, printed, _ = self._run(arguments, None, None)
        return printed if code == 0 else None

    def _run(
        self, arguments: Sequence[str], given: str | None, environment: Mapping[str, str] | None
    ) -> tuple[int, str, str]:
        """The exit code of git, what it printed, and what it said on stderr."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._folder,
                input=given,
                env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **(environment or {})},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
                timeout=600,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OutputUnwritable(
                f"git could not be run in {self._folder}: {error}.", cure="Install git, or publish with --to."
            ) from None
        return done.returncode, done.stdout.rstrip("\n"), done.stderr
