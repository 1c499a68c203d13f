"""Whether the page is connected well enough to conclude that something is *not* there.

The conclusion that a number is unknown, or that a message is not in its chat, leads to a final failure or to
typing again. So it must not depend on the words we know: any sign of trouble counts, in any language.
"""

from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot

_SAYS_SO = frozenset({"offline", "connecting", "syncing"})


def is_calm(page: PageSnapshot) -> bool:
    """Whether the chats are shown and nothing on the page is a sign of a lost or slow connection.

    A lost socket is not shown for 18 s (docs/whatsapp-web.md, 11.2). A caller that must be certain has to
    make the page ask the server as well.
    """
    return kind_of(page) is PageKind.MAIN and page.online and not page.trouble and not page.texts & _SAYS_SO
