"""``POST /send``: accepts one message.

The only implementation, independent of the server: ``webapp/gateway.py`` runs it on the event loop,
``webapp/send_view.py`` in Flask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from limits.errors import StorageError
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import to_json
from structlog.contextvars import bound_contextvars
from typing_extensions import TypedDict

from webapp import bodies
from webapp.answers import Answer
from webapp.authentication import Scope, authenticated, require_scope
from webapp.bodies import RequestModel
from webapp.problems import log_problem, problem_answer, problem_of
from webapp.proxies import caller_of
from webapp.rate_limits import Counted, RateLimited, RequestLimits
from webapp.services import AskRedisFirst, ReadTemplateFirst, Services
from webapp.times import Instant
from webapp.well_formed import check
from whatsapp_tasks.dispatch import Accepted, Prepared, WindowFull
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT, SLUG
from whatsapp_tasks.domain.file_requests import MOST_URL_CHARACTERS, FileRequest
from whatsapp_tasks.domain.identity import ID, KEY, MESSAGE_ID
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.domain.templates import LANGUAGE, MOST_VARIABLES, NAME
from whatsapp_tasks.domain.texts import MAX_UTF16_UNITS
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.admission import Window
from whatsapp_tasks.stores.api_keys import ApiKey
from whatsapp_tasks.stores.templates import Found

# Only for the document, as examples of valid values: the domain decides, and reports what is wrong.
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"

SCOPE: Scope = "send"

IDEMPOTENCY_HEADER = "Idempotency-Key"


_NOT_NULL: JsonDict = {"not": {"type": "null"}}


def _given(field: str, value: JsonDict) -> JsonDict:
    """The JSON schema of an object that has this field."""
    return {"required": [field], "properties": {field: value}}


class FileFields(RequestModel):
    """The file of a message: either ``id`` or ``url``."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [_given("id", {"type": "string"}), _given("url", {"type": "string"})]}
    )

    id: Annotated[
        str | None,
        Field(
            description="The id returned by POST /files, for the same API key.",
            json_schema_extra={"pattern": "^[0-9a-f]{32}$"},
        ),
    ] = None
    url: Annotated[
        str | None,
        Field(
            description="An https URL from which the service fetches the file before it sends the message.",
            examples=["https://example.com/invoice.pdf"],
            json_schema_extra={"maxLength": MOST_URL_CHARACTERS},
        ),
    ] = None
    as_: Annotated[
        Literal["image", "video", "audio", "document"] | None,
        Field(alias="as", description="How WhatsApp sends it; by default as its detected type."),
    ] = None
    name: Annotated[
        str | None,
        Field(description="As the recipient sees it; up to 255 bytes.", examples=["Invoice 1041.pdf"]),
    ] = None


Variables = Annotated[
    dict[str, str],
    Field(
        description="A value for each variable of the template. Values are put in as they are.",
        examples=[{"name": "Ana", "order": "1041"}],
        json_schema_extra={"maxProperties": MOST_VARIABLES},
    ),
]


class TemplateFields(RequestModel):
    """The template that makes the text of a message (docs/templates.md)."""

    name: Annotated[
        str,
        Field(
            description="Its name.",
            examples=["order_ready"],
            json_schema_extra={"pattern": f"^{NAME}$"},
        ),
    ]
    language: Annotated[
        str,
        Field(
            description="One of the languages it is in; another one is never taken instead.",
            examples=["pt_BR"],
            json_schema_extra={"pattern": f"^{LANGUAGE}$"},
        ),
    ]
    variables: Variables = Field({})


class ToFields(RequestModel):
    """A chat of the account that has no known phone: a group, or somebody who hides it (docs/chats.md)."""

    chat: Annotated[
        str,
        Field(description="Its id, from GET /chats.", json_schema_extra={"pattern": f"^{ID}$"}),
    ]


