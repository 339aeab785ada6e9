"""`gouji doctor`: whether the language model can be used, and what to set."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import BaseUrl, Config, ModelName, settings_of
from extractor.cli.guard import FAILED, guard

if TYPE_CHECKING:
    from extractor.ask.endpoint.doctor import Diagnosis, Trial
    from extractor.ask.endpoint.settings import Settings

__all__ = ["doctor"]

_NONE = """\
No language model is set up. Everything works without one: cells that the rules leave open stay open and say so.

To set one up, name an OpenAI-compatible endpoint in gouji.toml, in the environment, or by flags:

    [llm]
    base_url = "http://127.0.0.1:11434/v1"
    model = "qwen2.5:7b"

    GOUJI_LLM_BASE_URL=https://api.deepseek.com/v1 GOUJI_LLM_MODEL=deepseek-chat GOUJI_LLM_API_KEY=... gouji doctor

The key comes from the environment only. docs/llm.md has the settings for common endpoints."""
_LISTED = 12
_QUESTION_TOKENS, _ANSWER_TOKENS = 600, 120  # as `python -m eval.economy` counts them, on average
_LONG_S = 30


def doctor(
    base_url: BaseUrl = None,
    model: ModelName = None,
    config: Config = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds that a request may take.", metavar="S", show_default=False),
    ] = None,
) -> None:
    """Examine the language model that is set up: is it there, what can it do, how fast is it, what is to be set.

    It is sent a tiny question of our own a few times, and nothing else. For a model in this process (local:PATH) it
    also tells whether the machine is up to it. Exit code: 0 when it can be used (or none is set up), 1 when it cannot,
    2 for wrong usage.
    """
    with guard():
        settings = settings_of(config, base_url=base_url, model=model, timeout_s=timeout)
        if settings is None:
            typer.echo(_NONE)
            return
        import asyncio

        if settings.weights is None:
            _row("endpoint", f"{settings.base_url}  ({settings.source('base_url')})")
            _row("model", f"{settings.model or 'not set'}  ({settings.source('model')})")
            _row("key", _key(settings))
        else:
            _row("model", f"{settings.model}  ({settings.source('model')})")
        up_to_it = settings.weights is None or _tell_weights(settings, settings.weights)
        usable = up_to_it and asyncio.run(_examined(settings))
    if not usable:
        raise typer.Exit(FAILED)


async def _examined(settings: "Settings") -> bool:
    from extractor.ask.endpoint.doctor import examine
    from extractor.ask.endpoint.embedded import serving

    started = time.monotonic()
    async with serving(settings) as reached:
        if settings.weights is not None:
            _row("loaded", f"in {time.monotonic() - started:.0f} s")
        return _tell(settings, await examine(reached))


def _tell_weights(settings: "Settings", path: Path) -> bool:
    """Prints what the file says of the model, and whether this machine has the memory for it."""
    from extractor.ask.local.machine import context_for, cores, fit
    from extractor.ask.local.weights import read_weights

    weights = read_weights(path)
    context = context_for(weights, settings.context)
    memory = fit(weights, context, settings.concurrency)
    _row("weights", f"{weights.name}, {weights.architecture}, {_gigabytes(weights.size)}")
    _row("context", f"{context} tokens a question; the model was made for {weights.context or 'an unknown number'}")
    free = "unknown" if memory.available is None else _gigabytes(memory.available)
    needed = f"needs about {_gigabytes(memory.needed)}, free: {free}"
    _row("memory", needed if memory.fits else f"{needed}: too little; take a smaller model, or a smaller context")
    _row("cores", f"{cores()}; a graphics card is used where the xllamacpp that is installed can")
    if not weights.talks:
        _row("template", "none for conversations: an instruct model is needed")
    return memory.fits and weights.talks


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _key(settings: "Settings") -> str:
    if settings.api_key is None:
        return "none"
    warning = "" if settings.local or settings.base_url.startswith("https:") else "; it travels unencrypted (http://)"
    return f"set  ({settings.source('api_key')}){warning}"


def _tell(settings: "Settings", found: "Diagnosis") -> bool:
    """Prints what was found; whether the endpoint can be used."""
    if found.unreachable is not None:
        _row("reachable", f"no: {found.unreachable}")
        if found.advice:
            _row("advice", found.advice)
        return False
    if settings.weights is None:
        _row("reachable", "yes")
        _tell_models(settings, found)
    if settings.model is None:
        return False
    for trial in found.trials:
        _row(trial.mode, _outcome(trial))
    best = found.best
    if best is None:
        _say("\nNo way of asking works. The reasons are above.")
        return False
    _tell_speed(settings, best)
    if settings.weights is None:
        size = "not told" if found.context is None else f"{found.context} tokens, says {found.context_source}"
        _row("context", size)
    if "thoughts" in best.noticed:
        _row("thoughts", "it thinks aloud: that counts towards max_tokens; leave room, or switch it off (extra_body)")
    if "no usage" in best.noticed:
        _row("usage", "it does not count tokens: tokens and money are estimated")
    _tell_settings(settings, found, best)
    return True


def _tell_models(settings: "Settings", found: "Diagnosis") -> None:
    if found.models is None:
        _row("models", "it has no list of them")
        return
    shown = ", ".join(found.models[:_LISTED]) or "none"
    more = len(found.models) - _LISTED
    _row("models", f"{shown}{f' and {more} more' if more > 0 else ''}")
    if settings.model is not None and settings.model not in found.models:
        from difflib import get_close_matches

        close = get_close_matches(settings.model, found.models, n=1, cutoff=0.4)
        _row("", f"{settings.model} is not among them{f'; did you mean {close[0]}?' if close else ''}")


def _outcome(trial: "Trial") -> str:
    if trial.failure is not None:
        return f"no: {trial.failure}"
    right = "answered rightly" if trial.right else "kept to the shape, but the answer was wrong: a weak model"
    wrapped = ", among other text" if "wrapped" in trial.noticed else ""
    return f"yes: {right}{wrapped}, {trial.seconds:.1f} s"


def _tell_speed(settings: "Settings", trial: "Trial") -> None:
    if not trial.completion_tokens or trial.seconds <= 0:
        return
    _row("speed", f"about {trial.completion_tokens / trial.seconds:.0f} tokens a second, for a short answer")
    if settings.weights is not None:
        # The rest of a question, its text, is read some four times as fast as an answer is written.
        a_question = trial.seconds * (_QUESTION_TOKENS / 4 + _ANSWER_TOKENS) / trial.completion_tokens
        slow = "; a larger run wants a faster machine" if a_question > _LONG_S else ""
        _row("", f"so a question about a report takes about {a_question:.0f} s{slow}")


def _tell_settings(settings: "Settings", found: "Diagnosis", best: "Trial") -> None:
    lines = {"base_url": settings.base_url, "model": settings.model or "", "mode": str(best.mode)}
    if settings.weights is not None:
        del lines["base_url"]
    elif found.context is not None:
        lines["context"] = str(found.context)
    lines |= found.parameters
    _say("\nSet in gouji.toml:\n\n    [llm]")
    for name, value in lines.items():
        _say(f"    {name} = {value if value.isdigit() else _quoted(value)}")
    _say("\nor in the environment:\n")
    from shlex import quote

    for name, value in lines.items():
        _say(f"    export GOUJI_LLM_{name.upper()}={quote(value)}")


def _quoted(value: str) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)  # a basic string of TOML is written like one of JSON


def _row(label: str, text: str) -> None:
    _say(f"{label:<12} {text}")


def _say(line: str) -> None:
    from extractor.deliver.printable import printable

    typer.echo("\n".join(printable(part) for part in line.split("\n")))
