"""An endpoint's list of models, in any of the shapes that are in the field. Pure.

`{"data": [{"id": ...}]}` is OpenAI's; others answer a bare list, `{"models": [{"name": ...}]}`, names with a folder
before them (`models/gemini-2.5-flash`) or a tag behind (`llama3.2:latest`), and some say how long the context is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from digest_assets.llm.providers import UNKNOWN, Provider

_WINDOW_NAMES = (
    "loaded_context_length",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "n_ctx",
)
_LIMIT_NAMES = ("max_completion_tokens", "max_output_tokens")
_INSIDE = ("top_provider", "meta", "limits", "capabilities")


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of the list. Lengths are in tokens; None where the list does not say."""

    name: str
    window: int | None = None
    """Prompt and answer together."""
    highest_limit: int | None = None
    """The longest answer."""
    answers_any_name: bool = False
    """Whether the server answers by it whatever name is asked for: llama.cpp's does, and lists its file's path."""


def read_models(body: str, provider: Provider = UNKNOWN) -> list[ListedModel] | None:
    """The models in the body of `/models`. None: it is no list of models."""
    try:
        payload = json.loads(body.lstrip("\ufeff"))
    except ValueError:
        return None
    found = payload
    if isinstance(payload, Mapping):
        found = next(
            (payload[name] for name in ("data", "models", "result") if isinstance(payload.get(name), list)), None
        )
    if not isinstance(found, list):
        return None
    return [each for each in (_listed(item, provider) for item in found) if each is not None]


def find_model(models: Iterable[ListedModel], name: str) -> ListedModel | None:
    """The model that `name` means: by its whole name, else without the folder and the tag that lists put around it,
    else the only one of a server that answers any name."""
    held = list(models)
    exact = next((each for each in held if each.name == name), None)
    alike = exact or next((each for each in held if _bare(each.name) == _bare(name)), None)
    return alike or next((each for each in held if each.answers_any_name and len(held) == 1), None)


def _bare(name: str) -> str:
    return name.removeprefix("models/").removesuffix(":latest").lower()


def _listed(item: object, provider: Provider) -> ListedModel | None:
    if isinstance(item, str):
        return ListedModel(item)
    if not isinstance(item, Mapping):
        return None
    name = next((item[key] for key in ("id", "name", "model", "key") if isinstance(item.get(key), str)), None)
    if not name:
        return None
    window = _first(item, provider.window or _WINDOW_NAMES)
    return ListedModel(name, window, _first(item, _LIMIT_NAMES), item.get("owned_by") == "llamacpp")


def _first(item: Mapping[str, Any], names: Iterable[str]) -> int | None:
    return next(_numbers(item, tuple(names)), None)


def _numbers(item: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[int]:
    for place in (item, *(item[each] for each in _INSIDE if isinstance(item.get(each), Mapping))):
        for name in names:
            value = place.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                yield value
