"""One request of the client: signed, and repeated while no answer comes or it says "later"."""

import hashlib
import json
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from mimetypes import guess_type
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests

from whatsapp_tasks.domain.addresses import is_loopback
from whatsapp_tasks.domain.signatures import sign
from whatsapp_tasks.errors import ApiUnreachable, ConfigurationError, RequestRefused

_LATER = frozenset({429, 502, 503, 504})
_TIMER_MARGIN_SECONDS = 0.01
"""A pause until the next second must not end before it."""
_LONGEST_PAUSE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.2
_OF_ALL_PROBLEMS = frozenset(
    {"type", "title", "status", "detail", "code", "errors", "instance", "request_id"}
)
"""Members of a problem document that are not of its code alone."""
_PIECE_BYTES = 256 * 1024
SILENCE_SECONDS = 60.0
"""Without an event or a heartbeat, a stream is taken for broken."""
UPLOAD_SECONDS = 180.0
"""For one answer, or one write of a part, of an upload: the file is examined and stored before the answer."""


class Transport:
    """Signs each attempt again. ``patience_seconds``: for how long in total a request is repeated.

    The environment's proxies are used, except for this machine. No redirect is followed, because a signature
    is valid for one path only.

    Raises RequestRefused with the API's ``code`` for every answer that is a problem, ApiUnreachable if no
    answer came in all that time, and ConfigurationError at once for an invalid address.
    """

    def __init__(
        self, base_url: str, key_id: str, secret: str, *, timeout_seconds: float, patience_seconds: float
    ) -> None:
        self.base_url = base_url.rstrip("/")
        host = _base(self.base_url)
        if not (key_id.isascii() and key_id.isprintable()):
            raise ConfigurationError("The API key's id (WHATSAPP_API_KEY) must be printable ASCII.")
        self._direct = is_loopback(host)
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
        """The answer; ``path`` must be percent-encoded where necessary."""
        with _encodable():
            target = path + ("?" + urlencode(query) if query else "")
            raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
            headers = {"Accept": accept}
            if raw:
                headers["Content-Type"] = "application/json"
            if idempotency_key is not None:
                headers["Idempotency-Key"] = idempotency_key
            return self._repeated(lambda: self._once(method, target, headers, raw or None, raw))

    def save(self, path: str, target: Path) -> None:
        """Writes an answer that is a file to ``target``, all of it or nothing; it is never in memory as a
        whole. Raises OSError.
        """
        draft = target.with_name(f".{target.name}.part")
        with self._repeated(
            lambda: self._once("GET", path, {"Accept": "*/*"}, None, b"", SILENCE_SECONDS, stream=True)
        ) as response:
            try:
                with draft.open("wb") as file:
                    for piece in response.iter_content(_PIECE_BYTES):
                        file.write(piece)
                draft.replace(target)
            except requests.RequestException as error:
                raise ApiUnreachable(f"The file did not come whole: {_reason(error)}") from error
            finally:
                draft.unlink(missing_ok=True)

    def listen(self, path: str, query: Mapping[str, str], last_event_id: str | None) -> requests.Response:
        """An answer that does not end, not read yet; to be closed."""
        with _encodable():
            target = path + ("?" + urlencode(query) if query else "")
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        return self._repeated(
            lambda: self._once("GET", target, headers, None, b"", SILENCE_SECONDS, stream=True)
        )

    def upload(self, path: Path, name: str, media_type: str | None = None) -> requests.Response:
        """The answer to an upload of the file at ``path``, which is never in memory as a whole."""
        with _encodable("The file's name"):
            quoted = quote(name, safe="")
        _check_regular(path)
        digest = _digest_of(path)
        headers = {
            "Accept": "application/json",
            "Content-Type": media_type or guess_type(name)[0] or "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quoted}",
            "X-Content-SHA256": digest,
        }

        def once() -> requests.Response:
            with path.open("rb") as file:
                # An empty file would be sent in chunks.
                data = file if path.stat().st_size else b""
                return self._once("POST", "/files", headers, data, digest.encode(), UPLOAD_SECONDS)

        return self._repeated(once)

    def _repeated(self, once: Callable[[], requests.Response]) -> requests.Response:
        """The answer, once there is one that does not say "later"."""
        until = time.monotonic() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            left = until - time.monotonic()
            try:
                response = once()
            except requests.RequestException as error:
                if left < pause:
                    raise ApiUnreachable(
                        f"The API at {self.base_url} cannot be reached: {_reason(error)}. Is it running? "
                        "Start it with `whatsapp-tasks up`, or set its address in WHATSAPP_API_URL."
                    ) from error
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            wait = _wait(response)
            if wait is None or wait > left:
                return _checked(response)
            time.sleep(wait)

    def _once(  # noqa: PLR0917 - the parts of a request
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        data: bytes | IO[bytes] | None,
        signed_body: bytes,
        timeout: float = 0.0,
        *,
        stream: bool = False,
    ) -> requests.Response:
        request = self._http.prepare_request(
            requests.Request(method, self.base_url + target, headers=dict(headers), data=data)
        )
        timestamp = str(int(time.time()))
        # Sign the target as the library has written it: it escapes some characters, some of them again.
        signature = sign(self._secret, timestamp, method, request.path_url, signed_body)
        request.headers.update(
            {"X-Api-Key": self._key_id, "X-Timestamp": timestamp, "X-Signature": signature}
        )
        network = self._http.merge_environment_settings(request.url, {}, stream, None, None)
        if self._direct:
            network["proxies"] = {}
        return self._http.send(request, timeout=max(timeout, self._timeout), allow_redirects=False, **network)


