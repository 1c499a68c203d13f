"""The codes of all problems, with a title that does not change from one occurrence to the next."""

from http import HTTPStatus

TITLES: dict[str, str] = {
    # who calls
    "api_key_missing": "No API key was given",
    "api_key_invalid": "The API key is not known",
    "signature_missing": "The request is not signed",
    "signature_invalid": "Key or signature is wrong",
    "signature_replayed": "The signature was used before",
    "timestamp_invalid": "The timestamp is malformed",
    "timestamp_expired": "The timestamp is outside of the window",
    "scope_missing": "The API key lacks a scope",
    "rate_limited": "Too many requests",
    # the request as such
    "bad_request": "The request is malformed",
    "not_found": "There is nothing at this path",
    "method_not_allowed": "The method is not allowed here",
    "not_acceptable": "None of the accepted types can be served",
    "body_too_large": "The body is too large",
    "content_type_unsupported": "The content type is not supported",
    "json_malformed": "The body is not the JSON expected",
    "request_invalid": "Fields are missing, unknown or of the wrong type",
    "query_invalid": "A query parameter is unknown or malformed",
    # the message
    "phone_invalid": "The phone number is malformed",
    "message_empty": "The message has nothing to show",
    "message_invalid": "The message contains what cannot be sent",
    "message_too_long": "The message is too long",
    "priority_invalid": "The priority is unknown",
    "send_at_invalid": "The time to send is out of range",
    "expires_at_invalid": "The time of expiry is out of range",
    "metadata_too_large": "The metadata is too large",
    "idempotency_key_invalid": "The idempotency key is malformed",
    "idempotency_key_ambiguous": "Two different idempotency keys were given",
    "idempotency_conflict": "The idempotency key was used for another message",
    "recipient_opted_out": "The recipient does not want to be written to",
    "message_not_found": "There is no such message",
    "not_cancellable": "The message cannot be cancelled any more",
    "not_resolvable": "The message is not in doubt",
    # accounts
    "account_invalid": "The account name is malformed",
    "account_unknown": "There is no such account",
    "account_linked": "The account is linked already",
    "qr_not_shown": "There is no QR code to show",
    "worker_not_running": "No worker runs for the account",
    "worker_no_answer": "The worker did not answer in time",
    "worker_failed": "The worker could not do it",
    # batches
    "batch_not_found": "There is no such batch",
    # this server
    "store_unavailable": "Redis is away",
    "internal_error": "Something went wrong here",
}


def title_of(code: str, status: int) -> str:
    """The title of a code; the status' own phrase for one that is not in the table."""
    title = TITLES.get(code)
    if title is None:
        try:
            title = HTTPStatus(status).phrase
        except ValueError:
            title = "Problem"
    return title
