"""The daily cap: how many messages an account may send on a day of its own time zone.

``min(100 + 50 x days active, 2000)`` is the blueprint's. A message that must wait goes to the first day with
a free place under the cap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import ceil

BASE, STEP, HIGHEST = 100, 50, 2000
NEW_CHATS_SHARE = 0.5
IDLE_DAYS = 14
DAYS_LOOKED_AHEAD = 60
"""How many days are searched for a free place; if none has one, a message is refused even if it could
wait."""


@dataclass(frozen=True)
class CapRules:
    """``new_chats_share``: the share of the cap that may go to chats never written to before."""

    base: int = BASE
    step: int = STEP
    highest: int = HIGHEST
    new_chats_share: float = NEW_CHATS_SHARE
    idle_days: int = IDLE_DAYS

    def cap(self, days_active: int) -> int:
        return min(self.base + self.step * days_active, self.highest)

    def new_chats(self, days_active: int) -> int:
        """Rounded up, so that an account with a cap of at least 1 can start a chat."""
        return ceil(self.cap(days_active) * self.new_chats_share)


@dataclass(frozen=True)
class Warmth:
    """How far an account is warmed up: ``days`` active until ``last``, the last day on which it was used."""

    days: int
    last: date

    @classmethod
    def first(cls, today: date) -> "Warmth":
        """The first day on which the account was AUTHENTICATED counts as day 0."""
        return cls(0, today)

    def days_on(self, day: date, rules: CapRules) -> int:
        """Days active on ``day``. A break of ``idle_days`` or more is subtracted instead of added, because
        WhatsApp compares an account with its usual activity.
        """
        gap = max((day - self.last).days, 0)
        if gap >= rules.idle_days:
            return max(0, self.days - gap)
        return self.days + gap

    def used_on(self, day: date, rules: CapRules) -> "Warmth":
        """The value after a message on ``day``; a clock that was set back changes nothing."""
        return Warmth(self.days_on(day, rules), day) if day > self.last else self


@dataclass(frozen=True)
class DayPlaces:
    """The places of one day: ``cap`` in all, ``new_chats`` of them for chats never written to."""

    day: date
    starts_ms: int
    cap: int
    new_chats: int


def local_day(now_ms: int, zone: tzinfo) -> date:
    """The calendar day of ``now_ms`` in the account's time zone."""
    return datetime.fromtimestamp(now_ms / 1000, zone).date()


def day_starts_ms(day: date, zone: tzinfo) -> int:
    """Midnight in the account's time zone; if a clock change skips it, the first moment of the day."""
    midnight = datetime.combine(day, time.min, zone)
    return int(midnight.astimezone(UTC).timestamp() * 1000)


def places(
    warmth: Warmth | None, first_ms: int, zone: tzinfo, rules: CapRules, days: int = DAYS_LOOKED_AHEAD
) -> Iterator[DayPlaces]:
    """The places of the day of ``first_ms`` and of the days after it. Without ``warmth`` the account was
    never AUTHENTICATED, and every day has as many places as the first.
    """
    first = local_day(first_ms, zone)
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        # Each future day counts as active: it will be, if a message waits for it.
        active = warmth.days_on(first, rules) + ahead if warmth else 0
        yield DayPlaces(day, day_starts_ms(day, zone), rules.cap(active), rules.new_chats(active))
