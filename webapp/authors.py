"""Authors of actions as they are shown: by label."""

from webapp.services import services
from whatsapp_tasks.domain.authors import NAMELESS, is_key_id


def shown_author(author: str) -> str:
    """The recorded author. In older records it is the id of an API key, which is not shown to anybody."""
    if not is_key_id(author):
        return author
    key = services().keys.get(author)
    return key.author if key is not None else NAMELESS
