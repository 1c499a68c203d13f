"""Who did something, as it is shown: authors are labels."""

from webapp.services import services
from whatsapp_tasks.stores.api_keys import ID_PREFIX, NAMELESS


def shown_author(author: str) -> str:
    """The author as written down; in older records that is the id of an API key, which is shown to nobody."""
    if not author.startswith(ID_PREFIX):
        return author
    key = services().keys.get(author)
    return key.author if key is not None else NAMELESS
