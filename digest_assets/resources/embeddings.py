"""An endpoint's `/v1/embeddings`: asked, waited for and limited as every other call of a model is."""

from __future__ import annotations

from digest_assets.llm.answers import Answer
from digest_assets.llm.dialects import Dialect
from digest_assets.llm.embeddings import read_embedding
from digest_assets.llm.prompts import Prompt
from digest_assets.llm.refusals import Problem
from digest_assets.resources.language_model import LanguageModel


class EmbeddingModel(LanguageModel):
    """Its answers are vectors (`llm/embeddings.py`)."""

    async def _request(self, prompt: Prompt, dialect: Dialect, limit: int) -> Answer | Problem:
        response = await self._opened.embeddings.with_raw_response.create(
            model=self._settings.model, input=prompt.text, encoding_format="float"
        )
        return read_embedding(response.http_response.text, self._settings.model, self._provider)
