"""The one tree of errors.

GoujiError
├── RulesError        a mistake in rules/, with file and line
├── ResultError       a file of results, or one in it, that cannot be read
│   └── ForeignResultError  JSON, but not of gouji
├── LabelError        a mistake in a label file, with the file and what is wrong
├── DocumentError     a document that cannot be processed; `code` is stable
│   ├── UnreadableError   empty, binary, undecodable or of an unknown type
│   ├── LimitError        over one of the limits on untrusted documents
│   └── UnrecognisedError readable, but no annual report of a known form
├── ModelError        a question that a language model did not answer; `code` is stable
│   ├── ModelUnreachableError  no connection, timeouts, 5xx, broken answers, as often as it was tried
│   │   └── ModelBusyError     429, as often as it was tried
│   ├── ModelRefusedError      401, 402, 403, no quota left: asking again does not help
│   ├── ModelRequestError      400, 404, 413, 422: the endpoint does not take what was sent
│   ├── ModelAnswerError       it answered, but nothing that can be read, even when asked again
│   │   └── ModelTruncatedError   the answer was cut off at max_tokens
│   └── BudgetError            the next question could cost more than is left; nothing was sent
├── EngineError       a bulk run that could not be carried on, though it was tried again
└── UsageError        the caller asked for something that does not exist
"""

__all__ = [
    "BudgetError",
    "DocumentError",
    "EngineError",
    "ForeignResultError",
    "GoujiError",
    "LabelError",
    "LimitError",
    "ModelAnswerError",
    "ModelBusyError",
    "ModelError",
    "ModelRefusedError",
    "ModelRequestError",
    "ModelTruncatedError",
    "ModelUnreachableError",
    "ResultError",
    "RulesError",
    "UnreadableError",
    "UnrecognisedError",
    "UsageError",
]


class GoujiError(Exception):
    """Root of every error this package raises on purpose."""


class RulesError(GoujiError):
    """A mistake in a rules file; the message starts with `file:line:`."""


class ResultError(GoujiError):
    """A file of results, or one in it, that cannot be read. The message says what is wrong, not where it lies."""


class ForeignResultError(ResultError):
    """JSON of something else than gouji."""


class LabelError(GoujiError):
    """A mistake in a label file, or one that nobody has checked yet; the message starts with `file: `."""


class UsageError(GoujiError):
    """The caller named a form, format or path that does not exist."""


class EngineError(GoujiError):
    """A bulk run that could not be carried on. What is committed stays; the same command goes on from there."""


class DocumentError(GoujiError):
    """A document that yields no report. The message says what is wrong with it, not where it lay."""

    code = "document"


class UnreadableError(DocumentError):
    """Empty, binary, or of a type that is not read."""

    code = "unreadable"


class LimitError(DocumentError):
    """Larger, deeper or slower than the limits allow."""

    code = "limit"


class UnrecognisedError(DocumentError):
    """Text was read, but nothing in it is an annual report of a known form."""

    code = "unrecognised"


class ModelError(GoujiError):
    """No answer could be had from a language model. Costs the question, never the document.

    It may have cost money all the same: what was spent is counted here.

    The message never holds the API key, nor text of the document.
    """

    code = "model"

    def __init__(
        self,
        message: str,
        *,
        calls: int = 0,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        cost: float | None = None,
    ) -> None:
        super().__init__(message)
        self.calls = calls
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens
        self.cost = cost


class ModelUnreachableError(ModelError):
    """No connection, timeouts, server errors or broken answers, as often as it was tried."""

    code = "model_unreachable"


class ModelBusyError(ModelUnreachableError):
    """The endpoint said "too many requests" as often as it was tried, or asked for more patience than we have."""

    code = "model_busy"


class ModelRefusedError(ModelError):
    """A key that is missing or wrong, no permission, no money or quota left."""

    code = "model_refused"


class ModelRequestError(ModelError):
    """The endpoint does not take what was sent: an unknown model or path, a text that is too long, a parameter."""

    code = "model_request"


class ModelAnswerError(ModelError):
    """There was an answer, but not one that can be read, even when asked again."""

    code = "model_answer"


class ModelTruncatedError(ModelAnswerError):
    """The answer was cut off at its longest permitted length: ask for less, or permit more (max_tokens)."""

    code = "model_truncated"


class BudgetError(ModelError):
    """The next question could cost more than is left under the cap; it was not sent."""

    code = "model_budget"
