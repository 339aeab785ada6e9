"""What a process of the service counts of its own work, for Prometheus."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from extractor.service.hands import Outcome

__all__ = ["Meter"]


class Meter:
    """Counters since the process was started; `registry` holds them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._documents = Counter(
            "gouji_documents_done", "Documents that this process wrote a result of", ["verdict"], registry=self.registry
        )
        self._failures = Counter(
            "gouji_documents_failed", "Of those the failed, by what was wrong", ["code"], registry=self.registry
        )
        self._calls = Counter("gouji_model_calls", "Requests to language models for them", registry=self.registry)
        self._tokens = Counter("gouji_model_tokens", "Tokens of those requests", ["kind"], registry=self.registry)
        self.unread = Counter(
            "gouji_documents_unread", "Times that the store did not give a document", registry=self.registry
        )
        for verdict in ("clean", "review", "failed"):
            self._documents.labels(verdict)

    def count(self, done: Sequence[Outcome]) -> None:
        """Results that were written."""
        for outcome in done:
            self._documents.labels(outcome.verdict).inc()
            if outcome.code is not None:
                self._failures.labels(outcome.code).inc()
            calls, prompt, completion, _ = outcome.usage
            self._calls.inc(calls)
            self._tokens.labels("prompt").inc(prompt)
            self._tokens.labels("completion").inc(completion)
