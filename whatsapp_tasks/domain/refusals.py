"""Refusals that more than one part of the service gives."""

from datetime import UTC, datetime

from whatsapp_tasks.errors import RequestRefused


def worker_not_running(account: str) -> RequestRefused:
    """The error for a command that needs a worker when none gives signs of life."""
    return RequestRefused(
        "worker_not_running",
        f"No worker runs for the account '{account}', so no page is open. Start one: "
        f"whatsapp-tasks worker --account {account}",
        http_status=409,
    )


def daily_cap_reached(account: str, next_place_ms: int | None, now_ms: int) -> RequestRefused:
    """The error for a message over the daily cap, with the start of the next day with a free place."""
    if next_place_ms is None:
        when, extra, wait = "No day in the near future has a free place.", {}, None
    else:
        at = datetime.fromtimestamp(next_place_ms / 1000, UTC).isoformat(timespec="seconds")
        when = f"The next free place is at {at}."
        extra, wait = {"next_place_at": at.replace("+00:00", "Z")}, (next_place_ms - now_ms) / 1000
    return RequestRefused(
        "daily_cap_reached",
        f"The daily cap of the account '{account}' leaves no place for this message today. {when} "
        "The cap grows with each day of use.",
        http_status=429,
        retry_after_seconds=wait,
        extra=extra,
    )


def account_unknown(account: str) -> RequestRefused:
    """The error for a request for an account that does not exist."""
    return RequestRefused(
        "account_unknown",
        f"There is no account '{account[:40]}'. See GET /accounts, or add it: "
        "whatsapp-tasks accounts add NAME",
        http_status=404,
    )


def message_not_found() -> RequestRefused:
    return RequestRefused(
        "message_not_found", "There is no message with this id, or its record has expired.", http_status=404
    )


def file_unknown() -> RequestRefused:
    """The error for an id that names no file that this caller has uploaded."""
    return RequestRefused(
        "file_unknown",
        "There is no file with this id that was uploaded with your key, or it has expired. Upload it again.",
        http_status=404,
        errors=[{"field": "file.id", "message": "is unknown"}],
    )


def idempotency_conflict(message_id: str) -> RequestRefused:
    return RequestRefused(
        "idempotency_conflict",
        "This idempotency key was used for another recipient, text, template, file or reply_to. Use a new "
        "key for a new message.",
        http_status=409,
        extra={"message_id": message_id},
    )


def recipient_opted_out() -> RequestRefused:
    return RequestRefused(
        "recipient_opted_out",
        "The recipient asked not to get messages. Remove them from the opt-out list only with their consent.",
        errors=[{"field": "phone", "message": "is on the opt-out list"}],
    )