@contextmanager
def _encodable(what: str = "A text in the request") -> Iterator[None]:
    """Raises RequestRefused for what no request can hold: an argument in another encoding than the locale's,
    half of a surrogate pair, a key with letters in a header. Without the text, which a traceback would show.
    """
    try:
        yield
    except UnicodeEncodeError:
        raise RequestRefused(
            "request_invalid",
            f"{what} cannot be encoded: write it as UTF-8, in whole characters.",
        ) from None


def _check_regular(path: Path) -> None:
    """Raises RequestRefused for a pipe, a device or a folder: it may never end, or differ when read again."""
    if not stat.S_ISREG(path.stat().st_mode):
        shown = str(path).encode(errors="backslashreplace").decode()
        raise RequestRefused("file_invalid", f"{shown} is not a regular file.")


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _base(url: str) -> str:
    """The host of the API's address; raises ConfigurationError if the address is invalid."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ConfigurationError(
            "The API's address (WHATSAPP_API_URL) must be like http://127.0.0.1:8080, without a query."
        )
    return host


def _wait(response: requests.Response) -> float | None:
    """How long to wait before the request is repeated; None if the answer is final."""
    if response.status_code == requests.codes.unauthorized and _code(response) == "signature_replayed":
        # Same second, same content, so the same signature: our own lost request, or a twin of it.
        return 1 + _TIMER_MARGIN_SECONDS - time.time() % 1
    if response.status_code not in _LATER:
        return None
    given = response.headers.get("Retry-After", "1")
    # A daily cap says how many hours are left: no patience lasts that long, so the refusal is raised.
    return float(given) if given.isascii() and given.isdigit() else 1.0


def _checked(response: requests.Response) -> requests.Response:
    if response.is_redirect:
        raise RequestRefused(
            "redirected",
            f"The API's address redirects to {_target(response)}. Redirects are not followed: set the "
            "address of the API itself (WHATSAPP_API_URL).",
            http_status=response.status_code,
        )
    if requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
        return response
    answer = _problem(response)
    seconds = response.headers.get("Retry-After", "")
    raise RequestRefused(
        str(answer.get("code", "unexpected_answer")),
        str(answer.get("detail", f"The API answered {response.status_code} without a reason.")),
        http_status=response.status_code,
        errors=answer.get("errors", ()),
        retry_after_seconds=float(seconds) if seconds.isascii() and seconds.isdigit() else None,
        extra={name: value for name, value in answer.items() if name not in _OF_ALL_PROBLEMS},
    )


def _target(response: requests.Response) -> str:
    """The target of a redirect, without its query and other parts that may be private."""
    target = urlsplit(urljoin(response.url, response.headers["Location"]))
    return f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}"[:200]


def answer_of(response: requests.Response) -> dict[str, Any]:
    """The JSON of an answer; raises RequestRefused for anything else, for example from a proxy."""
    answer = _object(response)
    if answer is None:
        raise RequestRefused(
            "unexpected_answer",
            f"The answer ({response.status_code}) is not the API's JSON: is the address right?",
            http_status=response.status_code,
        )
    return answer


def _code(response: requests.Response) -> str:
    return str(_problem(response).get("code", ""))


def _problem(response: requests.Response) -> dict[str, Any]:
    return _object(response) or {}


def _object(response: requests.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy of HTTP_PROXY or HTTPS_PROXY does not work (list hosts that need none in NO_PROXY)"
    if isinstance(error, requests.ConnectionError):
        return "nothing answers there"
    return type(error).__name__
