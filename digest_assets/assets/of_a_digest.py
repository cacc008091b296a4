"""What each digest has of its own among Dagster's definitions: keys, names, a group, its settings.

An asset, a check or a sensor is written once, as a function; a digest's own is made of it when the settings are known.
Those of digest.toml's digest have the keys and names that there were before a project could have several, so that
Dagster's history, which goes by them, stays its own. The keys of the others begin with their digest's name.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, Protocol

import dagster as dg

from digest_assets.config import Settings

FIRST_GROUP = "digest"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a digest stands among Dagster's definitions."""

    digest: str
    """Its name."""
    prefix: tuple[str, ...] = ()
    """Of its assets' keys."""
    group: str = FIRST_GROUP

    @classmethod
    def of(cls, settings: Settings) -> Place:
        name = settings.digest.name
        group = name.replace("-", "_") if settings.project else FIRST_GROUP
        return cls(name, (name,) if settings.is_beside else (), group)

    def key(self, asset: str) -> dg.AssetKey:
        return dg.AssetKey([*self.prefix, asset])

    def named(self, name: str) -> str:
        """The digest's own job, schedule or sensor of a name, in the letters that Dagster allows."""
        return "_".join([name, *self.prefix]).replace("-", "_")

    def step(self, asset: str) -> str:
        """The step that makes an asset, as a run's config names it."""
        return self.key(asset).to_python_identifier()


class AssetOf(Protocol):
    """Makes a digest's own asset."""

    def __call__(self, place: Place) -> dg.AssetsDefinition: ...


class CheckOf(Protocol):
    """Makes a digest's own check. With `partitions`, which are those of its asset, it has a result for each: without, a
    date's result would be that of the newest run, whichever date that was. (Dagster calls it a preview, 1.13.)"""

    __name__: str

    def __call__(self, place: Place, partitions: dg.PartitionsDefinition | None = None) -> dg.AssetChecksDefinition: ...


def asset(*, deps: Iterable[str] = (), **options: Any) -> Callable[[Callable[..., Any]], AssetOf]:
    """As `dagster.asset`, for each digest: `deps` are names."""

    def of(function: Callable[..., Any]) -> AssetOf:
        @wraps(function)
        def made(place: Place) -> dg.AssetsDefinition:
            of_the_digest: dg.AssetsDefinition = dg.asset(
                key=place.key(function.__name__),
                deps=[place.key(each) for each in deps],
                group_name=place.group,
                **options,
            )(_with_settings(place, function))
            return of_the_digest

        return made

    return of


def multi_asset(*, specs: Iterable[dg.AssetSpec], **options: Any) -> Callable[[Callable[..., Any]], AssetOf]:
    """As `dagster.multi_asset`, for each digest: the keys of `specs` and of what they depend on are names."""

    def spec_of(place: Place, spec: dg.AssetSpec) -> dg.AssetSpec:
        deps = [place.key(each.asset_key.path[-1]) for each in spec.deps]
        return spec.replace_attributes(key=place.key(spec.key.path[-1]), deps=deps, group_name=place.group)

    def of(function: Callable[..., Any]) -> AssetOf:
        @wraps(function)
        def made(place: Place) -> dg.AssetsDefinition:
            return dg.multi_asset(
                name=place.step(function.__name__), specs=[spec_of(place, each) for each in specs], **options
            )(_with_settings(place, function))

        return made

    return of


def asset_check(
    *, asset: str, additional_deps: Iterable[str] = (), **options: Any
) -> Callable[[Callable[..., Any]], CheckOf]:
    """As `dagster.asset_check`, for each digest: `asset` and `additional_deps` are names."""

    def of(function: Callable[..., Any]) -> CheckOf:
        @wraps(function)
        def made(place: Place, partitions: dg.PartitionsDefinition | None = None) -> dg.AssetChecksDefinition:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", dg.PreviewWarning)
                return dg.asset_check(
                    asset=place.key(asset),
                    additional_deps=[place.key(each) for each in additional_deps],
                    partitions_def=partitions,
                    **options,
                )(_with_settings(place, function))

        return made

    return of


def _with_settings(place: Place, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which gets its digest's settings: the resource has those of all, by name."""

    @wraps(function)
    def of_the_digest(*given: Any, settings: Mapping[str, Settings], **named: Any) -> Any:
        return function(*given, settings=settings[place.digest], **named)

    @wraps(function)
    def event_by_event(*given: Any, **named: Any) -> Iterator[Any]:
        yield from of_the_digest(*given, **named)

    return event_by_event if isgeneratorfunction(function) else of_the_digest
