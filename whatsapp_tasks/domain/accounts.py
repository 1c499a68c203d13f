"""Names of accounts: one WhatsApp number that this service sends from."""

import re

from whatsapp_tasks.errors import RequestRefused

DEFAULT_ACCOUNT = "default"

# A slug: it becomes part of queue names, Redis keys, folder names and URLs. kombu separates priorities by
# the bytes 06 16, which a slug cannot contain.
SLUG = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
_SLUG = re.compile(SLUG)


def check_account_name(name: str) -> str:
    """Return ``name`` if it is a slug of 1 to 32 of ``a-z 0-9 -``; raise RequestRefused otherwise."""
    if not _SLUG.fullmatch(name):
        raise RequestRefused(
            "account_invalid",
            "An account's name must be 1 to 32 of a-z, 0-9 and inner hyphens, for example 'support-de'.",
            errors=[{"field": "account", "message": "is not a valid account name"}],
        )
    return name
