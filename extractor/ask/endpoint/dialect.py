"""How this endpoint wants to be asked. Endpoints that call themselves compatible differ in a handful of parameters."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from extractor.ask.endpoint.settings import Mode, Settings

__all__ = ["Dialect"]

# Endpoints known to take response_format json_object and to refuse json_schema.
_JSON_ONLY = ("api.deepseek.com", "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com")
_LOWER = {Mode.JSON_SCHEMA: Mode.JSON, Mode.JSON: Mode.MD_JSON}
_FORMAT = re.compile(r"response_?format|json_?schema|json_?object|structured|guided|grammar", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"unsupported|not (?:be )?supported|unrecogni[sz]ed|unknown|unexpected|extra|instead", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`steps_down`: whether another mode may be tried where this one is refused. `switched`: the length key was."""

    mode: Mode
    length_key: str
    temperature: float | None
    steps_down: bool
    switched: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Dialect":
        """What to begin with."""
        mode = settings.mode
        if mode is Mode.AUTO:
            mode = Mode.JSON if urlsplit(settings.base_url).hostname in _JSON_ONLY else Mode.JSON_SCHEMA
        length_key = "max_completion_tokens" if settings.is_openai else "max_tokens"
        return cls(mode, length_key, settings.temperature, steps_down=settings.mode is Mode.AUTO)

    def after(self, refusal: str) -> "Dialect | None":
        """What to try after a request was refused with these words; None where they are about something else."""
        if "max_completion_tokens" in refusal and not self.switched and _UNKNOWN.search(refusal):
            other = "max_tokens" if self.length_key == "max_completion_tokens" else "max_completion_tokens"
            return replace(self, length_key=other, switched=True)
        if self.temperature is not None and "temperature" in refusal.lower():
            return replace(self, temperature=None)
        if self.steps_down and self.mode in _LOWER and _FORMAT.search(refusal):
            return replace(self, mode=_LOWER[self.mode])
        return None

    def parameters(self, settings: Settings) -> dict[str, object]:
        """The parameters of a request besides the messages and the format."""
        parameters: dict[str, object] = {"model": settings.model, self.length_key: settings.max_tokens}
        if self.temperature is not None:
            parameters["temperature"] = self.temperature
        if settings.extra_body:
            parameters["extra_body"] = settings.extra_body
        return parameters
