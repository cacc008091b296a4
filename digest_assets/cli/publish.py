"""`digest publish`: posts and site where others read them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest_assets.cli.console import print_json, say
from digest_assets.cli.options import ConfigOption, JsonOption, opened


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
    from digest_assets.resources.publication import Branch, files_of, publish_to_folder

    if (branch is None) == (to is None):
        raise typer.BadParameter("give either --branch or --to")
    if (remote is not None or posts) and branch is None:
        raise typer.BadParameter("--push and --posts need --branch")
    target = to.resolve() if to is not None else None
    with opened(config) as settings:
        site = settings.path(settings.output.site_dir) if settings.output.site_dir else None
        folder = settings.path(settings.output.posts_dir)
        onto = Branch(settings.root, branch, remote, of_the_blog=posts) if branch is not None else None
        files = onto.in_the_tree(folder) if onto is not None and posts else files_of(site, folder)
        if not files:
            raise typer.BadParameter("there is nothing to publish yet: digest run makes posts and site")
        if target is not None:
            made, where = publish_to_folder(files, target), str(target)
        else:
            assert onto is not None
            made = onto.publish(files, f"Publish {settings.digest.name}")
            where = f"{branch} at {(made.commit or '')[:12]}" + (f", pushed to {remote}" if made.pushed else "")
    if as_json:
        print_json({"where": where, "files": made.files, "changed": made.changed, "commit": made.commit})
    else:
        say(f"{made.files} files {'published' if made.changed else 'were published already'}: {where}")
