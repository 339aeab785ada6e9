"""Who answers when the whole form is asked for at once: an endpoint, one that is written down, or what was written."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from eval.gold import ROOT
from eval.others.whole_form import Ask, Counted
from extractor.errors import UnreadableError, UsageError

__all__ = ["RECORDING", "Endpoint", "Recorder", "Replay"]

RECORDING = ROOT / "eval" / "recordings" / "whole-form-qwen2.5-coder-1.5b-instruct-q4_k_m.jsonl"


@dataclass(frozen=True)
class Endpoint:
    """The endpoint that is configured (docs/llm.md), through instructor, which asks again for a wrong shape."""

    def __call__(self, model: type[BaseModel], prompt: str, text: str) -> Counted:
        import instructor
        from openai import OpenAI

        from extractor.ask.endpoint.settings import load_settings

        settings = load_settings()
        if settings is None:
            raise UsageError("no endpoint is configured: see docs/llm.md")
        key = settings.api_key.get_secret_value() if settings.api_key else "none"
        with OpenAI(base_url=settings.base_url, api_key=key, timeout=settings.timeout_s, max_retries=0) as sdk:
            client = instructor.from_openai(sdk, mode=instructor.Mode.JSON_SCHEMA)
            messages: Any = [{"role": "system", "content": prompt}, {"role": "user", "content": text}]
            answer, completion = client.chat.completions.create_with_completion(
                model=str(settings.model), messages=messages, response_model=model, max_retries=1, temperature=0.0
            )
        usage = completion.usage
        return (
            answer.model_dump(mode="json"),
            usage.prompt_tokens if usage else 0,
            usage.completion_tokens if usage else 0,
        )


def _key(model: type[BaseModel], prompt: str, text: str) -> str:
    return sha256("\0".join((json.dumps(model.model_json_schema()), prompt, text)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Recorder:
    """Passes questions on, and writes down what comes back."""

    ask: Ask
    path: Path = RECORDING

    def __call__(self, model: type[BaseModel], prompt: str, text: str) -> Counted:
        answer, asked, told = self.ask(model, prompt, text)
        line = {"key": _key(model, prompt, text), "text": " ".join(text.split())[:40], "answer": answer}
        line |= {"prompt_tokens": asked, "completion_tokens": told}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return answer, asked, told


@dataclass(frozen=True)
class Replay:
    """Answers out of a recording. A question that is not in it is an UnreadableError: record again."""

    path: Path = RECORDING

    def __call__(self, model: type[BaseModel], prompt: str, text: str) -> Counted:
        key = _key(model, prompt, text)
        for line in map(json.loads, self.path.read_text("utf-8").splitlines()):
            if line["key"] == key:
                answer = model.model_validate(line["answer"]).model_dump(mode="json")
                return answer, line["prompt_tokens"], line["completion_tokens"]
        raise UnreadableError("not in the recording: the report, the form or the prompt is another one")
