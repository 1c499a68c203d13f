"""Temporary restrictions of an account by WhatsApp: a ban, or a lock of new chats (docs/whatsapp-web.md,
7).
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.states import MAY_REPLY, MAY_SEND, SessionState


class RestrictionKind(StrEnum):
    TEMPORARY_BAN = "temporary_ban"  # the full screen of 7a: nothing can be sent
    NEW_CHATS_LOCKED = "new_chats_locked"  # the "reach-out time lock" of 7b: existing chats still work
    NEW_CHATS_USED_UP = "new_chats_used_up"  # the monthly limit of 7c: the same


LOCK_KINDS = (RestrictionKind.NEW_CHATS_LOCKED, RestrictionKind.NEW_CHATS_USED_UP)


class LockScope(StrEnum):
    """What the new-chat lock is about (docs/whatsapp-web.md, 10.6)."""

    ACCOUNT = "account"
    WEB = "web"  # WhatsApp Web: the phone may start chats
    LINKED_DEVICES = "linked_devices"  # all of them


class BanReason(StrEnum):
    """WhatsApp's own codes for a temporary ban, by number."""

    MESSAGES_TO_STRANGERS = "101"
    BLOCKED_BY_MANY = "102"
    GROUPS_WITH_STRANGERS = "103"
    SAME_MESSAGE = "104"
    BROADCASTS = "106"
    TERMS = "other"


# Parts of the sentences of 7a, most specific first; en is attested, pt and es are our translations.
_REASONS: tuple[tuple[BanReason, tuple[str, ...]], ...] = (
    (BanReason.BROADCASTS, ("broadcast list", "mensagens a uma lista", "mensajes a una lista")),
    (BanReason.SAME_MESSAGE, ("the same message", "a mesma mensagem", "el mismo mensaje")),
    (BanReason.GROUPS_WITH_STRANGERS, ("too many groups", "muitos grupos", "demasiados grupos")),
    (
        BanReason.BLOCKED_BY_MANY,
        ("people blocked you", "bloquearam você", "te bloquearon"),
    ),
    (
        BanReason.MESSAGES_TO_STRANGERS,
        ("too many messages to people", "muitas mensagens a pessoas", "demasiados mensajes a personas"),
    ),
)

NOTED_EACH_MS = 30_000

_CLOCK = re.compile(r"\b(?:(\d+):)?(\d{1,2}):(\d{2})\b")
_AMOUNT = re.compile(r"(\d+)\s*(second|segundo|minute|minuto|hour|hora|day|dia|día)", re.IGNORECASE)
_SECONDS = {
    **dict.fromkeys(("second", "segundo"), 1),
    **dict.fromkeys(("minute", "minuto"), 60),
    **dict.fromkeys(("hour", "hora"), 3600),
    **dict.fromkeys(("day", "dia", "día"), 86400),
}


LOCKED_CHAT = "chat_locked"
"""The code of an attempt whose chat had a lock in place of its compose box (domain/notices.py)."""
ASKED_AGAIN_MS = 6 * 3600 * 1000
"""While a lock lasts, a chat that had no compose box is opened so often. Until then its messages wait: each
opening is a look-up of somebody who was perhaps never written to.
"""


@dataclass(frozen=True)
class Restriction:
    """``until_ms`` is None if the page shows no time; ``code`` is WhatsApp's, only for a temporary ban;
    ``scope`` is only for the new-chat lock, None where the page does not say it.
    """

    kind: RestrictionKind
    seen_ms: int
    until_ms: int | None = None
    code: str | None = None
    scope: LockScope | None = None

    @property
    def reason(self) -> str:
        """For histories and events: ``temporary_ban_104``, ``new_chats_locked``."""
        return f"{self.kind}_{self.code}" if self.code else str(self.kind)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Restriction":
        fields = json.loads(text)
        scope = fields.get("scope")
        kinds = {"kind": RestrictionKind(fields["kind"]), "scope": LockScope(scope) if scope else None}
        return cls(**{**fields, **kinds})


