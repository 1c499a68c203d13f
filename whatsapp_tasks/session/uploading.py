"""Follows an upload: a slow one is no hang, and one that has stopped is recognised."""

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.whatsapp_page import WhatsAppPage
from whatsapp_tasks.crash_points import reach
from whatsapp_tasks.domain.bubbles import Bubble
from whatsapp_tasks.domain.files_shown import UPLOAD_STANDS_SECONDS
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import SendUnsettled, WaitTimeout
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.waits import until_in_main

USUAL_SECONDS = 30.0
"""For an upload besides its bytes."""
MARK_SECONDS = 5.0
"""For the mark of a failure to follow an upload that stopped."""


def await_upload(context: AccountContext, page: WhatsAppPage, bubble_id: str, seconds: float) -> None:
    """Returns when the bubble shows no upload any more, or its end by a tick or a mark.

    Raises SendUnsettled: ``file_uploading`` when it still runs after ``seconds`` more than usual, stands
    still, or has stopped without a mark, for the page may go on with it; ``page_left``.
    """
    deadline = Deadline.within(USUAL_SECONDS + seconds)
    opened = context.opened
    left = SendUnsettled("page_left", "The page left the chats before the file was uploaded.")
    seen: tuple[str, int | None] | None = None

    def moved(snapshot: PageSnapshot) -> tuple[str, int | None] | None:
        if opened is None or snapshot.document != opened.mark.document:
            raise SendUnsettled("page_left", "The page was reloaded before the file was uploaded.")
        bubble = bubble_of(snapshot, bubble_id)
        state = _state(bubble) if bubble is not None else None
        return state if state != seen else None

    while True:
        # A picture's upload shows no figure: then only the time for its size decides.
        stands = UPLOAD_STANDS_SECONDS if seen and seen[1] is not None else deadline.remaining()
        limit = MARK_SECONDS if seen and seen[0] == "stopped" else stands
        try:
            seen = until_in_main(page, moved, deadline.capped(limit), left)
        except WaitTimeout as error:
            raise SendUnsettled("file_uploading", "The file was not uploaded in time.") from error
        if seen[0] in ("", "over"):
            reach("uploaded")
            return
        reach("uploading")


def bubble_of(snapshot: PageSnapshot, bubble_id: str) -> Bubble | None:
    """The bubble as the page shows it; None if it is not there."""
    bubbles = snapshot.chat.bubbles if snapshot.chat else ()
    return next((bubble for bubble in bubbles if bubble.id == bubble_id), None)


def _state(bubble: Bubble) -> tuple[str, int | None] | None:
    if bubble.tick not in (None, "pending"):
        return "over", None
    if bubble.file is None:
        return None  # emptied for a moment
    return bubble.file.upload, bubble.file.percent
