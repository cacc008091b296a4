"""What is learned of how an endpoint wants to be asked."""

from __future__ import annotations

from digest_assets.llm.dialects import Dialect, adapted, first_dialect, parameters, turns, without_thinking
from digest_assets.llm.prompts import Message
from digest_assets.llm.providers import provider_of
from digest_assets.llm.refusals import Problem, Refusal


def test_learning_ends_whatever_an_endpoint_says() -> None:
    for meaning in Refusal:
        dialect: Dialect | None = Dialect()
        for _ in range(20):
            assert dialect is not None
            dialect = adapted(dialect, Problem(meaning, "", 400, 100))
            if dialect is None:
                break
        assert dialect is None, meaning


def test_openai_itself_is_asked_in_its_newer_words() -> None:
    assert "max_completion_tokens" in parameters(
        first_dialect(provider_of("https://api.openai.com/v1"), False), None, 5
    )
    assert "max_tokens" in parameters(first_dialect(provider_of("http://127.0.0.1:8080/v1"), False), None, 5)


def test_thinking_is_turned_off_in_the_providers_words_until_they_are_refused() -> None:
    dialect = first_dialect(provider_of("https://dashscope.aliyuncs.com/compatible-mode/v1"), False)
    assert dialect.can_stop_thinking
    off = without_thinking(dialect)
    assert parameters(off, None, 5)["enable_thinking"] is False
    refused = adapted(off, Problem(Refusal.THINKING, ""))
    assert refused is not None
    assert "enable_thinking" not in parameters(refused, None, 5)
    assert not refused.can_stop_thinking


def test_without_a_system_role_its_text_stands_before_the_users() -> None:
    messages = (Message("system", "rules"), Message("user", "paper"), Message("assistant", "a"), Message("user", "b"))
    dialect = adapted(Dialect(), Problem(Refusal.SYSTEM_ROLE, ""))
    assert dialect is not None
    assert turns(dialect, messages)[0] == {"role": "user", "content": "rules\n\npaper"}
    assert [each["role"] for each in turns(dialect, messages)] == ["user", "assistant", "user"]
