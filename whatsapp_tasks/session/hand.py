"""Lends the page to a person who has it open in the console (docs/hand.md), between messages.

The worker's main thread serves the view a little in each round, so no attempt can be under way, and the pause
that came with the view keeps new ones away. Whatever a person leaves there (another chat, half a text, a
dialog), nothing is sent before a look at the page after they gave it back, and the next chat is opened by a
full load.
"""

import base64
import hashlib
import logging
import time
from collections.abc import Mapping
from typing import Any, assert_never

from whatsapp_tasks.browser.deadlines import Deadline
from whatsapp_tasks.browser.live_picture import LivePicture
from whatsapp_tasks.browser.page import Page
from whatsapp_tasks.domain.hand import (
    SENTENCES,
    Action,
    Click,
    Ended,
    Key,
    Scroll,
    Stay,
    Typed,
    action_of,
    logged,
)
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.typing_plan import as_typed
from whatsapp_tasks.errors import BrowserDied, BrowserError, BrowserTimeout, RequestRefused, StoreUnavailable
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.stores.hands import Desk, View

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.2
"""For the viewer's orders, in each round of the worker (every 0.25 s): the rest is for its other work."""
ASKED_EACH_SECONDS = 1.0
"""How often Redis is asked whether somebody wants the page."""
PICTURE_EACH_SECONDS = 0.25
"""At the most. Viewers ask every 0.5 s, and at once after what they did."""
ACT_SECONDS = 5.0

NOT_TAKEN = "The page was just changing, and may not have taken this. Look at the picture, then try again."
NO_PICTURE = "The page is just changing. Its picture comes in a moment."

_SIZE = "() => [innerWidth, innerHeight]"


class Hand:
    """The person who has the page, if any. For the main thread only."""

    def __init__(self, context: AccountContext) -> None:
        self._context = context
        self._lent: _Lent | None = None
        self._next_ask = 0.0
        self._look_due = False

    @property
    def has_page(self) -> bool:
        """Whether a person has the page now."""
        return self._lent is not None

    @property
    def page_is_free(self) -> bool:
        """Whether messages may be sent on the page: nobody has it, and it was looked at since."""
        return self._lent is None and not self._look_due

    def start(self) -> None:
        """A new worker: what its predecessor lent is over. Raises StoreUnavailable."""
        view, _ = self._context.hands.held()
        if view is not None:
            self._note_end(view, Ended.WORKER_STOPPED)

    def serve(self) -> None:
        """One round: takes up a view that was opened, does what its viewer asks for, ends what is over.

        Raises StoreUnavailable and LeaseLost.
        """
        now = time.monotonic()
        if self._lent is None and now < self._next_ask:
            return
        self._next_ask = now + ASKED_EACH_SECONDS
        view, is_viewed = self._context.hands.held()
        if self._lent is not None and self._lent.view != view:
            self._let_go()  # the viewer ended it, or it was cleared away
        if view is None:
            return
        if not is_viewed:
            self.end(Ended.VIEWER_GONE, view)
        elif self._lent is None:
            self._take_up(view)
        elif now - self._lent.acted > self._context.settings.hand_idle_seconds:
            self.end(Ended.IDLE)
        if self._lent is not None:
            try:
                self._serve(self._lent, now + ROUND_SECONDS)
            except StoreUnavailable:
                self._let_go()  # the line is broken; a view that is still open is taken up again
                raise

    def end(self, why: Ended, view: View | None = None) -> None:
        """Ends a view: the one that has the page, unless another is named. Raises StoreUnavailable."""
        view = view or (self._lent.view if self._lent is not None else None)
        self._let_go()  # first: what cannot be noted is over all the same
        if view is not None:
            self._note_end(view, why)

    def looked(self, snapshot: PageSnapshot) -> None:
        """The page was looked at, after a person gave it back: what is open there was not opened by us, and
        what they clicked last may still come. So the next chat is opened by a full load.
        """
        if self._look_due:
            self._look_due = False
            self._context.unanswered = snapshot.document
            self._context.enter_sends = True

    def _take_up(self, view: View) -> None:
        page = self._context.keeper.loaded
        if page is None:
            return  # it is being started; the viewer waits
        self._lent = _Lent(self._context, view, page.page)
        self._context.opened = None
        log.warning("A person has the page open", extra={"account": self._context.account, "by": view.author})

    def _serve(self, lent: "_Lent", until: float) -> None:
        try:
            while self._lent is not None and (left := until - time.monotonic()) > 0:
                order = lent.desk.next(left)
                if order is None or not lent.desk.stands(order):
                    continue
                if not self._context.keeper.started:
                    break
                lent.obey(order)
        except (BrowserDied, BrowserTimeout) as error:
            self._context.keeper.failed(error)
            log.warning("The page did not answer a person", extra={"detail": str(error)})
        if self._lent is not None and not self._context.keeper.started:
            self._context.lease.check()  # whoever loses it loses the browser, and sees the cause
            self.end(Ended.PAGE_DEAD)

    def _let_go(self) -> None:
        if self._lent is not None:
            self._lent.desk.close()
            self._lent, self._look_due = None, True

    def _note_end(self, view: View, why: Ended) -> None:
        context = self._context
        if context.hands.end(view.id, why, context.actor, context.now_ms()):
            log.warning(
                "A person no longer has the page open",
                extra={"account": context.account, "by": view.author, "why": why},
            )


