"""What went wrong, from what the client raised: which of our errors it is, and whether it may pass."""

import json
import socket
import ssl

import openai

from extractor.ask.endpoint.retry import Transient, retry_after
from extractor.ask.endpoint.settings import Settings
from extractor.errors import (
    ModelBusyError,
    ModelError,
    ModelRefusedError,
    ModelRequestError,
    ModelUnreachableError,
)

__all__ = ["causes", "connection_reason", "fault_of", "one_line"]

_LONGEST = 300
_PASSING = (408, 409, 425, 429)
_REFUSED = (401, 402, 403)
_NO_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "account_deactivated", "arrearage")


def fault_of(error: Exception, settings: Settings) -> ModelError | Transient | None:
    """What to raise instead: Transient where trying again may help; None where it is nothing of the endpoint's."""
    match error:
        case openai.APITimeoutError() | TimeoutError():
            return Transient(ModelUnreachableError(f"no answer within {settings.timeout_s:g} s"))
        case openai.APIConnectionError():
            reason, passing = connection_reason(error)
            return Transient(ModelUnreachableError(reason)) if passing else ModelUnreachableError(reason)
        case openai.APIStatusError():
            return _status_fault(error, settings)
        case json.JSONDecodeError() | UnicodeDecodeError():
            return Transient(ModelUnreachableError("the answer broke off, or is no JSON"))
        case openai.APIError():
            return ModelUnreachableError(one_line(str(error), settings))
    return None


def _status_fault(error: openai.APIStatusError, settings: Settings) -> ModelError | Transient:
    status = error.status_code
    message = f"HTTP {status}: {_said(error, settings)}"
    if status in _REFUSED or any(code in _codes(error) for code in _NO_QUOTA):
        return ModelRefusedError(message)
    if status == 429:
        return Transient(ModelBusyError(message), retry_after(error.response.headers))
    if status in _PASSING or (status >= 500 and status != 501):
        return Transient(ModelUnreachableError(message), retry_after(error.response.headers))
    return ModelRequestError(message)


def connection_reason(error: BaseException) -> tuple[str, bool]:
    """Why there was no connection, in words, and whether it may pass."""
    chain = causes(error)
    for cause in chain:
        match cause:
            case socket.gaierror():
                return "the host name is not known (DNS)", True
            case ssl.SSLCertVerificationError():
                return f"its TLS certificate is not accepted: {cause.verify_message}", False
            case ssl.SSLError():
                return f"TLS failed: {cause.reason or cause}; is it http:// instead of https://?", False
            case ConnectionRefusedError():
                return "connection refused: nothing listens there", True
            case ConnectionResetError() | BrokenPipeError():
                return "the connection broke off", True
    names = {type(cause).__name__ for cause in chain}
    if names & {"RemoteProtocolError", "ReadError", "WriteError", "DecodingError"}:
        return "the connection broke off before the answer was whole", True
    if "ProxyError" in names:
        return "the proxy (HTTP_PROXY, HTTPS_PROXY) refused", True
    if names & {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}:
        return "base_url is no address that can be asked", False
    return f"no connection ({type(chain[-1]).__name__})", True


def causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain


def one_line(text: str, settings: Settings) -> str:
    """What an endpoint said, fit for an error: one line, not too long, without the key that some repeat."""
    if settings.api_key is not None:
        text = text.replace(settings.api_key.get_secret_value(), "***")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _said(error: openai.APIStatusError, settings: Settings) -> str:
    """The message in the body, wherever this kind of server puts it."""
    body = error.body
    while isinstance(body, dict | list) and body:
        if isinstance(body, list):
            body = body[0]
            continue
        inner = next((body[key] for key in ("message", "msg", "error", "detail") if body.get(key)), None)
        if inner is None:
            break
        body = inner
    text = body if isinstance(body, str) else ""
    if not text or text.lstrip().startswith("<"):
        text = error.response.reason_phrase
    return one_line(text, settings)


def _codes(error: openai.APIStatusError) -> str:
    return f"{error.code} {error.type}".lower()
