"""``POST /send``: takes one message in."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, g, request
from limits.errors import StorageError
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.authentication import caller
from webapp.bodies import RequestModel
from webapp.problems import answer_error
from webapp.rate_limits import RateLimited, address, request_limits
from webapp.services import Services, services
from webapp.times import Instant
from whatsapp_tasks.dispatch import Accepted, Prepared, WindowFull
from whatsapp_tasks.domain.accounts import DEFAULT_ACCOUNT
from whatsapp_tasks.domain.identity import MAX_KEY_LENGTH
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.domain.texts import MAX_UTF16_UNITS
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.ledger import Window

blueprint = Blueprint("sends", __name__)

# For the document alone, as examples of what passes: the domain decides, and says what is wrong.
PHONE_PATTERN = r"^\+[1-9][0-9]{6,14}$"
ACCOUNT_PATTERN = "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"

IDEMPOTENCY_HEADER = "Idempotency-Key"


class SendRequest(RequestModel):
    """One message. Its id is the hash of the idempotency key, else of account, phone and text."""

    phone: Annotated[
        str,
        Field(
            description="International form with a leading +; spaces and hyphens do no harm.",
            examples=["+4915112345678"],
            json_schema_extra={"pattern": PHONE_PATTERN},
        ),
    ]
    message: Annotated[
        str,
        Field(
            description="Up to 65,536 UTF-16 code units of text, with something to see in it.",
            examples=["Your table is ready."],
            json_schema_extra={"minLength": 1, "maxLength": MAX_UTF16_UNITS},
        ),
    ]
    account: Annotated[
        str, Field(description="The account that sends.", json_schema_extra={"pattern": ACCOUNT_PATTERN})
    ] = DEFAULT_ACCOUNT
    idempotency_key: Annotated[
        str | None,
        Field(
            description="Same as the header Idempotency-Key, but covered by the signature.",
            json_schema_extra={"minLength": 1, "maxLength": MAX_KEY_LENGTH},
        ),
    ] = None
    send_at: Annotated[Instant | None, Field(description="Not before this time; at most a year ahead.")] = (
        None
    )
    expires_at: Annotated[Instant | None, Field(description="Never sent after this time.")] = None
    priority: Annotated[
        Literal["high", "normal", "low"],
        Field(description="A message of a higher priority does not wait behind those of a lower one."),
    ] = "normal"
    metadata: Annotated[
        dict[str, Any] | None,
        Field(description="Anything of yours, up to 4096 bytes of JSON; told again with the message."),
    ] = None


class Links(TypedDict):
    """Where to look next."""

    self: str


class AcceptedView(TypedDict):
    """What the caller learns of a message that was accepted, now or (``duplicate``) before. ``status`` is
    what it has come to by now: accepted is not sent.
    """

    id: str
    status: Status
    duplicate: bool
    links: Links


@blueprint.post("/send")
def send() -> Response:
    """Accepts a message: it is durable when this answers 202, and sent later."""
    wanted = bodies.read(SendRequest)
    try:
        accepted = prepared(
            services(), wanted, request.headers.get(IDEMPOTENCY_HEADER), g.signature, _windows
        ).accept()
    except WindowFull as full:
        raise request_limits().full(full.window) from None
    return bodies.answer(accepted_view(accepted), 202, {"Location": message_path(accepted.id)})


def prepared(
    parts: Services,
    wanted: SendRequest,
    idempotency_header: str | None,
    signature: str | None,
    windows: Callable[[], Sequence[Window]],
) -> Prepared:
    """What was asked for, to be accepted; raises RequestRefused. ``windows`` is asked when all is in order
    and only the script that accepts, and counts the request in them, is left.
    """
    return parts.dispatcher.prepare(
        wanted.phone,
        wanted.message,
        account=wanted.account,
        idempotency_key=_idempotency_key(wanted.idempotency_key, idempotency_header),
        send_at=wanted.send_at,
        expires_at=wanted.expires_at,
        priority=wanted.priority,
        metadata=wanted.metadata,
        signature=signature,
        windows=windows,
    )


@blueprint.after_request
def _count(response: Response) -> Response:
    """Counts what was refused before the script that accepts could count it."""
    if "counted" not in g and response.status_code != 503:
        try:
            request_limits().count()
        except (RateLimited, StorageError) as error:
            return answer_error(error)
    return response


def counts_itself() -> bool:
    """Whether this request is counted here, and so not by the limiter as all others."""
    return request.blueprint == blueprint.name


def _windows() -> Sequence[Window]:
    g.counted = True
    return request_limits().windows(address(), caller().id)


def accepted_view(accepted: Accepted) -> AcceptedView:
    """What is told of an acceptance."""
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
