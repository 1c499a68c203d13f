"""The checks of numbers of one account, its numbers that wait for a look-up, and what is known of numbers.

What is known is about the number, so all accounts share it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

from whatsapp_tasks.domain.daily_cap import day_starts_ms, local_day
from whatsapp_tasks.domain.number_checks import (
    MOST_TRIES,
    Answer,
    CheckStatus,
    NumberResult,
    most_waiting,
)
from whatsapp_tasks.domain.phones import forms_of, one_form_of
from whatsapp_tasks.domain.priorities import Priority
from whatsapp_tasks.domain.states import SessionState
from whatsapp_tasks.errors import LeaseLost
from whatsapp_tasks.stores import keys
from whatsapp_tasks.stores.caps import zone_named
from whatsapp_tasks.stores.connection import Database
from whatsapp_tasks.stores.generation import Generation
from whatsapp_tasks.stores.outcomes import BeginCheck, SettleNumber, TakeNumber, applied, outcome_of

_COUNT_KEPT_MS = 3 * 24 * 3600 * 1000
"""For the count of a day's look-ups: longer than a day of any time zone."""


@dataclass(frozen=True)
class CheckedNumber:
    """One number of a check; ``answer`` is None until there is one."""

    phone: str = field(repr=False)
    answer: Answer | None


@dataclass(frozen=True)
class NumberCheck:
    """``numbers`` are in the order of the request. ``finished_ms`` is None while it is ``waiting``."""

    id: str
    account: str
    status: CheckStatus
    created_ms: int
    finished_ms: int | None
    numbers: tuple[CheckedNumber, ...]

    def count(self, result: NumberResult | None) -> int:
        """How many of its numbers have this result; None: no answer yet."""
        return sum((each.answer.result if each.answer else None) is result for each in self.numbers)


@dataclass(frozen=True)
class NextNumber:
    """The number to be looked up next: ``entry`` in the line, of the check ``check_id``."""

    entry: str = field(repr=False)

    @property
    def check_id(self) -> str:
        return self.entry.partition(" ")[0]

    @property
    def phone(self) -> str:
        """E.164."""
        return self.entry.partition(" ")[2]


@dataclass(frozen=True)
class LookupUse:
    """The look-ups of the account's day, and the numbers that wait for one."""

    cap: int
    used: int
    waiting: int
    next_day_ms: int
    """When the account's next day begins, unix milliseconds."""

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)


