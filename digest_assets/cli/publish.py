"""`digest publish`: posts and site where others read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, JsonOption, opened, store_of

if TYPE_CHECKING:
    from digest_assets.config import Settings
    from digest_assets.resources.publication import Branch


def publish(
    branch: Annotated[
        str | None, typer.Option("--branch", help="A git branch, such as gh-pages; your files are not touched.")
    ] = None,
    remote: Annotated[
        str | None, typer.Option("--push", metavar="REMOTE", help="Push the branch there, such as origin.")
    ] = None,
    posts: Annotated[
        bool, typer.Option("--posts", help="Posts alone, where they are in the repository: for a blog's own branch.")
    ] = False,
    to: Annotated[Path | None, typer.Option("--to", help="A folder to copy to, instead of a branch.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Commit posts and site to a git branch, or copy them.

    Nothing is written where nothing changed.
    """
    from digest_assets.resources.publication import Branch, publish_to_folder

    if (branch is None) == (to is None):
        raise typer.BadParameter("give either --branch or --to")
    if (remote is not None or posts) and branch is None:
        raise typer.BadParameter("--push and --posts need --branch")
    target = to.resolve() if to is not None else None
    with opened(config) as digests:
        onto = Branch(digests[0].root, branch, remote, of_the_blog=posts) if branch is not None else None
        files = _files(digests, onto if posts else None)
        if not files:
            raise typer.BadParameter("there is nothing to publish yet: digest run makes posts and site")
        if target is not None:
            made, where = publish_to_folder(files, target), str(target)
        else:
            assert onto is not None
            made = onto.publish(files, f"Publish {', '.join(each.digest.name for each in digests)}")
            where = f"{branch} at {(made.commit or '')[:12]}" + (f", pushed to {remote}" if made.pushed else "")
    if as_json:
        print_json({"where": where, "files": made.files, "changed": made.changed, "commit": made.commit})
    else:
        say(f"{made.files} files {'published' if made.changed else 'were published already'}: {where}")


def _files(digests: Sequence[Settings], blog: Branch | None) -> dict[str, Path]:
    """What is published of `digests`; with the branch of a `blog`, the posts alone."""
    from digest_assets.resources.publication import site_files

    posts = _posts(digests)
    if blog is not None:
        return blog.in_the_tree(posts)
    sites = {each.digest.name: each.path(each.output.site_dir) for each in digests if each.output.site_dir}
    page = digests[0].page_of_all
    top = page.parent if page is not None else next(iter(sites.values()), None)
    files = site_files(top) if top is not None else {}
    for name, site in sites.items():
        if top is not None and not site.is_relative_to(top):
            files |= {f"{name}/{path}": file for path, file in site_files(site).items()}
    return files | {f"posts/{each.name}": each for each in posts}


def _posts(digests: Sequence[Settings]) -> list[Path]:
    """The posts that are ours: of digests that were taken away or had another name, too."""
    from digest_assets.resources.publication import post_files
    from digest_assets.store.posts import paths_by_digest

    one = digests[0]
    with store_of(one).reading() as connection:
        recorded = {one.path(path) for paths in paths_by_digest(connection).values() for path in paths}
    found = [post_files(each.path(each.output.posts_dir), each.digest.name, recorded) for each in digests]
    return sorted({post for posts in found for post in posts})
