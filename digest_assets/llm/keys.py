"""The key of an answer: a hash over what produced it. The same request in another run, digest or day is the same key.

Left out on purpose: the endpoint's address and the key (the same model behind a mirror gives the same answers), the
time, and settings that only change how hard the endpoint is worked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from digest_assets.llm.prompts import Prompt


def answer_key(model: str, parameters: Mapping[str, str | int | float | None], prompt: Prompt) -> str:
    """SHA-256, in hex, of the model, the parameters that change answers (temperature, ...), the prompt's version and
    every message of it. A parameter that is None is one that is not sent."""
    produced_by = {
        "model": model,
        "parameters": {name: value for name, value in parameters.items() if value is not None},
        "prompt": prompt.version,
        "messages": [[message.role, message.content] for message in prompt.messages],
    }
    canonical = json.dumps(produced_by, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
