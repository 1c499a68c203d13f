"""The table of routes: input, answer and refusals of each. The OpenAPI document is generated from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from webapp.account_controls import (
    NoFields,
    OrderView,
    PairingCodeRequest,
    PairingCodeView,
    PasskeyRequest,
    PasskeyView,
    PauseRequest,
    PausesView,
)
from webapp.accounts import AccountList, AccountView
from webapp.authentication import Scope
from webapp.batches import BatchRequest, BatchView, CancelledBatchView
from webapp.bodies import RequestModel
from webapp.chats import ChatMessagePage, ChatMessageQuery, ChatPage, ChatQuery, ChatView
from webapp.contacts import CheckRequest, CheckView
from webapp.events import EventView
from webapp.health import HealthView, ReadinessView
from webapp.listening import LAST_EVENT_ID, EventsQuery
from webapp.message_templates import (
    PreviewRequest,
    PreviewView,
    PutTemplateView,
    RemovedTemplateView,
    TemplatePage,
    TemplateQuery,
    TemplateRequest,
    TemplateView,
)
from webapp.messages import ListQuery, MessagePage, MessageView
from webapp.opt_outs import OptOutPage, OptOutQuery, OptOutView
from webapp.own_key import KeyView
from webapp.qr_codes import QrView
from webapp.queries import QueryModel
from webapp.resolutions import ResolveRequest
from webapp.scans import VerdictRequest, VerdictView
from webapp.sends import AcceptedView, SendRequest
from webapp.sessions import BringRequest, BroughtView, SessionView
from webapp.uploads import UploadView
from webapp.webhooks import DeadLetterPage, DeadQuery, RedriveRequest, RedriveView, WebhookList, WebhookView

WORKER_IS_ASKED = (
    "account_unknown",
    "worker_not_running",
    "worker_failed",
    "worker_busy",
    "worker_no_answer",
)
IN_BODY = ("json_malformed", "body_too_large", "content_type_unsupported", "request_invalid")
OF_FILE = (
    "file_invalid",
    "file_name_invalid",
    "file_url_invalid",
    "file_unknown",
    "file_kind_impossible",
    "file_too_large",
    "file_picture_too_large",
    "file_type_contradicts",
)
OF_ANY_FILE = ("application/octet-stream", "image/*", "audio/*", "video/*")
OF_TEXT = ("message_empty", "message_invalid", "message_too_long")
OF_MESSAGE = (
    "phone_invalid",
    "recipient_missing",
    "recipient_ambiguous",
    "chat_invalid",
    "chat_elsewhere",
    "chat_unknown",
    "chat_is_channel",
    "chat_without_box",
    *OF_TEXT,
    "send_at_invalid",
    "expires_at_invalid",
    "metadata_invalid",
    "metadata_too_large",
    "daily_cap_reached",
    "account_invalid",
    "idempotency_key_invalid",
    "recipient_opted_out",
    "account_unknown",
    "idempotency_conflict",
    *OF_FILE,
    "template_invalid",
    "template_unknown",
    "template_variables_wrong",
    "reply_to_invalid",
    "reply_to_unknown",
    "reply_to_elsewhere",
    "reply_to_not_sent",
)


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``answer`` is the type of its JSON answer, or of the data of each event;
    ``pictures`` are the content types of pictures and other files.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    endpoint: str
    tag: str
    summary: str
    scope: Scope | None
    status: int
    answer: Any
    codes: tuple[str, ...] = ()
    body: type[RequestModel] | None = None
    body_optional: bool = False
    query: type[QueryModel] | None = None
    pictures: tuple[str, ...] = ()
    idempotency_key: bool = False
    answers_with: str = "application/json"
    """The content type of ``answer``."""
    headers: tuple[str, ...] = ()
    """Headers of the request (``openapi.REQUEST_HEADERS``)."""
    raw_body: bool = False
    """The body is the file itself."""
    examples: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def rule(self) -> str:
        """The path in Flask's syntax."""
        return self.path.replace("{phone}", "<phone:phone>").replace("{", "<").replace("}", ">")


