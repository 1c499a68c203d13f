"""One request of the client: signed, and repeated while its answer is lost or says "later"."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.errors import ApiUnreachable, RequestRefused

_LATER = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.2


class Transport:
    """Signs each attempt anew. ``patience_seconds``: how long it goes on repeating in all.

    Raises RequestRefused with the API's ``code`` for every answer that is a problem, and ApiUnreachable when
    no answer came in all that time.
    """

    def __init__(
        self, base_url: str, key_id: str, secret: str, *, timeout_seconds: float, patience_seconds: float
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._path_prefix = urlsplit(self.base_url).path
        self._key_id = key_id
        self._secret = secret
        self._timeout = timeout_seconds
        self._patience = patience_seconds
        self._http = requests.Session()

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        accept: str = "application/json",
    ) -> requests.Response:
        """The answer; ``path`` is percent-encoded where it must be."""
        target = path + ("?" + urlencode(query) if query else "")
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        until = time.monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            left = until - time.monotonic()
            try:
                response = self._once(method, target, raw, idempotency_key, accept)
            except requests.RequestException as error:
                if left < pause:
                    raise ApiUnreachable(
                        f"The API at {self.base_url} cannot be reached: {_reason(error)}. Is it running? "
                        "Start it with `whatsapp-tasks up`, or say where it is with WHATSAPP_API_URL."
                    ) from error
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            wait = _wait(response)
            if wait is None or wait > left:
                return _checked(response)
            time.sleep(wait)

    def _once(
        self, method: str, target: str, raw: bytes, idempotency_key: str | None, accept: str
    ) -> requests.Response:
        timestamp = str(int(time.time()))
        headers = {
            "X-Api-Key": self._key_id,
            "X-Timestamp": timestamp,
            "X-Signature": sign(self._secret, timestamp, method, self._path_prefix + target, raw),
            "Accept": accept,
        }
        if raw:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self._http.request(
            method, self.base_url + target, data=raw or None, headers=headers, timeout=self._timeout
        )


def _wait(response: requests.Response) -> float | None:
    """How long to wait before the request is repeated; None when the answer is the last word."""
    if response.status_code == requests.codes.unauthorized and _code(response) == "signature_replayed":
        # Same second, same content, so the same signature: our own lost request, or a twin of it.
        return 1 - time.time() % 1
    if response.status_code not in _LATER:
        return None
    given = response.headers.get("Retry-After", "1")
    # A daily cap says how many hours are left: no patience lasts that long, and the refusal is told.
    return float(given) if given.isascii() and given.isdigit() else 1.0


def _checked(response: requests.Response) -> requests.Response:
    if response.ok:
        return response
    answer = _problem(response)
    seconds = response.headers.get("Retry-After", "")
    raise RequestRefused(
        str(answer.get("code", "unexpected_answer")),
        str(answer.get("detail", f"The API answered {response.status_code} without saying why.")),
        http_status=response.status_code,
        errors=answer.get("errors", ()),
        retry_after_seconds=float(seconds) if seconds.isascii() and seconds.isdigit() else None,
        extra={name: answer[name] for name in ("message_id", "batch_id", "next_place_at") if name in answer},
    )


def _code(response: requests.Response) -> str:
    return str(_problem(response).get("code", ""))


def _problem(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "nothing answers there"
    return type(error).__name__
