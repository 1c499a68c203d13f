"""The daily cap of one account: its places, its time zone, and how far it has come."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo
from zoneinfo import ZoneInfo

from whatsapp_tasks.domain.daily_cap import (
    DAYS_LOOKED_AHEAD,
    CapRules,
    Warmth,
    day_starts_ms,
    local_day,
    places,
)
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.connection import Database

PROFILE_KEPT_SECONDS = 5.0
"""Zone and warmth change once a day at most; a request need not ask for them each time."""
_MARGIN_SECONDS = 0.1
"""What was ``known`` still is when it is used."""
DAYS_KEPT = 7
DAYS_TOLD = 7


@dataclass(frozen=True)
class CapUse:
    """The places of the account's day. An accepted message holds one, until it certainly is not sent."""

    day: date
    cap: int
    used: int
    new_chats_cap: int
    new_chats_used: int
    next_day_ms: int
    """When the account's next day begins, unix milliseconds."""

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)

    @property
    def new_chats_left(self) -> int:
        return max(0, min(self.new_chats_cap - self.new_chats_used, self.left))


@dataclass(frozen=True)
class _Profile:
    zone: tzinfo
    warmth: Warmth | None


class Caps:
    """``holds``: a message over the cap waits for a day with a place; else it is refused."""

    def __init__(
        self,
        database: Database,
        account: str,
        rules: CapRules,
        default_zone: str,
        *,
        holds: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = database
        self._keys = keys.AccountKeys(account)
        self._rules = rules
        self._default_zone = default_zone
        self._clock = clock
        self._read: tuple[float, _Profile] | None = None
        self._plans: dict[tuple[date, int], str] = {}
        self.holds = holds

    def known(self) -> bool:
        """Whether a plan is made now without asking Redis."""
        kept = PROFILE_KEPT_SECONDS - _MARGIN_SECONDS
        return self._read is not None and self._clock() - self._read[0] < kept

    def plan_for_new(self, first_ms: int) -> str:
        """The places for a message that is handed in. It travels with every one: where it cannot be held, the
        days only tell a refused caller when to come back, and a week of them is enough.
        """
        return self.plan(first_ms, DAYS_LOOKED_AHEAD if self.holds else DAYS_TOLD)

    def plan(self, first_ms: int, days: int = DAYS_LOOKED_AHEAD) -> str:
        """The places from the day of ``first_ms`` on, as ``scripts/places.lua`` reads them."""
        profile = self._profile()
        key = (local_day(first_ms, profile.zone), days)
        if key not in self._plans:
            self._plans[key] = ";".join(
                f"{each.day}={each.cap}/{each.new_chats}@{each.starts_ms}"
                for each in places(profile.warmth, first_ms, profile.zone, self._rules, days)
            )
        return self._plans[key]

    def use(self, now_ms: int) -> CapUse:
        """How much of today is taken."""
        profile = self._profile(fresh=True)
        [today] = places(profile.warmth, now_ms, profile.zone, self._rules, 1)
        used, new = self._db.do("HMGET", self._keys.caps, f"{today.day}", f"{today.day}:new")
        return CapUse(
            today.day,
            today.cap,
            int(used or 0),
            today.new_chats,
            int(new or 0),
            day_starts_ms(today.day + timedelta(days=1), profile.zone),
        )

    def note_authenticated(self, now_ms: int) -> None:
        """The first day in AUTHENTICATED is day 0 of the account; later ones change nothing."""
        profile = self._profile(fresh=True)
        if profile.warmth is None:
            self._put(Warmth.first(local_day(now_ms, profile.zone)))

    def note_sent(self, now_ms: int) -> None:
        """A message was sent today: the account is in use. Writes once a day."""
        profile = self._profile()
        today = local_day(now_ms, profile.zone)
        before = profile.warmth or Warmth.first(today)
        after = before.used_on(today, self._rules)
        if after != profile.warmth:
            self._put(after)
            self._forget_days_before(today - timedelta(days=DAYS_KEPT))

    def _profile(self, *, fresh: bool = False) -> _Profile:
        now = self._clock()
        if self._read is None or fresh or now - self._read[0] >= PROFILE_KEPT_SECONDS:
            zone, days, last = self._db.do(
                "HMGET", self._keys.account, "time_zone", "active_days", "active_last"
            )
            name = zone or self._default_zone
            profile = _Profile(
                UTC if name == "UTC" else ZoneInfo(name),
                Warmth(int(days), date.fromisoformat(last)) if last else None,
            )
            if self._read is None or profile != self._read[1]:
                self._plans.clear()
            self._read = (now, profile)
        if len(self._plans) > 1000:
            self._plans.clear()
        return self._read[1]

    def _put(self, warmth: Warmth) -> None:
        self._db.do(
            *("HSET", self._keys.account, "active_days", warmth.days, "active_last", str(warmth.last))
        )
        self._read = None
        self._plans.clear()

    def _forget_days_before(self, day: date) -> None:
        old = [name for name in self._db.texts("HKEYS", self._keys.caps) if name < str(day)]
        if old:
            self._db.do("HDEL", self._keys.caps, *old)
