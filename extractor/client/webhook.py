"""Whether a webhook is from the service, and fresh."""

import hashlib
import hmac
import time

__all__ = ["WebhookError", "verify_webhook"]


class WebhookError(ValueError):
    """It is not from the service, or it is too old: sent once more by somebody who has seen it."""


def verify_webhook(
    body: bytes, signature: str, secret: str, *, tolerance_s: float = 300, now: float | None = None
) -> None:
    """Raises WebhookError unless `signature`, the header Gouji-Signature, is of this body and not old.

    Within the tolerance the same delivery may come twice: remember the header Gouji-Delivery.
    """
    fields = [part.partition("=")[::2] for part in signature.split(",")]
    at = dict(fields).get("t", "")
    if not (at.isascii() and at.isdigit()):
        raise WebhookError("it is not signed")
    right = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    # While the service changes its secret, it signs with both.
    given = [value for name, value in fields if name == "v1" and value.isascii()]
    if not any(hmac.compare_digest(right, each) for each in given):
        raise WebhookError("its signature is not right")
    if abs((time.time() if now is None else now) - int(at)) > tolerance_s:
        raise WebhookError("it is too old")
