"""The interests of the settings, with what their files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest_assets.arxiv.identifiers import split_version
from digest_assets.config import InterestSettings, Settings
from digest_assets.errors import ConfigurationError
from digest_assets.ranking.interests import Interest, OwnPaper, Words
from digest_assets.ranking.libraries import Library, read_library


@dataclass(frozen=True)
class Profile:
    """An interest as its settings and files say it: papers that are known by their identifier alone have no words."""

    settings: InterestSettings
    libraries: Sequence[Library]

    @property
    def identifiers(self) -> set[str]:
        """Of the papers whose words have to come from elsewhere."""
        named = {*self.settings.papers, *(each for each in map(_identifier, self.settings.not_) if each)}
        for library in self.libraries:
            named |= {*library.identifiers, *(each.name for each in library.papers if _identifier(each.name))}
        return named

    def interest(self, known: Mapping[str, Words]) -> Interest:
        """With the words of the papers that are `known`, by identifier; others are left out."""
        likes = {each.name: each for library in self.libraries for each in library.papers}
        for identifier in (
            *self.settings.papers,
            *(each for library in self.libraries for each in library.identifiers),
        ):
            if identifier in known:
                likes[identifier] = OwnPaper(identifier, known[identifier])
        likes |= {name: OwnPaper(name, known[name]) for name in likes if name in known}
        keywords = tuple(_keyword(each) for each in self.settings.keywords)
        unwanted = []
        for each in self.settings.not_:
            identifier = _identifier(each)
            if identifier in known:
                unwanted.append(OwnPaper(identifier, known[identifier]))
            elif not identifier:
                unwanted.append(_keyword(each))
        return Interest(self.settings.name, (*likes.values(), *keywords), tuple(unwanted), self.settings.authors)


def profiles(settings: Settings) -> list[Profile]:
    """The interests, their files read. Raises `ConfigurationError` for a file that cannot be."""
    return [
        Profile(each, [_read(settings, name, each.name) for name in (*each.library, *filter(None, (each.stars,)))])
        for each in settings.interests
    ]


def _read(settings: Settings, name: str, interest: str) -> Library:
    path = settings.path(name)
    try:
        return read_library(path.read_text("utf-8-sig"))
    except OSError as error:
        said = error.strerror or "it cannot be opened"
    except UnicodeDecodeError:
        said = "it is not UTF-8"
    except ValueError as error:
        said = str(error)
    raise ConfigurationError(
        f"The file {path} of the interest {interest} cannot be read: {said}.",
        cure="Export it again as BibTeX, RIS or CSL-JSON, or remove it from [[interests]].",
    )


def _keyword(text: str) -> OwnPaper:
    return OwnPaper(text, Words(text, text), is_keyword=True)


def _identifier(text: str) -> str:
    try:
        return split_version(text)[0]
    except ValueError:
        return ""
