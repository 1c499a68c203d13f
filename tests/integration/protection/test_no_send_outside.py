"""No path sends outside the allowed states: random events, pauses and claims against a real Redis."""

import itertools

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.ledger_rig import NOW, LedgerRig
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.hand import Ended
from whatsapp_tasks.domain.restrictions import Permission, Restriction, RestrictionKind, permission
from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND, SessionEvent, SessionState, next_state
from whatsapp_tasks.domain.statuses import Status
from whatsapp_tasks.errors import IllegalTransition
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.hands import Hands
from whatsapp_tasks.stores.pauses import PauseReason, Pauses
from whatsapp_tasks.stores.sessions import Sessions

LOCK = Restriction(RestrictionKind.NEW_CHATS_LOCKED, NOW)
SET_ALONE = sorted({*PauseReason} - {PauseReason.OPERATOR_VIEW})
"""The other one comes and goes with a view of the page."""
BAN = Restriction(RestrictionKind.TEMPORARY_BAN, NOW, NOW + 1000, "101")


class Account(RuleBasedStateMachine):
    """What a worker asks before it types, against a model of three facts."""

    url = ""

    @initialize(replies=st.booleans())
    def begin(self, replies: bool) -> None:
        self.database = Database.connect(Settings(REDIS_URL=self.url))
        self.database.do("FLUSHALL")
        self.rig = LedgerRig(self.database)
        self.sessions, self.pauses = Sessions(self.database, "default"), Pauses(self.database, "default")
        self.hands, self.view = Hands(self.database, "default"), ""
        self.replies = replies
        self.state = SessionState.AUTHENTICATED
        self.restriction: Restriction | None = None
        self.paused: set[PauseReason] = set()
        self.clock = itertools.count(NOW)

    @rule(event=st.sampled_from(sorted(SessionEvent)), restriction=st.sampled_from([LOCK, BAN]))
    def event(self, event: SessionEvent, restriction: Restriction) -> None:
        told = restriction if event is SessionEvent.RESTRICTION_SEEN else None
        before, history = self.sessions.get(), self.sessions.history()
        try:
            after = next_state(self.state, event)
        except IllegalTransition:
            try:
                self.apply(event, told)
            except IllegalTransition:
                assert self.sessions.get() == before
                assert self.sessions.history() == history
                return
            raise AssertionError("an illegal event was taken") from None
        assert self.apply(event, told) is after
        self.state, self.restriction = after, told

    def apply(self, event: SessionEvent, restriction: Restriction | None) -> SessionState:
        return self.sessions.apply(
            event,
            next(self.clock),
            reason="test",
            actor="test",
            fence=self.rig.fence,
            restriction=restriction,
        )

    @rule(reason=st.sampled_from(SET_ALONE))
    def pause(self, reason: PauseReason) -> None:
        assert self.pauses.set(reason, "test", 1) is (reason not in self.paused)
        self.paused.add(reason)

    @rule(reason=st.sampled_from(SET_ALONE))
    def resume(self, reason: PauseReason) -> None:
        assert self.pauses.clear(reason, "test", 1) is (reason in self.paused)
        self.paused.discard(reason)

    @rule()
    def open_page(self) -> None:
        opened, view = self.hands.open("test", 1)
        assert opened is (PauseReason.OPERATOR_VIEW not in self.paused)
        self.view = view.id
        self.paused.add(PauseReason.OPERATOR_VIEW)

    @rule()
    def close_page(self) -> None:
        ended = self.hands.end(self.view, Ended.CLOSED, "test", 1)
        assert ended is (PauseReason.OPERATOR_VIEW in self.paused)
        self.paused.discard(PauseReason.OPERATOR_VIEW)

    @rule()
    def claim(self) -> None:
        """As AccountSession.deliver does."""
        message = self.rig.accept()
        conditions = self.sessions.send_conditions()
        allowed = permission(
            conditions.session.state,
            conditions.session.restriction,
            paused=bool(conditions.pauses),
            worker_runs=True,
            replies_when_restricted=self.replies,
        )
        claimed = self.rig.ledger.claim(
            message.id,
            self.rig.fence,
            self.rig.now,
            states=MAY_REPLY if allowed is Permission.REPLIES else MAY_SEND,
            locked_since_ms=0 if allowed is Permission.REPLIES else None,
        )
        replies = self.state is SessionState.RESTRICTED and self.replies and self.restriction is LOCK
        may = not self.paused and (self.state is SessionState.AUTHENTICATED or replies)
        assert (claimed.outcome == "claimed") is may
        self.rig.advance(message, Status.FAILED)  # one attempt at a time

    @invariant()
    def redis_agrees(self) -> None:
        if hasattr(self, "sessions"):
            assert self.sessions.get().state is self.state
            assert set(self.pauses.all()) == self.paused

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.client.close()


def test_only_the_allowed_states_send(redis_url: str) -> None:
    Account.url = redis_url
    test = Account.TestCase
    test.settings = profile(max_examples=40, stateful_step_count=30, deadline=None)
    test("runTest").runTest()
