"""The codes of all problems, each with its status and its fixed title."""

from http import HTTPStatus
from typing import NamedTuple


class Kind(NamedTuple):
    """The parts that all problems of one code share."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    # authentication
    "api_key_missing": Kind(401, "No API key was given"),
    "api_key_invalid": Kind(401, "The API key is unknown"),
    "signature_missing": Kind(401, "The request is not signed"),
    "signature_invalid": Kind(401, "Key or signature is wrong"),
    "signature_replayed": Kind(401, "The signature was used before"),
    "timestamp_invalid": Kind(401, "The timestamp is malformed"),
    "timestamp_expired": Kind(401, "The timestamp is outside the window"),
    "scope_missing": Kind(403, "The API key lacks a scope"),
    "rate_limited": Kind(429, "Too many requests"),
    # the request itself
    "bad_request": Kind(400, "The request is malformed"),
    "not_found": Kind(404, "There is nothing at this path"),
    "method_not_allowed": Kind(405, "The method is not allowed here"),
    "not_acceptable": Kind(406, "None of the accepted types can be served"),
    "body_too_large": Kind(413, "The body is too large"),
    "content_type_unsupported": Kind(415, "The content type is not supported"),
    "json_malformed": Kind(400, "The body is not valid JSON"),
    "request_invalid": Kind(422, "Fields are missing, unknown or of the wrong type"),
    "query_invalid": Kind(422, "A query parameter is unknown or malformed"),
    # the message
    "phone_invalid": Kind(422, "The phone number is malformed"),
    "recipient_missing": Kind(422, "Neither a phone nor a chat was given"),
    "recipient_ambiguous": Kind(422, "Both a phone and a chat were given"),
    "chat_invalid": Kind(422, "The id of the chat is malformed"),
    "chat_elsewhere": Kind(422, "The chat is one of another account"),
    "chat_unknown": Kind(422, "The account has no such chat"),
    "chat_is_channel": Kind(422, "The chat is a channel"),
    "chat_without_box": Kind(422, "Nothing can be written to the chat"),
    "message_empty": Kind(422, "The message has no visible text"),
    "message_invalid": Kind(422, "The message contains characters that cannot be sent"),
    "message_too_long": Kind(422, "The message is too long"),
    "priority_invalid": Kind(422, "The priority is unknown"),
    "send_at_invalid": Kind(422, "The time to send is out of range"),
    "expires_at_invalid": Kind(422, "The time of expiry is out of range"),
    "metadata_invalid": Kind(422, "The metadata is not JSON"),
    "metadata_too_large": Kind(422, "The metadata is too large"),
    "idempotency_key_invalid": Kind(422, "The idempotency key is malformed"),
    "idempotency_key_ambiguous": Kind(422, "Two different idempotency keys were given"),
    "idempotency_conflict": Kind(409, "The idempotency key was used for something else"),
    "daily_cap_reached": Kind(429, "The account's daily cap is reached"),
    "recipient_opted_out": Kind(422, "The recipient does not want messages"),
    # its template
    "template_invalid": Kind(422, "The template is malformed"),
    "template_unknown": Kind(404, "There is no such template in this language"),
    "template_variables_wrong": Kind(422, "The variables are not those of the template"),
    "templates_full": Kind(409, "There are too many templates"),
    # what it replies to
    "reply_to_invalid": Kind(422, "The message replied to is no id"),
    "reply_to_unknown": Kind(422, "The message replied to is unknown"),
    "reply_to_elsewhere": Kind(422, "The message replied to is in another chat"),
    "reply_to_not_sent": Kind(422, "The message replied to was not sent"),
    "reply_policy_invalid": Kind(422, "The policy for replies is unknown"),
    # its file
    "file_invalid": Kind(422, "The file of the message is malformed"),
    "file_name_invalid": Kind(422, "The name of the file cannot be used"),
    "file_url_invalid": Kind(422, "The file's URL cannot be used"),
    "file_unknown": Kind(404, "There is no such file"),
    "file_kind_impossible": Kind(422, "The file cannot be sent as this kind"),
    "file_too_large": Kind(422, "The file is too large for this kind"),
    "file_picture_too_large": Kind(422, "The picture has too many pixels"),
    "file_type_contradicts": Kind(422, "The file is not what its name or type says"),
    "file_empty": Kind(422, "The file is empty"),
    "file_unreadable": Kind(422, "The file cannot be examined"),
    "file_digest_invalid": Kind(422, "The digest of the body is missing or malformed"),
    "file_digest_wrong": Kind(422, "The digest is not that of the body"),
    "uploads_busy": Kind(503, "Too many files are being uploaded"),
    "downloads_busy": Kind(503, "Too many files are being downloaded"),
    "storage_full": Kind(507, "There is no room for the file"),
    "storage_unavailable": Kind(503, "The object store is unavailable"),
    "message_not_found": Kind(404, "There is no such message"),
    "media_not_stored": Kind(404, "The file of the message is not stored"),
    "media_not_quarantined": Kind(409, "The file waits for no verdict"),
    "media_quarantined": Kind(409, "The file waits for the scanner"),
    "not_cancellable": Kind(409, "The message cannot be cancelled any more"),
    "not_resolvable": Kind(409, "The message is not in doubt"),
    # checks of numbers
    "number_check_not_found": Kind(404, "There is no such check"),
    "chat_not_found": Kind(404, "There is no such chat"),
    "number_checks_full": Kind(429, "Too many numbers wait for a look-up"),
    # accounts
    "account_invalid": Kind(422, "The account name is malformed"),
    "account_unknown": Kind(404, "There is no such account"),
    "account_linked": Kind(409, "The account is linked already"),
    "qr_not_shown": Kind(404, "There is no QR code"),
    "worker_not_running": Kind(409, "No worker runs for the account"),
    "worker_failed": Kind(409, "The worker could not do it"),
    "worker_busy": Kind(503, "Too many requests wait for the worker"),
    "worker_no_answer": Kind(504, "The worker did not answer in time"),
    "page_in_hand": Kind(409, "A person has the page open"),
    # archives of a session
    "vault_off": Kind(409, "There is no vault"),
    "vault_unavailable": Kind(503, "The vault is unavailable"),
    "session_alive": Kind(409, "The account has a session already"),
    "archive_refused": Kind(422, "The archive is not used"),
    # webhooks
    "webhook_not_found": Kind(404, "There is no such webhook"),
    # live events
    "listeners_of_key": Kind(429, "The API key has too many listeners"),
    "listeners_busy": Kind(503, "Too many listeners"),
    # batches
    "batch_not_found": Kind(404, "There is no such batch"),
    # the console, and evidence of failures
    "console_session_missing": Kind(401, "Nobody is logged in at the console"),
    "console_token_invalid": Kind(403, "The request did not come from the console page"),
    "view_over": Kind(410, "The view of the page is over"),
    "nothing_to_clear": Kind(409, "There is no ban to clear"),
    "thumbnail_not_found": Kind(404, "There is no picture to show"),
    "evidence_not_found": Kind(404, "There is no such evidence"),
    "evidence_unavailable": Kind(503, "The store of evidence is unavailable"),
    # this server
    "store_unavailable": Kind(503, "Redis is unavailable"),
    "internal_error": Kind(500, "Something went wrong here"),
}


def title_of(code: str, status: int) -> str:
    """The title of a code; for an unknown code the standard phrase of the status."""
    kind = KINDS.get(code)
    if kind is not None:
        return kind.title
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Problem"
