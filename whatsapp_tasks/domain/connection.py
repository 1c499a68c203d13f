"""Whether the page is connected well enough to believe that something is *not* there.

That a number is unknown, or that a message is not in its chat, leads to a final failure or to typing again.
So neither rests on the absence of words we know: any sign of trouble counts, in whatever language.
"""

from whatsapp_tasks.domain.page_snapshot import PageKind, PageSnapshot, kind_of

_SAYS_SO = frozenset({"offline", "connecting", "syncing"})


def is_calm(page: PageSnapshot) -> bool:
    """Whether the chats are shown and nothing on the page speaks of a connection that is lost or late.

    A lost socket shows nothing for 18 s (docs/whatsapp-web.md, 11.2): what must be sure asks the server
    something besides.
    """
    return kind_of(page) is PageKind.MAIN and page.online and not page.trouble and not page.texts & _SAYS_SO