_HELLO = {"phone": "+4915112345678", "message": "Your table is ready."}
_VARIABLES = {"name": "Ana", "order": "1041"}
_ORDER_READY = {"name": "order_ready", "language": "en", "variables": _VARIABLES}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST", "/send", "sends.send", "Messages", "Send a message", "send", 202, AcceptedView,
        codes=(*IN_BODY, *OF_MESSAGE, "idempotency_key_ambiguous"),
        body=SendRequest, idempotency_key=True,
        examples={
            "simple": _HELLO,
            "with everything": {
                **_HELLO, "account": "default", "idempotency_key": "table-1041", "priority": "high",
                "send_at": "2026-12-31T18:00:00+01:00", "expires_at": "2026-12-31T19:00:00+01:00",
                "metadata": {"table": 4},
            },
            "a file from a URL": {
                "phone": "+4915112345678", "message": "Your invoice",
                "file": {"url": "https://example.com/1041.pdf", "as": "document", "name": "Invoice 1041.pdf"},
            },
            "to a group": {
                "to": {"chat": "3b1f5c0e9a7d4b2f8c6e1d0a5f4b3c2d-default"}, "message": "Rehearsal at 8.",
            },
            "by a template": {"phone": "+4915112345678", "template": _ORDER_READY},
        },
    ),
    Operation(
        "POST", "/files", "uploads.create", "Files", "Upload a file", "send", 201, UploadView,
        codes=(
            "body_too_large", "content_type_unsupported", "file_digest_invalid", "file_digest_wrong",
            "file_empty", "file_name_invalid", "file_picture_too_large", "file_type_contradicts",
            "file_unreadable", "storage_full", "storage_unavailable", "uploads_busy",
        ),
        raw_body=True,
    ),
    Operation(
        "GET", "/files/{file_id}", "files.show", "Files", "Get an uploaded file's facts", "send", 200,
        UploadView, codes=("file_unknown",),
    ),
    Operation(
        "GET", "/messages", "messages.list_some", "Messages", "List messages", "read", 200, MessagePage,
        codes=("query_invalid", "phone_invalid", "account_invalid"), query=ListQuery,
    ),
    Operation(
        "GET", "/messages/{message_id}", "messages.show", "Messages", "Get a message", "read", 200,
        MessageView, codes=("message_not_found",),
    ),
    Operation(
        "DELETE", "/messages/{message_id}", "messages.cancel", "Messages", "Cancel a message", "send", 200,
        MessageView, codes=("message_not_found", "not_cancellable", "body_too_large"),
    ),
    Operation(
        "POST", "/messages/{message_id}/resolve", "resolutions.resolve", "Messages",
        "Settle a message in doubt", "admin", 200, MessageView,
        codes=(*IN_BODY, "message_not_found", "not_resolvable"), body=ResolveRequest,
        examples={"seen": {"status": "sent", "note": "The chat shows it with one tick."}},
    ),
    Operation(
        "POST", "/messages:batch", "batches.create", "Batches", "Send many messages", "send", 202, BatchView,
        codes=(*IN_BODY, "idempotency_key_invalid", "idempotency_conflict"),
        body=BatchRequest, idempotency_key=True,
        examples={"two": {"messages": [_HELLO, {**_HELLO, "phone": "+4915112345679"}]}},
    ),
    Operation(
        "GET", "/batches/{batch_id}", "batches.show", "Batches", "Follow a batch", "read", 200, BatchView,
        codes=("batch_not_found",),
    ),
    Operation(
        "DELETE", "/batches/{batch_id}", "batches.cancel", "Batches", "Cancel the rest of a batch", "send",
        200, CancelledBatchView, codes=("batch_not_found", "body_too_large"),
    ),
    Operation(
        "GET", "/opt-outs", "opt_outs.list_some", "Opt-outs", "List opt-outs", "read", 200, OptOutPage,
        codes=("query_invalid",), query=OptOutQuery,
    ),
    Operation(
        "GET", "/opt-outs/{phone}", "opt_outs.show", "Opt-outs", "Look up an opt-out", "read", 200,
        OptOutView, codes=("phone_invalid",),
    ),
    Operation(
        "PUT", "/opt-outs/{phone}", "opt_outs.add", "Opt-outs", "Add an opt-out", "send", 200, OptOutView,
        codes=("phone_invalid", "body_too_large"),
    ),
    Operation(
        "DELETE", "/opt-outs/{phone}", "opt_outs.remove", "Opt-outs", "Remove an opt-out", "admin", 200,
        OptOutView, codes=("phone_invalid", "body_too_large"),
    ),
    Operation(
        "GET", "/templates", "message_templates.list_some", "Templates", "List templates", "read", 200,
        TemplatePage, codes=("query_invalid",), query=TemplateQuery,
    ),
    Operation(
        "GET", "/templates/{name}/{language}", "message_templates.show", "Templates", "Get a template",
        "read", 200, TemplateView, codes=("template_invalid", "template_unknown"),
    ),
    Operation(
        "PUT", "/templates/{name}/{language}", "message_templates.put", "Templates",
        "Add or change a template", "admin", 200, PutTemplateView,
        codes=(*IN_BODY, "template_invalid", *OF_TEXT, "templates_full"),
        body=TemplateRequest,
        examples={"order": {"text": "Hi {{name}}, your order {{order}} is ready."}},
    ),
    Operation(
        "DELETE", "/templates/{name}/{language}", "message_templates.remove", "Templates",
        "Remove a template", "admin", 200, RemovedTemplateView, codes=("template_invalid", "body_too_large"),
    ),
    Operation(
        "POST", "/templates/{name}/{language}/preview", "message_templates.preview", "Templates",
        "Preview a template", "send", 200, PreviewView,
        codes=(*IN_BODY, "template_invalid", "template_unknown", "template_variables_wrong", *OF_TEXT),
        body=PreviewRequest, examples={"order": {"variables": _VARIABLES}},
    ),
    Operation(
        "POST", "/contacts/check", "contacts.check", "Contacts", "Check which numbers are on WhatsApp",
        "send", 202, CheckView,
        codes=(*IN_BODY, "phone_invalid", "account_invalid", "account_unknown", "number_checks_full"),
        body=CheckRequest,
        examples={"one": {"phones": ["+4915112345678"]}},
    ),
    Operation(
        "GET", "/contacts/checks/{check_id}", "contacts.show", "Contacts", "Follow a check", "read", 200,
        CheckView, codes=("number_check_not_found",),
    ),
    Operation(
        "DELETE", "/contacts/checks/{check_id}", "contacts.cancel", "Contacts", "Cancel a check", "send", 200,
        CheckView, codes=("number_check_not_found", "body_too_large"),
    ),
    Operation(
        "GET", "/chats", "chats.list_some", "Chats", "List chats", "read", 200, ChatPage,
        codes=("query_invalid", "account_invalid", "account_unknown"), query=ChatQuery,
    ),
    Operation(
        "GET", "/chats/{chat_id}", "chats.show", "Chats", "Get a chat", "read", 200, ChatView,
        codes=("chat_not_found",),
    ),
    Operation(
        "GET", "/chats/{chat_id}/messages", "chats.messages", "Chats", "List messages read in a chat", "read",
        200, ChatMessagePage, codes=("chat_not_found", "query_invalid"), query=ChatMessageQuery,
    ),
    Operation(
        "GET", "/chats/{chat_id}/messages/{message_id}/media", "chats.media", "Chats",
        "Download the file of a received message", "read", 200, None,
        codes=(
            "chat_not_found", "message_not_found", "media_not_stored", "media_quarantined", "file_unknown",
            "storage_full", "storage_unavailable", "downloads_busy",
        ),
        pictures=OF_ANY_FILE,
    ),
    Operation(
        "GET", "/scans/{message_id}", "scans.file", "Scans", "Download a file to be scanned", "scan", 200,
        None,
        codes=(
            "message_not_found", "media_not_quarantined", "file_unknown", "storage_full",
            "storage_unavailable", "downloads_busy",
        ),
        pictures=OF_ANY_FILE,
    ),
    Operation(
        "POST", "/scans/{message_id}", "scans.judge", "Scans", "Give a scanner's verdict", "scan", 200,
        VerdictView,
        codes=(*IN_BODY, "message_not_found", "media_not_quarantined", "storage_unavailable"),
        body=VerdictRequest, examples={"clean": {"verdict": "clean"}, "infected": {"verdict": "infected"}},
    ),
    Operation(
        "GET", "/accounts", "accounts.list_all", "Accounts", "List accounts", "read", 200, AccountList,
    ),
    Operation(
        "GET", "/accounts/{account}", "accounts.show", "Accounts", "Get an account", "read", 200,
        AccountView, codes=("account_unknown",),
    ),
    Operation(
        "GET", "/accounts/{account}/qr", "qr_codes.show", "Accounts", "Get the QR code", "admin", 200, QrView,
        codes=("account_unknown", "account_linked", "qr_not_shown", "worker_not_running", "not_acceptable"),
        pictures=("image/png", "image/svg+xml"),
    ),
    Operation(
        "POST", "/accounts/{account}/pairing-code", "account_controls.pairing_code", "Accounts",
        "Get a pairing code", "admin", 200, PairingCodeView,
        codes=(*IN_BODY, "phone_invalid", *WORKER_IS_ASKED, "page_in_hand"),
        body=PairingCodeRequest, examples={"phone": {"phone": "+4915112345678"}},
    ),
    Operation(
        "GET", "/accounts/{account}/passkey", "account_controls.passkey", "Accounts",
        "Look at the passkey ceremony", "admin", 200, PasskeyView, codes=WORKER_IS_ASKED,
    ),
    Operation(
        "POST", "/accounts/{account}/passkey", "account_controls.answer_passkey", "Accounts",
        "Go on with the passkey ceremony", "admin", 200, PasskeyView,
        codes=(*IN_BODY, *WORKER_IS_ASKED, "page_in_hand"), body=PasskeyRequest,
        examples={"confirm": {"action": "confirm"}},
    ),
    Operation(
        "POST", "/accounts/{account}/pause", "account_controls.pause", "Accounts", "Pause sending", "admin",
        200, PausesView, codes=(*IN_BODY, "account_unknown"), body=PauseRequest, body_optional=True,
        examples={"why": {"note": "New phone on Monday"}},
    ),
    Operation(
        "POST", "/accounts/{account}/resume", "account_controls.resume", "Accounts", "Resume sending",
        "admin", 200, PausesView, codes=(*IN_BODY, "account_unknown"), body=NoFields, body_optional=True,
    ),
    Operation(
        "POST", "/accounts/{account}/restart", "account_controls.restart", "Accounts", "Restart the browser",
        "admin", 202, OrderView, codes=(*IN_BODY, "account_unknown", "worker_not_running", "page_in_hand"),
        body=NoFields, body_optional=True,
    ),
    Operation(
        "POST", "/accounts/{account}/logout", "account_controls.logout", "Accounts", "Unlink the phone",
        "admin", 202, OrderView, codes=(*IN_BODY, "account_unknown", "worker_not_running", "page_in_hand"),
        body=NoFields, body_optional=True,
    ),
    Operation(
        "GET", "/accounts/{account}/screenshot", "account_controls.screenshot", "Accounts",
        "See the page", "admin", 200, None,
        codes=WORKER_IS_ASKED,
        pictures=("image/png",),
    ),
    Operation(
        "GET", "/accounts/{account}/session", "sessions.show", "Accounts", "List archives of the session",
        "admin", 200, SessionView,
        codes=("account_unknown", "vault_off", "vault_unavailable", "archive_refused"),
    ),
    Operation(
        "POST", "/accounts/{account}/session", "sessions.bring", "Accounts", "Bring a session", "admin", 202,
        BroughtView,
        codes=(
            *IN_BODY, "account_unknown", "vault_off", "vault_unavailable", "session_alive", "archive_refused",
            "file_unknown",
        ),
        body=BringRequest, examples={"linked at a desk": {"file": "9f" * 16}},
    ),
    Operation(
        "GET", "/events", "events.listen", "Events", "Follow live events", "read", 200, EventView,
        codes=("query_invalid", "account_invalid", "account_unknown", "listeners_of_key", "listeners_busy"),
        query=EventsQuery, answers_with="text/event-stream", headers=(LAST_EVENT_ID,),
    ),
    Operation(
        "GET", "/webhooks", "webhooks.list_all", "Webhooks", "List webhooks", "admin", 200, WebhookList,
    ),
    Operation(
        "GET", "/webhooks/{webhook}/dead", "webhooks.dead", "Webhooks", "List dead letters", "admin", 200,
        DeadLetterPage, codes=("webhook_not_found", "query_invalid"), query=DeadQuery,
    ),
    Operation(
        "POST", "/webhooks/{webhook}/redrive", "webhooks.redrive", "Webhooks", "Try dead letters again",
        "admin", 200, RedriveView, codes=(*IN_BODY, "webhook_not_found"), body=RedriveRequest,
        body_optional=True,
        examples={"some": {"ids": ["evt_default_1790000000000_0"]}},
    ),
    Operation(
        "POST", "/webhooks/{webhook}/enable", "webhooks.enable", "Webhooks", "Enable a webhook", "admin", 200,
        WebhookView, codes=(*IN_BODY, "webhook_not_found"), body=NoFields, body_optional=True,
    ),
    Operation(
        "GET", "/key", "own_key.show", "Keys", "Get the key of the request", "any", 200, KeyView,
    ),
    Operation(
        "GET", "/metrics", "metrics.show", "Health", "Metrics for Prometheus", "read", 200, None,
        pictures=("text/plain",),
    ),
    Operation(
        "GET", "/evidence/{evidence_id}.jpg", "evidence.picture", "Evidence",
        "Get a picture of the failed page", "admin", 200, None,
        codes=("evidence_not_found", "evidence_unavailable"), pictures=("image/jpeg",),
    ),
    Operation(
        "GET", "/evidence/{evidence_id}.json", "evidence.structure", "Evidence",
        "Get the structure of the failed page", "admin", 200, None,
        codes=("evidence_not_found", "evidence_unavailable"), pictures=("application/json",),
    ),
    Operation(
        "GET", "/healthz", "health.alive", "Health", "Is this process alive?", None, 200, HealthView,
    ),
    Operation(
        "GET", "/readyz", "health.ready", "Health", "Is Redis there?", None, 200, ReadinessView,
        codes=("store_unavailable",),
    ),
)  # fmt: skip
