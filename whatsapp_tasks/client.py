"""A client of the HTTP API: signs, repeats safely, waits."""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import requests

from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.errors import RequestRefused, WaitTimeout

FINAL = frozenset({"read", "failed", "unknown", "cancelled", "expired"})
_RETRIED = frozenset({429, 502, 503, 504})
_ATTEMPTS = 8
_LONGEST_PAUSE_SECONDS = 5.0


class Client:
    """Calls ``base_url`` with one API key. A repeat carries a fresh signature and the same idempotency
    key, so that a lost answer never becomes a second message.

    Raises RequestRefused with the API's ``code`` for every answer that is a problem, and
    requests.RequestException when the API cannot be reached after some attempts.
    """

    def __init__(self, base_url: str, key_id: str, secret: str, *, timeout_seconds: float = 10.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._path_prefix = urlsplit(self._base_url).path
        self._key_id = key_id
        self._secret = secret
        self._timeout = timeout_seconds
        self._http = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(
        self, phone: str, message: str, *, idempotency_key: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """``{id, status, duplicate, links}``. Without a key of the caller's, one is made for the repeats:
        then the same text to the same phone is a new message each time.
        """
        body = {"phone": phone, "message": message, **fields}
        return self.call("POST", "/send", body, idempotency_key=idempotency_key or uuid.uuid4().hex)

    def message(self, message_id: str) -> dict[str, Any]:
        """The message with its timeline."""
        return self.call("GET", f"/messages/{message_id}")

    def cancel(self, message_id: str) -> dict[str, Any]:
        return self.call("DELETE", f"/messages/{message_id}")

    def wait(
        self,
        message_id: str,
        until: frozenset[str] = FINAL,
        *,
        timeout_seconds: float = 120.0,
        pause_seconds: float = 0.5,
    ) -> dict[str, Any]:
        """The message once its status is one of ``until``; raises WaitTimeout."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            message = self.message(message_id)
            if message["status"] in until:
                return message
            if time.monotonic() > deadline:
                raise WaitTimeout(f"The message is still {message['status']} after {timeout_seconds:.0f} s.")
            time.sleep(pause_seconds)

    def account(self, account: str = "default") -> dict[str, Any]:
        return self.call("GET", f"/accounts/{account}")

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """One signed request, repeated while the answer is lost or says "later"."""
        answer: dict[str, Any] = _checked(
            self._repeated(method, path, body, query, idempotency_key, "application/json")
        ).json()
        return answer

    def download(self, path: str, accept: str = "image/*") -> bytes:
        """What is not JSON: a QR code, a screenshot."""
        return _checked(self._repeated("GET", path, None, None, None, accept)).content

    def _repeated(  # noqa: PLR0917 - the parts of a request
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        idempotency_key: str | None,
        accept: str,
    ) -> requests.Response:
        target = path + ("?" + urlencode(query) if query else "")
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            try:
                response = self._request(method, target, raw, idempotency_key, accept)
            except requests.RequestException:
                if last:
                    raise
                time.sleep(min(0.2 * 2**attempt, _LONGEST_PAUSE_SECONDS))
                continue
            if last:
                return response
            if _replayed(response):
                # Same second, same content, so the same signature: our own lost request, or a twin of it.
                time.sleep(1 - time.time() % 1)
            elif response.status_code in _RETRIED:
                time.sleep(min(_retry_after(response), _LONGEST_PAUSE_SECONDS))
            else:
                return response
        raise AssertionError  # the last attempt returns or raises

    def _request(
        self, method: str, target: str, raw: bytes, idempotency_key: str | None, accept: str
    ) -> requests.Response:
        timestamp = str(int(time.time()))
        headers = {
            "X-Api-Key": self._key_id,
            "X-Timestamp": timestamp,
            "X-Signature": sign(self._secret, timestamp, method, self._path_prefix + target, raw),
            "Content-Type": "application/json",
            "Accept": accept,
        }
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self._http.request(
            method, self._base_url + target, data=raw or None, headers=headers, timeout=self._timeout
        )


def _retry_after(response: requests.Response) -> float:
    try:
        return float(response.headers.get("Retry-After", 1))
    except ValueError:
        return 1.0


def _replayed(response: requests.Response) -> bool:
    return response.status_code == requests.codes.unauthorized and "signature_replayed" in response.text


def _checked(response: requests.Response) -> requests.Response:
    if response.ok:
        return response
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        answer = {}
    raise RequestRefused(
        answer.get("code", "unexpected_answer"),
        answer.get("detail", f"The API answered {response.status_code} without saying why."),
        http_status=response.status_code,
        errors=answer.get("errors", ()),
    )
