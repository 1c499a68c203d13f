"""``POST /files``: receives one file.

The only implementation, independent of the server: ``webapp/upload_stream.py`` runs it under ASGI,
``webapp/upload_view.py`` in Flask. The body is never in memory as a whole. What can be refused is refused
before the first byte of the body is read; so the signature covers the body's SHA-256, which a header
declares.
"""

import re
from dataclasses import dataclass
from typing import Any

from structlog.contextvars import bound_contextvars
from typing_extensions import TypedDict
from werkzeug.http import parse_options_header

from webapp import bodies
from webapp.answers import Answer
from webapp.authentication import Scope, authenticated, require_scope
from webapp.problems import log_problem, problem_answer, problem_of
from webapp.proxies import caller_of
from webapp.rate_limits import Counted, RequestLimits
from webapp.sends import Links
from webapp.services import Services
from webapp.times import Moment, rfc3339
from webapp.well_formed import check
from whatsapp_tasks.domain.file_names import check_file_name, name_in_header
from whatsapp_tasks.domain.files import FileKind, decide_kind
from whatsapp_tasks.domain.signatures import signature_digest, signature_replayed
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.files.drafts import Draft
from whatsapp_tasks.files.uploads import Offer
from whatsapp_tasks.stores.files import Upload
from whatsapp_tasks.stores.nonces import Nonces, nonce_ttl_ms

ENDPOINT = "uploads.create"
SCOPE: Scope = "send"
_DIGEST = re.compile("[0-9a-f]{64}")
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf'; *({_WORD})=(?:{_WORD}|"(?:[^"\\]|\\.)*")'
_DISPOSITION = re.compile(rf"{_WORD}(?: *{_PARAMETER})*(?: *;)?")
"""RFC 6266, 4.1. Of a name with a blank and without quotes, werkzeug reads the first word, and of another one
nothing: the recipient would see another name than the caller meant.
"""
_NO_TYPES = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded"})
"""They say nothing about a file; the last one is what curl sends unasked."""


class UploadView(TypedDict):
    """A file that was uploaded. ``kind`` is how it is sent unless a message says otherwise."""

    id: str
    name: str | None
    size: int
    media_type: str
    kind: FileKind
    sha256: str
    created_at: Moment
    expires_at: Moment
    links: Links


@dataclass(slots=True)
class UploadAttempt:
    """One ``POST /files``, from its head to its answer.

    The server calls ``begin``, writes the body into the draft, and calls ``finish``; or ``refused`` with
    whatever was raised. In any case it calls ``end``. All of these may block.
    """

    parts: Services
    limits: RequestLimits
    environ: dict[str, Any]
    """The request's WSGI environ, after ``proxies.settle``."""
    request_id: str
    _draft: Draft | None = None
    _offer: Offer | None = None

    def begin(self) -> Draft:
        """Everything that can be checked before the body."""
        check(self.environ)
        caller = caller_of(self.environ)
        self.limits.count(Counted(caller))
        key, signature = authenticated(self.parts, self.environ, self._signed_body)
        self.limits.count_proven(Counted(caller, key.id))
        require_scope(key, SCOPE)
        self._offer = Offer(key.id, self._name(), self._type())
        length = self._declared_length()
        self.check_size(length or 0)
        if signature is not None and not Nonces(self.parts.database).use(
            signature_digest(signature), nonce_ttl_ms(self.parts.settings)
        ):
            raise signature_replayed()
        expected = self.parts.settings.max_file_bytes if length is None else length
        self._draft = self.parts.uploads.contents.drafts.begin(expected)
        return self._draft

    def check_size(self, size: int) -> None:
        """Raises RequestRefused (413) if a body of ``size`` bytes is too large."""
        most = self.parts.settings.max_file_bytes
        if size > most:
            raise bodies.too_large(most)

    def finish(self) -> Answer:
        """201, with the file's id, after the whole body was written."""
        assert self._draft is not None
        assert self._offer is not None
        declared = self._declared_digest()
        if declared is not None and declared != self._draft.digest:
            problem = "is not that of the body that arrived"
            raise RequestRefused(
                "file_digest_wrong",
                f"The SHA-256 in X-Content-SHA256 {problem}.",
                errors=[{"field": "X-Content-SHA256", "message": problem}],
            )
        upload = self.parts.uploads.add(self._offer, self._draft)
        body = bodies.compact(upload_view(upload)).encode()
        return Answer(201, "application/json", body, {"Location": upload_path(upload.id)})

    def refused(self, error: Exception) -> Answer:
        """The answer for ``error``."""
        with bound_contextvars(request_id=self.request_id):
            problem = problem_of(error)
            log_problem(problem, error, method="POST", endpoint=ENDPOINT)
            return problem_answer(problem, "/files", self.request_id)

    def end(self) -> None:
        """Nothing of the body stays."""
        if self._draft is not None:
            self.parts.uploads.contents.drafts.drop(self._draft)

    def _declared_length(self) -> int | None:
        """None if the body comes in chunks."""
        length = self.environ.get("CONTENT_LENGTH", "")
        return int(length) if length.isascii() and length.isdigit() else None

    def _signed_body(self) -> bytes:
        return (self._declared_digest() or "").encode()

    def _declared_digest(self) -> str | None:
        """The body's SHA-256 as declared; it is optional only if requests need no signature."""
        given: str | None = self.environ.get("HTTP_X_CONTENT_SHA256")
        if given is None and not self.parts.settings.signature_required:
            return None
        if given is None or not _DIGEST.fullmatch(given):
            problem = "must be the SHA-256 of the body, 64 hex digits in lower case"
            raise RequestRefused(
                "file_digest_invalid",
                f"The header X-Content-SHA256 {problem}; the signature covers it instead of the body.",
                errors=[{"field": "X-Content-SHA256", "message": problem}],
            )
        return given

    def _name(self) -> str:
        """The name in Content-Disposition; empty without one."""
        header = self.environ.get("HTTP_CONTENT_DISPOSITION", "").strip()
        names = [name.lower() for name in re.findall(_PARAMETER, header)]
        if header and (not _DISPOSITION.fullmatch(header) or len(set(names)) < len(names)):
            problem = 'must be like attachment; filename="my invoice.pdf", once and with the quotes'
            raise RequestRefused(
                "file_name_invalid",
                f"The header Content-Disposition {problem}.",
                errors=[{"field": "Content-Disposition", "message": problem}],
            )
        _, parameters = parse_options_header(header)
        name = parameters.get("filename")
        if name is None:
            return ""
        # With "filename*" the header says itself how the name is encoded.
        return check_file_name(name if "filename*" in header.lower() else name_in_header(name))

    def _type(self) -> str | None:
        declared, _ = parse_options_header(self.environ.get("CONTENT_TYPE", ""))
        if declared.lower().startswith("multipart/"):
            raise RequestRefused(
                "content_type_unsupported",
                "Send the file's bytes themselves as the body, not a form (curl: --data-binary, not -F).",
                http_status=415,
            )
        return None if declared.lower() in _NO_TYPES else declared


def upload_view(upload: Upload) -> UploadView:
    """The file as shown to its caller."""
    content = upload.content
    return {
        "id": upload.id,
        "name": upload.name or None,
        "size": content.size,
        "media_type": content.facts.media_type,
        "kind": decide_kind(content.facts, content.size, None),
        "sha256": content.digest,
        "created_at": rfc3339(upload.created_ms),
        "expires_at": rfc3339(upload.expires_ms),
        "links": {"self": upload_path(upload.id)},
    }


def upload_path(upload_id: str) -> str:
    return f"/files/{upload_id}"