class SendRequest(RequestModel):
    """One message: a text, a file, or a file with a text; a template may make the text. Its id is the hash of
    the idempotency key, else of account, phone or chat, text, file and reply_to.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"oneOf": [_given("phone", _NOT_NULL), _given("to", _NOT_NULL)]},
                {
                    "anyOf": [
                        _given("message", {"type": "string", "minLength": 1}),
                        _given("file", _NOT_NULL),
                        _given("template", _NOT_NULL),
                    ]
                },
            ]
        }
    )

    phone: Annotated[
        str | None,
        Field(
            description="International form with a leading +; spaces and hyphens are allowed. Either phone "
            "or to.",
            examples=["+4915112345678"],
            json_schema_extra={"pattern": PHONE_PATTERN},
        ),
    ] = None
    to: Annotated[ToFields | None, Field(description="The recipient, instead of phone.")] = None
    message: Annotated[
        str,
        Field(
            description="Up to 65,536 UTF-16 code units of text, with at least one visible character. With a "
            "file it is the caption, up to 1,024 characters, and may be left out. With a template it is left "
            "out.",
            examples=["Your table is ready."],
            json_schema_extra={"maxLength": MAX_UTF16_UNITS},
        ),
    ] = ""
    file: Annotated[FileFields | None, Field(description="The file to send.")] = None
    template: Annotated[
        TemplateFields | None, Field(description="Makes the text or the caption; instead of message.")
    ] = None
    reply_to: Annotated[
        str | None,
        Field(
            description="The id of a message that this one quotes: of the same account, and in the same chat "
            "(docs/replies.md).",
            json_schema_extra={"pattern": f"^{MESSAGE_ID}$"},
        ),
    ] = None
    reply_policy: Annotated[
        Literal["fail", "send_plain"],
        Field(description="What becomes of it if it cannot quote: it fails, or goes without the quotation."),
    ] = "fail"
    account: Annotated[
        str, Field(description="The account that sends.", json_schema_extra={"pattern": f"^{SLUG}$"})
    ] = DEFAULT_ACCOUNT
    idempotency_key: Annotated[
        str | None,
        Field(
            description="Same as the header Idempotency-Key, but covered by the signature.",
            json_schema_extra={"pattern": f"^{KEY}$"},
        ),
    ] = None
    send_at: Annotated[
        Instant | None, Field(description="Not sent before this time; up to a year ahead.")
    ] = None
    expires_at: Annotated[Instant | None, Field(description="Never sent after this time.")] = None
    priority: Annotated[
        Literal["high", "normal", "low"],
        Field(description="Messages of a higher priority are sent before those of a lower one."),
    ] = "normal"
    metadata: Annotated[
        dict[str, Any] | None,
        Field(description="Your own data, up to 4096 bytes of JSON; returned with the message."),
    ] = None

    def asked_by(self, key: ApiKey, idempotency_key: str | None) -> MessageRequest:
        """The input for dispatch; the idempotency key may come from the header. Raises RequestRefused."""
        file, template = self.file, self.template
        return MessageRequest(
            self.phone,
            self.message,
            chat=None if self.to is None else self.to.chat,
            account=self.account,
            idempotency_key=idempotency_key,
            send_at=self.send_at,
            expires_at=self.expires_at,
            priority=self.priority,
            metadata=self.metadata,
            file=None if file is None else FileRequest.of(file.model_dump(by_alias=True), key.id),
            template=None if template is None else TemplateRequest.of(template.model_dump()),
            reply_to=self.reply_to,
            reply_policy=self.reply_policy,
        )


class Links(TypedDict):
    """Where to look next."""

    self: str


class AcceptedView(TypedDict):
    """A message that was accepted, now or (``duplicate``) before. ``status`` is its current status: accepted
    does not mean sent.
    """

    id: str
    status: Status
    duplicate: bool
    links: Links


@dataclass(slots=True)
class SendAttempt:
    """One ``POST /send``, from its first check to its answer.

    The server decides how to wait for Redis. It calls ``prepared``, has the message accepted, and calls
    ``accepted``; or ``refused`` with whatever one of these raised.

    The script that accepts the message counts the request; a request that is refused before that is counted
    by
    ``refused``.
    """

    parts: Services
    limits: RequestLimits
    environ: dict[str, Any]
    """The request's WSGI environ, after ``proxies.settle``."""
    body: bytes
    """May be cut off after ``max_body_bytes``."""
    request_id: str
    _key: ApiKey | None = None
    _signature: str | None = None
    _asked: MessageRequest | None = None
    _counted: bool = False

    def prepared(self, *, may_ask_redis: bool, found: Found | None = None) -> Prepared:
        """The requested message; ``found`` is its template. Raises AskRedisFirst if Redis is needed but may
        not be used (ReadTemplateFirst if only for the template); pass other errors to ``refused``.
        """
        asked = self._asked or self._authenticated(may_ask_redis=may_ask_redis)
        dispatcher = self.parts.dispatcher
        if not may_ask_redis:
            if not dispatcher.needs_no_redis(asked.account, names_others=asked.names_others):
                raise AskRedisFirst
            if asked.template is not None and found is None:
                raise ReadTemplateFirst(asked.template)
        return dispatcher.prepare(asked, signature=self._signature, windows=self._windows, found=found)

    def _authenticated(self, *, may_ask_redis: bool) -> MessageRequest:
        """What the caller asks for, who may ask for it."""
        check(self.environ)
        self._key, self._signature = authenticated(
            self.parts, self.environ, self._whole_body, may_ask_redis=may_ask_redis
        )
        require_scope(self._key, SCOPE)
        wanted = bodies.parsed(SendRequest, self.environ.get("CONTENT_TYPE", ""), self._whole_body())
        self._asked = wanted.asked_by(
            self._key,
            _idempotency_key(wanted.idempotency_key, self.environ.get("HTTP_IDEMPOTENCY_KEY")),
        )
        return self._asked

    def accepted(self, accepted: Accepted) -> Answer:
        """202, with the message's id."""
        location = {"Location": message_path(accepted.id)}
        return Answer(202, "application/json", to_json(accepted_view(accepted)), location)

    def refused(self, error: Exception) -> Answer:
        """The answer for ``error``, or for the limit that the request has reached. Uses Redis."""
        with bound_contextvars(request_id=self.request_id):
            error = self._counting(error)
            problem = problem_of(error)
            log_problem(problem, error, method="POST", endpoint="sends.send")
            return problem_answer(problem, "/send", self.request_id)

    def _whole_body(self) -> bytes:
        most = self.parts.settings.max_body_bytes
        if len(self.body) > most:
            raise bodies.too_large(most)
        return self.body

    def _windows(self) -> Sequence[Window]:
        self._counted = True
        return self.limits.windows(self._caller())

    def _caller(self) -> Counted:
        return Counted(caller_of(self.environ), self._key.id if self._key else None)

    def _counting(self, error: Exception) -> Exception:
        """The error to answer, after counting the request. It is not counted while Redis is unavailable."""
        try:
            if isinstance(error, WindowFull):
                return self.limits.full(error.window, self._caller())
            if not self._counted and problem_of(error).status != 503:
                self.limits.count(self._caller())
        except (RateLimited, StorageError) as limited:
            return limited
        return error


def accepted_view(accepted: Accepted) -> AcceptedView:
    """The accepted message as shown by the API."""
    return {
        "id": accepted.id,
        "status": Status(accepted.status),
        "duplicate": accepted.duplicate,
        "links": {"self": message_path(accepted.id)},
    }


def message_path(message_id: str) -> str:
    return f"/messages/{message_id}"


def _idempotency_key(field: str | None, header: str | None) -> str | None:
    if header is not None and field is not None and header != field:
        raise RequestRefused(
            "idempotency_key_ambiguous",
            "The header Idempotency-Key and the field idempotency_key differ; send one of them.",
            errors=[{"field": "idempotency_key", "message": "differs from the header Idempotency-Key"}],
        )
    return field if header is None else header
