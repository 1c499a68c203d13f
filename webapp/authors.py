"""Authors of actions as they are shown: by label."""

from webapp.services import services
from whatsapp_tasks.stores.api_keys import ID_PREFIX, NAMELESS


def shown_author(author: str) -> str:
    """The recorded author. In older records it is the id of an API key, which is not shown to anybody."""
    if not author.startswith(ID_PREFIX):
        return author
    key = services().keys.get(author)
    return key.author if key is not None else NAMELESS