class _Lent:
    """The page in one person's hands."""

    def __init__(self, context: AccountContext, view: View, page: Page) -> None:
        self.view = view
        self.desk: Desk = context.hands.desk(view.id)
        self.acted = time.monotonic()
        self._context = context
        self._page = page
        self._masked = context.settings.evidence_pictures != "clear"
        self._pictures = LivePicture(page, masked=self._masked)
        self._picture, self._taken = b"", 0.0

    def obey(self, order: Mapping[str, Any]) -> None:
        """Does what ``order`` asks for, and answers. Raises LeaseLost, BrowserDied, BrowserTimeout."""
        is_look = order.get("do") == "look"
        try:
            answer = self._look(order) if is_look else self._act(order)
        except (BrowserDied, BrowserTimeout):
            self.desk.answer(order, {"ok": False, "message": SENTENCES[Ended.PAGE_DEAD]})
            raise
        except BrowserError as error:  # the browser lives: a dialog of the page, another document
            log.info("The page did not do what a person asked for", extra={"error": type(error).__name__})
            answer = {"ok": False, "message": NO_PICTURE if is_look else NOT_TAKEN}
        except RequestRefused as error:
            answer = {"ok": False, "message": str(error)}
        self.desk.answer(order, answer)

    def _look(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if time.monotonic() - self._taken > PICTURE_EACH_SECONDS:
            deadline = self._context.look_deadline()
            self._page.close_other_tabs(deadline)  # a link may have opened one, in its own time
            self._picture = self._pictures.take(deadline)
            self._taken = time.monotonic()
        digest = hashlib.sha256(self._picture).hexdigest()[:32]
        left = self._context.settings.hand_idle_seconds - (time.monotonic() - self.acted)
        is_known = order.get("seen") == digest
        return {
            "ok": True,
            "picture": "" if is_known else base64.b64encode(self._picture).decode(),
            "digest": digest,
            "idle_left_seconds": max(0, round(left)),
            "masked": self._masked,
        }

    def _act(self, order: Mapping[str, Any]) -> dict[str, Any]:
        fields = order.get("action")
        action = action_of(fields if isinstance(fields, dict) else {})
        self._context.lease.check()
        self.acted = time.monotonic()
        log.info(
            "A person acts on the page",
            extra={"account": self._context.account, "by": self.view.author, **logged(action)},
        )
        self._do(action, Deadline.within(ACT_SECONDS))
        self._taken = 0.0  # the next picture shows it
        return {"ok": True}

    def _do(self, action: Action, deadline: Deadline) -> None:
        page = self._page
        match action:
            case Click(x, y):
                page.click(*self._point(x, y, deadline), deadline)
            case Scroll(x, y, down):
                page.scroll(*self._point(x, y, deadline), down, deadline)
            case Typed(text):
                page.type(as_typed(text), deadline)
            case Key(name):
                page.press_key(name, deadline)
            case Stay():
                pass
            case unknown:
                assert_never(unknown)

    def _point(self, x: float, y: float, deadline: Deadline) -> tuple[float, float]:
        """The point in CSS pixels; the last one inside where it is on the far edge."""
        size: Any = self._page.evaluate(_SIZE, deadline=deadline)
        width, height = float(size[0]), float(size[1])
        return min(x * width, width - 1), min(y * height, height - 1)
