"""How the author of an action is shown to others."""

KEY_ID_PREFIX = "wak_"
NAMELESS = "an API key"
"""One without a label, or one that is only known by its id."""


def is_key_id(author: str) -> bool:
    """Whether ``author`` is the id of an API key, as older versions recorded it. It is shown to nobody."""
    return author.startswith(KEY_ID_PREFIX)
