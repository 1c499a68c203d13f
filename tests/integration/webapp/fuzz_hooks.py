"""What Schemathesis needs to know of this API: how to sign, and one check of our own."""

import os
import secrets
import time
from hashlib import sha256
from typing import Any
from zlib import crc32

import requests
import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.core.parameters import ParameterLocation

from whatsapp_tasks.domain.signatures import sign

KNOWN = {
    "account": "default",
    "message_id": os.environ["FUZZ_MESSAGE"],
    "batch_id": os.environ["FUZZ_BATCH"],
    "webhook": os.environ["FUZZ_WEBHOOK"],
    "name": "order_ready",
    "language": "en",
}

OF_SHAPE = {"request_invalid", "query_invalid", "json_malformed"}
"""What the document itself rules out: data that fits it is never refused with these."""


@schemathesis.auth()
class Signer:
    """Takes part in Schemathesis' own handling of authentication, which leaves it out to see a 401."""

    def get(self, case: Case[Any], ctx: Any) -> str:
        return os.environ["FUZZ_KEY"]

    def set(self, case: Case[Any], data: str, ctx: Any) -> None:
        case.headers["X-Api-Key"] = data


@schemathesis.hook
def before_call(context: Any, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Signs what is sent: the prepared request, as only there path and body are what the server sees. Not
    where Schemathesis spoiled the headers, as it means to see a refusal.
    """
    if case.headers.get("X-Api-Key") == os.environ["FUZZ_KEY"] and not _spoiled(
        case, ParameterLocation.HEADER
    ):
        kwargs["auth"] = _sign


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of the requests go to what exists: a random name never leads further than to a 404."""
    for name, known in KNOWN.items():
        value = (path_parameters or {}).get(name)
        if isinstance(value, str) and crc32(value.encode("utf-8", "replace")) % 2:
            path_parameters = {**(path_parameters or {}), name: known}
    return path_parameters


def _sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # A second of the window by chance, so that equal requests are not replays.
    stamp = str(int(time.time()) - secrets.randbelow(25))
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    target = request.path_url
    if (request.method, target) == ("POST", "/files"):  # its signature covers the digest of the body
        request.headers["X-Content-SHA256"] = sha256(body).hexdigest()
        body = request.headers["X-Content-SHA256"].encode()
    request.headers["X-Timestamp"] = stamp
    request.headers["X-Signature"] = sign(
        os.environ["FUZZ_SECRET"], stamp, request.method or "", target, body
    )
    return request


@schemathesis.check
def refused_by_rules_alone(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Data that fits the document may be refused by a rule, such as a phone number that cannot be; not by its
    shape. In a batch, a rule refuses an item alone.
    """
    spoiled = any(_spoiled(case, location) for location in ParameterLocation)
    if response.status_code in (400, 422) and not spoiled:
        code = response.json()["code"]
        assert code not in OF_SHAPE, f"{code}: {response.json()['detail']}"
    if (
        case.path == "/messages:batch"
        and response.status_code == 202
        and _spoiled(case, ParameterLocation.BODY)
    ):
        assert response.json()["refused"] > 0, "an item that does not fit was accepted"


def _spoiled(case: Case[Any], location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and component.mode is GenerationMode.NEGATIVE
