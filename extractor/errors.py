"""The one tree of errors.

GoujiError
├── RulesError        a mistake in rules/, with file and line
├── ResultError       a file of results, or one in it, that cannot be read
│   └── ForeignResultError  JSON, but not of gouji
├── DocumentError     a document that cannot be processed; `code` is stable
│   ├── UnreadableError   empty, binary, undecodable or of an unknown type
│   ├── LimitError        over one of the limits on untrusted documents
│   └── UnrecognisedError readable, but no annual report of a known form
├── ModelError        a language model that gave no answer
└── UsageError        the caller asked for something that does not exist
"""

__all__ = [
    "DocumentError",
    "ForeignResultError",
    "GoujiError",
    "LimitError",
    "ModelError",
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


class ModelError(GoujiError):
    """No answer could be had from a language model. Costs the question, never the document."""


class UsageError(GoujiError):
    """The caller named a form, format or path that does not exist."""


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