class NumberChecks:
    """``per_day``: how many look-ups a day may have. ``generation``: the worker's own count of writes; other
    processes have none.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        *,
        per_day: int,
        default_zone: str,
        answers_kept_ms: int,
        checks_kept_ms: int,
        generation: Generation | None = None,
    ) -> None:
        self.account = account
        self.per_day = per_day
        self._db = database
        self._keys = keys.AccountKeys(account)
        self._default_zone = default_zone
        self._answers_kept_ms = answers_kept_ms
        self._checks_kept_ms = checks_kept_ms
        self._generation = generation

    # of callers

    def known(self, phones: Sequence[str]) -> dict[str, Answer]:
        """What is known of ``phones`` (E.164), by one form of each, in one round trip."""
        forms = sorted({one_form_of(phone) for phone in phones})
        if not forms:
            return {}
        texts = self._db.texts_or_none("MGET", *(keys.number(form) for form in forms))
        return {form: Answer.from_text(text) for form, text in zip(forms, texts, strict=True) if text}

    def begin(
        self, check_id: str, phones: Sequence[str], answers: Mapping[str, Answer], now_ms: int
    ) -> BeginCheck:
        """Accepts a check of ``phones`` (E.164); ``answers`` are those given at once, by one form of a phone.
        Each other number is looked up once, whatever forms of it the request has.
        """
        k = self._keys
        forms = [one_form_of(phone) for phone in phones]
        first = dict(zip(reversed(forms), reversed(phones), strict=True))
        unanswered = [first[form] for form in dict.fromkeys(forms) if form not in answers]
        given = [text for form, answer in answers.items() for text in (form, answer.to_text())]
        answer = self._db.run(
            "number_check_begin",
            {
                "account": k.account,
                "check": k.number_check(check_id),
                "answers": k.number_answers(check_id),
                "waiting": k.numbers_waiting,
                "events": k.events,
            },
            {
                "id": check_id,
                "now": now_ms,
                "phones": " ".join(phones),
                "forms": " ".join(forms),
                "most": most_waiting(self.per_day),
                "retention": self._checks_kept_ms,
                "answered": len(answers),
            },
            more_args=[*given, *unanswered],
        )
        return outcome_of(BeginCheck, answer)

    def get(self, check_id: str) -> NumberCheck | None:
        k = self._keys
        record, answers = self._db.together(
            ("HGETALL", k.number_check(check_id)), ("HGETALL", k.number_answers(check_id))
        )
        if "status" not in record:
            return None
        phones, forms = record["phones"].split(), record["forms"].split()
        finished_ms = record.get("finished_ms")
        return NumberCheck(
            check_id,
            self.account,
            CheckStatus(record["status"]),
            int(record["created_ms"]),
            None if finished_ms is None else int(finished_ms),
            tuple(
                CheckedNumber(phone, Answer.from_text(answers[form]) if form in answers else None)
                for phone, form in zip(phones, forms, strict=True)
            ),
        )

    def cancel(self, check_id: str, now_ms: int) -> bool:
        """Takes the numbers without an answer out of the line; False if there are none."""
        k = self._keys
        return applied(
            self._db.run(
                "number_check_cancel",
                {
                    "check": k.number_check(check_id),
                    "answers": k.number_answers(check_id),
                    "waiting": k.numbers_waiting,
                    "events": k.events,
                },
                {"id": check_id, "now": now_ms, "retention": self._checks_kept_ms},
            )
        )

    def use(self, now_ms: int) -> LookupUse:
        """The look-ups of today."""
        zone = zone_named(self._db.text("HGET", self._keys.account, "time_zone") or self._default_zone)
        today = local_day(now_ms, zone)
        used, waiting = self._db.together(
            ("GET", self._keys.number_lookups(str(today))), ("ZCARD", self._keys.numbers_waiting)
        )
        next_day_ms = day_starts_ms(today + timedelta(days=1), zone)
        return LookupUse(self.per_day, int(used or 0), int(waiting), next_day_ms)

    # of the worker that holds the account

    def next(self) -> NextNumber | None:
        """The first number in the line."""
        entries = self._db.texts("ZRANGE", self._keys.numbers_waiting, 0, 0)
        return NextNumber(entries[0]) if entries else None

    def take(self, number: NextNumber, fence: int, now_ms: int) -> tuple[TakeNumber, Answer | None]:
        """Takes ``number`` to look it up, and a place of the day's cap with it; see
        ``scripts/number_check_take.lua``. The answer is set with KNOWN. Raises LeaseLost.
        """
        k = self._keys
        zone = zone_named(self._db.text("HGET", k.account, "time_zone") or self._default_zone)
        outcome, known = self._db.run(
            "number_check_take",
            {
                "waiting": k.numbers_waiting,
                "check": k.number_check(number.check_id),
                "fact": keys.number(one_form_of(number.phone)),
                "lookups": k.number_lookups(str(local_day(now_ms, zone))),
                "opt_outs": keys.OPT_OUTS,
                "lease": k.lease,
                "pauses": k.pauses,
                "session": k.session,
                "generation": k.generation,
            },
            {
                "fence": fence,
                "entry": number.entry,
                "forms": ",".join(forms_of(number.phone)),
                "cap": self.per_day,
                "kept": _COUNT_KEPT_MS,
                "state": SessionState.AUTHENTICATED,
                "seen": self._generation.seen.writes if self._generation else 0,
                "tries": MOST_TRIES,
            },
            more_keys=[k.open_messages(priority) for priority in Priority],
        )
        taken = outcome_of(TakeNumber, outcome)
        if taken is TakeNumber.LEASE_LOST:
            raise LeaseLost
        return taken, Answer.from_text(known) if taken is TakeNumber.KNOWN else None

    def settle(self, number: NextNumber, answer: Answer, fence: int, now_ms: int, *, looked_up: bool) -> None:
        """Writes the answer; a fact is remembered if it was ``looked_up``, also when the check was cancelled
        meanwhile. Raises LeaseLost.
        """
        k = self._keys
        form = one_form_of(number.phone)
        outcome = self._db.run(
            "number_check_settle",
            {
                "check": k.number_check(number.check_id),
                "answers": k.number_answers(number.check_id),
                "waiting": k.numbers_waiting,
                "fact": keys.number(form),
                "lease": k.lease,
                "events": k.events,
                "metrics": k.metrics,
            },
            {
                "fence": fence,
                "id": number.check_id,
                "entry": number.entry,
                "form": form,
                "answer": answer.to_text(),
                "known": answer.to_text() if looked_up and answer.is_fact else "",
                "kept": self._answers_kept_ms,
                "counted": answer.result if looked_up else "",
                "now": now_ms,
                "retention": self._checks_kept_ms,
            },
        )
        match outcome_of(SettleNumber, outcome):
            case SettleNumber.SETTLED | SettleNumber.GONE:
                return
            case SettleNumber.LEASE_LOST:
                raise LeaseLost
            case unknown:
                assert_never(unknown)
