"""The daily cap of one account: its places, its time zone, and how far it is warmed up."""

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
"""Zone and warmth change once a day at most, so they are not read for each request."""
_MARGIN_SECONDS = 0.1
"""A profile that is ``known`` stays valid at least this long, until it is used."""
DAYS_KEPT = 7
DAYS_WHEN_REFUSED = 7


@dataclass(frozen=True)
class CapUse:
    """The places of the account's day. An accepted message holds one until it is certain that it is not
    sent.
    """

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


def zone_named(name: str) -> tzinfo:
    """An account's time zone, by its IANA name."""
    return UTC if name == "UTC" else ZoneInfo(name)


@dataclass(frozen=True)
class _Profile:
    zone: tzinfo
    warmth: Warmth | None


class Caps:
    """``holds``: a message over the cap waits for a day with a free place; otherwise it is refused."""

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
        """Whether a plan can be made now without reading from Redis."""
        kept = PROFILE_KEPT_SECONDS - _MARGIN_SECONDS
        return self._read is not None and self._clock() - self._read[0] < kept

    def plan_for_new(self, first_ms: int) -> str:
        """The places for a new message, sent with each one. If messages are not held, the days are only
        needed to answer a refused caller when to try again, and a week is enough.
        """
        return self.plan(first_ms, DAYS_LOOKED_AHEAD if self.holds else DAYS_WHEN_REFUSED)

    def plan(self, first_ms: int, days: int = DAYS_LOOKED_AHEAD) -> str:
        """The places from the day of ``first_ms`` on, in the format of ``scripts/places.lua``."""
        profile = self._profile()
        key = (local_day(first_ms, profile.zone), days)
        if key not in self._plans:
            self._plans[key] = ";".join(
                f"{each.day}={each.cap}/{each.new_chats}@{each.starts_ms}"
                for each in places(profile.warmth, first_ms, profile.zone, self._rules, days)
            )
        return self._plans[key]

    def use(self, now_ms: int) -> CapUse:
        """The used and free places of today."""
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
        """Records that a message was sent today, so that the day counts as active. Writes once a day."""
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
            profile = _Profile(
                zone_named(zone or self._default_zone),
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
