import pytest

from webapp.problem_codes import KINDS
from whatsapp_tasks.errors import ApiUnreachable, RequestRefused, WhatsAppTasksError
from whatsapp_tasks.mcp_server.refusals import _BY_CODE, explained


def refused(code: str, seconds: float | None = None) -> RequestRefused:
    return RequestRefused(
        code, "It was refused.", http_status=KINDS[code].status, retry_after_seconds=seconds
    )


@pytest.mark.parametrize(
    ("error", "next_step"),
    [
        (refused("phone_invalid"), "Correct the arguments"),
        (refused("recipient_opted_out"), "Do not write to this person"),
        (refused("idempotency_conflict"), "use a new one"),
        (refused("message_not_found"), "Look at the current state"),
        (refused("scope_missing"), "for an API key with that scope"),
        (refused("signature_invalid"), "to check the API key"),
        (refused("daily_cap_reached", 3600.4), "Wait 3600 seconds, then make the same call again"),
        (refused("store_unavailable"), "Wait a minute, then make the same call again"),
        (refused("internal_error"), "the log of the service"),
        (RequestRefused("redirected", "It redirects.", http_status=301), "the address of the API"),
        (ApiUnreachable(), "Wait a minute, then make the same call again"),
    ],
)
def test_each_refusal_says_what_to_do_next(error: WhatsAppTasksError, next_step: str) -> None:
    """Issue 16, part 10."""
    *_, last = explained(error).splitlines()
    assert last.startswith("Next: ")
    assert next_step in last


def test_the_fields_of_the_problem_are_named() -> None:
    errors = [{"field": "template.name", "message": "must be a text"}]
    error = RequestRefused("template_invalid", "The template is wrong.", errors=errors)
    assert explained(error).splitlines()[:2] == [
        "template_invalid (422): The template is wrong.",
        "template.name: must be a text",
    ]


def test_the_codes_are_those_of_the_api() -> None:
    assert set(_BY_CODE) - set(KINDS) == {"unexpected_answer", "redirected"}  # these are the client's own
