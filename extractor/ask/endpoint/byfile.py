"""Questions and answers that travel as files, in the shape of OpenAI's batches: a request a line, an answer a line.

The requests are those that would be sent, and the answers are read as those that come over the wire: both by the client
itself, in which only the sending is another.
"""

import json
from collections.abc import Mapping
from contextlib import suppress

from openai.types.chat import ChatCompletion
from pydantic import ValidationError

from extractor.ask.endpoint.client import Client, request_body
from extractor.ask.endpoint.settings import Settings
from extractor.ask.endpoint.usage import Usage
from extractor.ask.model import Question, Reply
from extractor.errors import ModelAnswerError, ModelError

__all__ = ["ByFile", "line_of"]

URL = "/v1/chat/completions"


def line_of(key: str, body: Mapping[str, object]) -> str:
    """A line of a file of questions, with its end. `key`: comes back with the answer."""
    request = {"custom_id": key, "method": "POST", "url": URL, "body": body}
    return json.dumps(request, ensure_ascii=False) + "\n"


class _HeldError(ModelError):
    """A request was made, and not sent."""


class ByFile(Client):
    """The client of an endpoint that is not reached from here."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, re_asks=0)
        self._request: dict[str, object] | None = None
        self._completion: ChatCompletion | None = None

    async def request(self, question: Question) -> dict[str, object]:
        """The body of the request by which the question is asked."""
        self._completion = None
        with suppress(_HeldError):
            await self._shaped(question, self.dialect, Usage())
        assert self._request is not None
        return self._request

    async def reply(self, question: Question, completion: Mapping[str, object]) -> Reply:
        """What an answer's body says. Raises ModelError where it is none, or was cut off, or refused."""
        try:
            self._completion = ChatCompletion.model_validate(completion, strict=False)
        except ValidationError:
            raise ModelAnswerError("it is no completion") from None
        spent = Usage()
        answers = await self._shaped(question, self.dialect, spent)
        return Reply(answers, spent.prompt_tokens, spent.completion_tokens, spent.cost, calls=1)

    async def _send(self, request: dict[str, object], spent: Usage) -> ChatCompletion:
        completion = self._completion
        if completion is None:
            self._request = request_body(request)
            raise _HeldError("not sent")
        if completion.usage is not None:
            sent, got = completion.usage.prompt_tokens or 0, completion.usage.completion_tokens or 0
            spent.spend(sent, got, self._settings.cost(sent, got))
        if not completion.choices or not completion.choices[0].message:
            raise ModelAnswerError("an answer without content")
        return self._readable(completion)
