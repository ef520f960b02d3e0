"""What a request's body is."""

from __future__ import annotations

from fastapi import Request

from spanledger_api.problems import Refusal


def require_json(request: Request) -> None:
    """Check that a body is said to be JSON: a page in a browser cannot send that to another address unasked.

    Raises Refusal `not_json`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(
            "The body is not said to be JSON.", code="not_json", hint="Send `Content-Type: application/json`."
        )
