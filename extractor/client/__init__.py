"""A client of the service, and nothing of the service itself: `pip install 'gouji[client]'`.

>>> from extractor.client import Client
>>> with Client("http://127.0.0.1:8321") as client:
...     batch = client.submit(["a.html", "b.html"])
...     for result in client.results(client.wait(batch["id"])["id"]):
...         print(result["name"], result["verdict"])

`AsyncClient` does the same with `await`. `verify_webhook` checks what a webhook brings.
"""

from extractor.client.asynchronous import AsyncClient
from extractor.client.common import ServiceError
from extractor.client.synchronous import Client
from extractor.client.webhook import WebhookError, verify_webhook

__all__ = ["AsyncClient", "Client", "ServiceError", "WebhookError", "verify_webhook"]
