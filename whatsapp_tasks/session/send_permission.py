"""Whether an account's messages may be sent now: what the page, people and Redis say of it, and the clock."""

import logging
import time
from collections.abc import Callable

from whatsapp_tasks.domain.restrictions import Permission, permission
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.session.context import AccountContext
from whatsapp_tasks.session.memory_watch import MemoryWatch
from whatsapp_tasks.stores.generation import Counted
from whatsapp_tasks.stores.pauses import PauseReason

log = logging.getLogger(__name__)


class SendPermission:
    """``seen_state`` is the session state that the last look at the page came to; ``page_is_ours`` is false
    while a person has the page, and until a look after that.
    """

    def __init__(
        self,
        context: AccountContext,
        *,
        seen_state: Callable[[], SessionState],
        page_is_ours: Callable[[], bool],
        memory: MemoryWatch,
    ) -> None:
        self._context = context
        self._seen_state = seen_state
        self._page_is_ours = page_is_ours
        self._memory = memory
        self._not_before = 0.0

    def hold(self, seconds: float) -> None:
        """Nothing is sent for so long."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def now(self) -> Permission:
        """All that must hold. Redis decides, not what this worker remembers. Raises StoreUnavailable."""
        context = self._context
        conditions = context.sessions.send_conditions()
        if self._writes_lost(conditions.counted):
            return Permission.NOTHING
        if (
            conditions.session.state is not self._seen_state()
            or not self._page_is_ours()
            or not context.keeper.started
            or self._memory.due
            or time.monotonic() < self._not_before
        ):
            return Permission.NOTHING
        return permission(
            conditions.session.state,
            conditions.session.restriction,
            paused=bool(conditions.pauses),
            worker_runs=True,
            replies_when_restricted=context.settings.restricted_replies,
        )

    def notice_lost_writes(self) -> None:
        """For before this worker writes anything that is counted, which might fill up what was lost."""
        self._writes_lost(self._context.sessions.send_conditions().counted)

    def _writes_lost(self, counted: Counted) -> bool:
        """Whether Redis came back with older data. What it lost may have been sent, so a person decides."""
        context = self._context
        if context.generation.remember(counted):
            return False
        seen = context.generation.seen
        note = (
            f"Redis lost writes: it is at {counted.writes} ({counted.intents} intents), "
            f"this worker has seen {seen.writes} ({seen.intents} intents)"
        )
        if context.pauses.set(PauseReason.REDIS, context.actor, context.now_ms(), note, lost=seen):
            log.critical(
                "Redis came back with older data; nothing is sent until a person agrees: "
                "whatsapp-tasks resume --reason redis",
                extra={"account": context.account, "detail": note},
            )
        return True
