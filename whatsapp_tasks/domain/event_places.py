"""Where a listener stands in the events: its place in the stream of each account.

Written as a stream's own position (``1790000000000-0``), which holds for every account, or with the account's
name before each (``default:1790000000000-0,sales:1790000000123-1``).

Positions of two streams are not compared with each other: they come from Redis' clock, and one that was put
back would make a later event look like an earlier one.
"""

import re
from collections.abc import Iterable, Mapping

from whatsapp_tasks.domain.accounts import SLUG
from whatsapp_tasks.domain.events import is_position

BEGIN = "0-0"
"""Before the first event of a stream."""
MOST_ACCOUNTS = 50
"""Of one listener that can resume: the place is in each event, and comes back in one header."""
_LONGEST = 8192

_PLACE = "[0-9]{1,20}-[0-9]{1,20}"
_NAMED = re.compile(f"({SLUG}):({_PLACE})")
PATTERN = f"^({_PLACE}|{SLUG}:{_PLACE}(,{SLUG}:{_PLACE})*)$"
"""Of both forms, for the OpenAPI document."""


def written(places: Mapping[str, str]) -> str:
    """The places of several accounts as text."""
    return ",".join(f"{account}:{place}" for account, place in places.items())


def parsed(text: str, accounts: Iterable[str]) -> dict[str, str]:
    """The place of each of ``accounts``; raises ValueError unless ``text`` is one of the two forms.

    An account that ``text`` does not name had no event when it was written: its place is before the first.
    """
    if is_position(text):
        return dict.fromkeys(accounts, text)
    named = _named(text) if len(text) <= _LONGEST else None
    if not named:
        raise ValueError("is not the id of an event of this stream")
    return {account: named.get(account, BEGIN) for account in accounts}


def _named(text: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for part in text.split(","):
        match = _NAMED.fullmatch(part)
        if match is None or not is_position(match[2]) or match[1] in found:
            return None
        found[match[1]] = match[2]
    return found