def restriction_on(page: PageSnapshot, now_ms: int) -> Restriction | None:
    """The restriction that the page shows; None if there is none."""
    if kind_of(page) is PageKind.TEMPORARY_BAN:
        # The screen's text includes the dialog's text: reading both would double every duration.
        text = " ".join(f"{dialog.title} {dialog.text}" for dialog in page.dialogs) or page.screen
        seconds = _duration_seconds(text)
        return Restriction(
            RestrictionKind.TEMPORARY_BAN,
            now_ms,
            None if seconds is None else now_ms + seconds * 1000,
            _reason_of(text),
        )
    if "restricted" in page.texts:
        return Restriction(
            RestrictionKind.NEW_CHATS_LOCKED,
            now_ms,
            _end_of_lock(page, "restricted", now_ms),
            scope=_scope_of(page),
        )
    if "new_chats_used_up" in page.texts:
        end = _end_of_lock(page, "new_chats_used_up", now_ms)
        return Restriction(RestrictionKind.NEW_CHATS_USED_UP, now_ms, end)
    return None


def _end_of_lock(page: PageSnapshot, name: str, now_ms: int) -> int | None:
    """By the timer in the dialog that explains the lock (10.6); no banner and no notice has one."""
    explained = " ".join(dialog.text for dialog in page.dialogs if name in dialog.texts)
    seconds = _duration_seconds(explained)
    return None if seconds is None else now_ms + seconds * 1000


def _scope_of(page: PageSnapshot) -> LockScope | None:
    """By the titles of banner and dialog. The notice in a chat has the same words for each."""
    titled = [*(banner.texts for banner in page.banners), *(dialog.texts for dialog in page.dialogs)]
    said = frozenset[str]().union(*titled)
    if "restricted_web" in said:
        return LockScope.WEB
    if "restricted_linked_devices" in said:
        return LockScope.LINKED_DEVICES
    return LockScope.ACCOUNT if "restricted" in said else None


def still_or_anew(before: Restriction | None, seen: Restriction) -> Restriction:
    """The restriction to remember when it is seen repeatedly. The end time that a temporary ban showed first
    stays until it is over, because each look would postpone it. For a lock, the time of the last look is
    updated every half minute; end and scope, which few looks see, stay until they are seen again.
    """
    if before is None or (before.kind, before.code) != (seen.kind, seen.code):
        return seen
    if seen.kind is RestrictionKind.TEMPORARY_BAN:
        over = before.until_ms is not None and seen.seen_ms >= before.until_ms
        return seen if over else before
    until_ms = before.until_ms if seen.until_ms is None else seen.until_ms
    if until_ms is not None and until_ms <= seen.seen_ms:
        until_ms = None  # it lasts longer than the page said
    now = replace(seen, until_ms=until_ms, scope=seen.scope or before.scope)
    noted = seen.seen_ms - before.seen_ms >= NOTED_EACH_MS
    return now if noted or tells_more(before, now) else before


def tells_more(before: Restriction | None, now: Restriction | None) -> bool:
    """Whether scope or end of a restriction that goes on are others than before."""
    if before is None or now is None or before.kind is not now.kind:
        return False
    return now.scope is not before.scope or _moved(before.until_ms, now.until_ms)


def _moved(before_ms: int | None, now_ms: int | None) -> bool:
    """A timer of whole seconds gives a slightly different end with each look."""
    if before_ms is None or now_ms is None:
        return before_ms is not now_ms
    return abs(now_ms - before_ms) >= NOTED_EACH_MS


def _reason_of(text: str) -> BanReason:
    low = text.lower()
    for reason, parts in _REASONS:
        if any(part in low for part in parts):
            return reason
    return BanReason.TERMS


def _duration_seconds(text: str) -> int | None:
    """Parses ``23:59:59``, ``59:59`` (minutes first), ``2 days 3 hours``; None if there is no duration."""
    clock = _CLOCK.search(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    amounts = _AMOUNT.findall(text)
    return sum(int(number) * _SECONDS[unit.lower()] for number, unit in amounts) if amounts else None


class Permission(StrEnum):
    """What an account may send."""

    ALL = "all"
    REPLIES = "replies"  # to chats in which the page shows a compose box
    NOTHING = "nothing"


def permission(
    state: SessionState,
    restriction: Restriction | None,
    *,
    paused: bool,
    worker_runs: bool,
    replies_when_restricted: bool,
) -> Permission:
    """What an account may send: the only such rule, used by the worker and by all reports."""
    if paused or not worker_runs:
        return Permission.NOTHING
    if state in MAY_SEND:
        return Permission.ALL
    if (
        state in MAY_REPLY
        and replies_when_restricted
        and restriction is not None
        and restriction.kind is not RestrictionKind.TEMPORARY_BAN
    ):
        return Permission.REPLIES
    return Permission.NOTHING
