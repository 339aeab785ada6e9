"""llama.cpp in this process, as an OpenAI-compatible endpoint on loopback."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.ask.local.machine import context_for, cores, fit
from extractor.ask.local.weights import INSTALL, read_weights
from extractor.errors import UsageError

if TYPE_CHECKING:
    from xllamacpp import Server

__all__ = ["Serving", "serve"]

_LOOPBACK = "127.0.0.1"
_PROMPT_CACHE_MIB = 512
_SILENT = -1


@dataclass(slots=True)
class Serving:
    """A model that is loaded and can be asked. `base_url` ends in /v1."""

    base_url: str
    model: str
    context: int
    _server: "Server | None"

    def stop(self) -> None:
        """Frees the memory."""
        self._server = None


def serve(
    path: Path,
    *,
    key: str | None,
    context: int | None = None,
    parallel: int = 1,
    threads: int | None = None,
    port: int = 0,
) -> Serving:
    """Loads a model, which takes seconds to minutes, and serves it. `port` 0: any that is free.

    `context`: tokens of one question and its answer; by default 8192, or as many as the model was made for. `key`:
    what askers have to know. Raises UsageError where it cannot be loaded.
    """
    weights = read_weights(path)
    if not weights.talks:
        raise UsageError(f"local:{path}: has no template for conversations: an instruct model is needed")
    context = context_for(weights, context)
    memory = fit(weights, context, parallel)
    if not memory.fits:
        raise UsageError(
            f"local:{path}: needs about {memory.needed / 1e9:.1f} GB of memory, {(memory.available or 0) / 1e9:.1f} GB "
            "are free; take a smaller model, or a smaller context"
        )
    try:
        import xllamacpp
    except ImportError as error:
        raise UsageError(f"local:{path}: the embedded model is not installed ({error}): {INSTALL}") from None
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {path.stem}
    params.hostnames = [_LOOPBACK]
    params.port = port
    params.api_keys = [] if key is None else [key]
    params.n_ctx = context * parallel
    params.n_parallel = parallel
    params.cpuparams.n_threads = threads or cores()
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    # No page, no list of what is being asked, nothing fetched.
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.verbosity = _SILENT
    try:
        server = xllamacpp.Server(params)
    except RuntimeError:
        taken = f", or port {port} is taken" if port else ""
        raise UsageError(
            f"local:{path}: llama.cpp cannot load it (damaged, or of a kind that it does not know{taken})"
        ) from None
    return Serving(f"{server.listening_address}/v1", path.stem, context, server)
