"""What is known of each provider, read from `providers.toml`: addresses, limits, ways of asking, meanings of refusals.

Data and not code, so that a new provider, or a word that one has changed, is a line with its source. Pure.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEVERAL = "several"
"""The table of what more than one provider says."""
NO_MODEL = "none"
"""The preset of a digest that is made without a model, and complete as such."""
CHAT_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """How a provider takes batches."""

    path: str = CHAT_PATH
    """As the lines of the file and the batch itself name it."""
    requests: int | None = None
    """The most in one file. None: not known."""
    megabytes: int | None = None
    """The largest file, of 1,000,000 bytes each."""
    metadata: bool = True
    """Whether a batch may carry our own words."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One table of `providers.toml`."""

    name: str
    title: str
    sources: tuple[str, ...] = ()
    """Addresses of the provider's own pages that this rests on."""
    hosts: tuple[str, ...] = ()
    """Host names, or with a leading dot what they end in."""
    ports: tuple[int, ...] = ()
    """Of a server on one's own machine."""
    preset: Mapping[str, str] | None = None
    """`base_url`, `model` and `api_key_env` for the setting `llm.preset`. None: there is no such preset."""
    limit_names: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    """What the limit of an answer is called, the usual name first."""
    counts_room: bool = False
    """Whether a minute's tokens are those of a prompt and as many as its answer may have, and not those that it has."""
    key_header: str | None = None
    """A header that carries the key, besides `Authorization`."""
    thinking_off: Mapping[str, Any] | None = None
    """What is added to a request so that the model does not think first. None: not known."""
    window: tuple[str, ...] = ()
    """Names of the context's length in the list of models."""
    window_cure: str = ""
    """How a context that is too small is made larger."""
    model_cure: str = ""
    """How a model that is not there is got."""
    batches: BatchFacts | None = None
    """None: none are documented; they may exist all the same."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """The meaning of a typed field of an error, by its value in small letters."""
    phrases: tuple[tuple[re.Pattern[str], str], ...] = ()
    """Regular expressions over an error's message in small letters, with what they mean; the first that fits counts.
    Of a length, the group `number` is the context's and `prompt` what the endpoint counted."""


@lru_cache(maxsize=1)
def providers() -> Mapping[str, Provider]:
    """All of them, by name, `SEVERAL` among them."""
    text = (resources.files("digest_assets.llm") / "providers.toml").read_text("utf-8")
    return {name: _provider(name, table) for name, table in tomllib.loads(text).items()}


def presets() -> Mapping[str, Mapping[str, str]]:
    """What each preset of the settings stands for, by name: `none` is the digest without a model; `local` is Ollama's
    old name here."""
    found = {name: each.preset for name, each in providers().items() if each.preset is not None}
    none = {"base_url": "", "model": "", "api_key_env": ""}
    return {**found, "local": found["ollama"], NO_MODEL: none}


UNKNOWN = Provider("unknown", "an endpoint of unknown make")


def provider_of(base_url: str, preset: str = "") -> Provider:
    """Whose endpoint `base_url` is: by its host, by its port, else by the preset that was chosen."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    try:
        port = parts.port
    except ValueError:  # no number
        port = None
    known = providers()
    for each in known.values():
        if any(host == name or (name.startswith(".") and host.endswith(name)) for name in each.hosts):
            return each
    for each in known.values():
        if parts.scheme == "http" and port in each.ports:
            return each
    return known.get({"local": "ollama", "openai": ""}.get(preset, preset), UNKNOWN)


def _provider(name: str, table: Mapping[str, Any]) -> Provider:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Provider(
        **{
            **given,
            "name": name,
            "batches": BatchFacts(**table["batches"]) if "batches" in table else None,
            "codes": {str(code): meaning for code, meaning in table.get("codes", {}).items()},
            "phrases": tuple((re.compile(phrase), meaning) for phrase, meaning in table.get("phrases", ())),
        }
    )
