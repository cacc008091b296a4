"""What of a server's words is shown: everything but secrets."""

from __future__ import annotations

import pytest

from digest_assets.errors import without_secrets


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Incorrect API key provided: sk-ab12.", "Incorrect API key provided: sk-***"),
        ("{'api_key': 'secretword'}", "{'api_key': '***'}"),
        ("api-key: secretword", "api-key: ***"),
        ("Authorization: Bearer secretword", "Authorization: Bearer ***"),
        ("no access for Bearer abc123def", "no access for Bearer ***"),
        ("Invalid API key abcd***wxyz", "Invalid API key ***"),
        ("Invalid API key abcdefghijklmnopqrstuvwx", "Invalid API key ***"),
    ],
)
def test_what_stands_where_a_key_stands_is_not_shown(said: str, shown: str) -> None:
    assert without_secrets(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "OPENAI_API_KEY does not hold a key (llm.api_key_env)",
        "Bearer authentication is needed",
        "a task-specific disk-full error",
        "api key: 无效的令牌",
    ],
)
def test_words_are_shown(said: str) -> None:
    assert without_secrets(said) == said
