"""Which chat is open."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ChatMark:
    """What stays the same while one chat is open in one load of the page.

    ``document`` names the load, ``nodes`` number the elements of the chat, its header and its footer.
    """

    document: str
    nodes: tuple[int, int, int]
    title: str = field(repr=False)
