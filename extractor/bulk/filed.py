"""A language model that is asked later: it knows the answers that came so far, and notes what else it is asked."""

from collections.abc import Mapping

from extractor.ask.endpoint.cache import Kept, key_of
from extractor.ask.endpoint.settings import Settings
from extractor.ask.model import Question, Reply
from extractor.bulk.ledger import Asked
from extractor.errors import ModelError

__all__ = ["FiledModel"]


class FiledModel:
    """A Model. `asked`: the keys of all questions; `wanted`: those that no answer is known to.

    So answers that were asked for in bulk go the way that any answer goes, from the question to the cell.
    """

    def __init__(self, settings: Settings, answers: Mapping[str, str]) -> None:
        self._settings = settings
        self._answers = answers
        self.asked: dict[str, None] = {}
        self.wanted: dict[str, Asked] = {}

    async def ask(self, question: Question) -> Reply:
        """Raises ModelError where the answer is not known."""
        key = key_of(question, self._settings)
        self.asked[key] = None
        kept = self._answers.get(key)
        if kept is None:
            self.wanted[key] = Asked(key, question.prompt, question.user, question.retort)
            raise ModelError("no answer has come yet")
        return Reply(Kept.model_validate_json(kept).answers, cost=self._settings.cost(0, 0), cached=True)
