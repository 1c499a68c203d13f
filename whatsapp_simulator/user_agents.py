"""Which browsers WhatsApp Web turns away: by the product tokens of the user agent, not by versions."""

import re

ACCEPTED = frozenset(
    # Edg, OPR, Firefox, Safari (Version) are named on the unsupported page itself; Chromium is a guess.
    [
        "Mozilla",
        "AppleWebKit",
        "Chrome",
        "Chromium",
        "Safari",
        "Version",
        "Gecko",
        "Firefox",
        "Edg",
        "OPR",
        "Mobile",
    ]
)


def is_supported(user_agent: str) -> bool:
    """False for `HeadlessChrome/…`, `Electron/…` and every other foreign token (§1.5)."""
    tokens = re.sub(r"\([^)]*\)", " ", user_agent).split()
    names = {token.partition("/")[0] for token in tokens}
    return bool(names) and names <= ACCEPTED
