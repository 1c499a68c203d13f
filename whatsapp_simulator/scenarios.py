"""Every misbehaviour by name. A scenario is a set of parameters; what it does is done where it is asked for.

The class docstring says what is played and which section of docs/whatsapp-web.md it follows (§1.5); it is
shown on the control page. Parameters common to all are those of `Scenario`.
"""

import re
from random import Random
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .mutations import KINDS
from .phones import Notice, digits_of
from .skin_parts import PARTS


class Scenario(BaseModel):
    """Parameters of all scenarios."""

    model_config = ConfigDict(extra="forbid", strict=True)

    count: int | None = Field(None, ge=1, description="how often it is played; null = until switched off")
    phone: str | None = Field(None, description="only for this chat; null = for all")
    for_ms: int | None = Field(None, ge=0, description="switched off by itself after so long; null = never")

    @field_validator("phone")
    @classmethod
    def _digits(cls, value: str | None) -> str | None:
        return value if value is None else digits_of(value)

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


# --- starting and whole-page states -------------------------------------------------------------------------


class SlowBoot(Scenario):
    """The loading screen of a linked device stays up `ms` longer (§8: 8 to 90 s are seen)."""

    ms: int = Field(8000, ge=0)


class UnsupportedBrowser(Scenario):
    """The server answers with the unsupported-browser page whatever the user agent says (§1.5)."""


class MainWhileSyncing(Scenario):
    """The chats are shown while nothing gets through yet: for `ms` what the page asks waits (§11.1)."""

    ms: int = Field(5000, ge=0)


class SlowQr(Scenario):
    """The first code comes `ms` late: a spinner, no `data-ref` (§11.4; issue 11, row 9)."""

    ms: int = Field(3000, ge=0)


class UnknownPage(Scenario):
    """After the boot a page nobody recognises: no landmark of any known state."""


class TemporaryBan(Scenario):
    """Full-screen temporary ban with its reason and duration (§7a)."""

    code: int = Field(101, description="101, 102, 103, 104, 106, or any other number for the general text")
    duration: str = Field("23:59:59", description="as printed on the page")
    text: str | None = Field(None, description="the server's own words in place of the table's (§11.1)")


class ServiceUnavailable(Scenario):
    """Full-screen "Service unavailable" (§1.5)."""


class ClientExpired(Scenario):
    """Full-screen "WhatsApp is out of date" (§1.5, hard expiry)."""


class TakeoverUnsupported(Scenario):
    """Full-screen "There is already another active WhatsApp Web tab in this browser" (§1.5)."""


class UseHere(Scenario):
    """The "Use here" conflict without another page (§1.5). A second page of the device makes a real one."""

    other: Literal["tab", "browser"] = "tab"


class ProxyBlocked(Scenario):
    """Full-screen "Can't Load WhatsApp" (§1.5, proxy)."""


class DiskFull(Scenario):
    """Full-screen "not enough space" (§1.5, disk)."""


class CallTakeover(Scenario):
    """Full-screen "You are currently in a call in another window or tab" (§11.4)."""


class ScreenLock(Scenario):
    """Full-screen app lock with a focused password field; too many tries log out (§11.4)."""


class ConnectingCover(Scenario):
    """The cover "Connecting to WhatsApp" with "Log out" (§11.4)."""


class OfflineScreen(Scenario):
    """Full-screen "Computer not connected" without a button: no network at a cold start (§11.4)."""


class TermsBlock(Scenario):
    """Full-screen terms that must be accepted on the phone, with "Log out" only (§11.3)."""


class PermanentBan(Scenario):
    """All devices are logged out to the QR page without a text of its own, and linking is refused (§7d)."""


class BanNotice(Scenario):
    """A ban in words, as phones show it (§7d), on the page; Web was never seen to, but may."""

    where: Literal["screen", "dialog", "banner"] = "screen"
    text: str = Field("This account is not allowed to use WhatsApp due to spam", min_length=1)


class ChatListGone(Scenario):
    """The chat list is taken out of the main screen without a word, as by a page that draws itself anew."""


class PairingError(Scenario):
    """The pairing code fails (§1.3)."""

    kind: Literal["too_many_attempts", "limited_availability", "something_wrong"] = "too_many_attempts"


# --- things laid over or beside the main screen -------------------------------------------------------------


class WhatsNew(Scenario):
    """The "What's new on WhatsApp Web" modal after a load; it swallows every click (§1.5, E3)."""

    ms: int = Field(0, ge=0, description="how long after the main screen it appears")
    title: str | None = Field(None, description="another title, in whatever language")
    text: str | None = Field(None, description="another text")
    button: str | None = Field(None, description="another word for Continue")


class OfflineBanner(Scenario):
    """The "Computer not connected" banner, while the network works (§1.5)."""


class PhoneBanner(Scenario):
    """The "Phone not connected" banner (§1.5; doubtful after multi-device)."""


class UpdateBanner(Scenario):
    """The "Update available" banner; a click reloads (§1.5)."""


class NotificationsBanner(Scenario):
    """The "Turn on notifications" / "Message notifications are off" butterbar (§1.5)."""


class LanguageBanner(Scenario):
    """The "Language out of sync" banner in the phone's language; a click reloads (§11.2). With the settings
    lang_by_cookie and phone_lang it comes by itself.
    """

    title: str = "Language out of sync"
    text: str = "The language on this device does not match the language on your phone"
    action: str = "Update now"
    dir: Literal["ltr", "rtl"] = "ltr"


class BackgroundSyncBanner(Scenario):
    """The banner "Turn on background sync", which can be closed (§11.2)."""


class UnreadBadges(Scenario):
    """Badges in the digits of another script, or without a number (issue 11, row 7)."""

    digits: Literal["latin", "arabic", "devanagari", "fullwidth"] = "latin"
    without_number: bool = False


class KeyIcon(Scenario):
    """Rows carry the key of one-time codes: an svg with a title and `<mask id="main">` (§12.1, 10)."""


class Restricted(Scenario):
    """Reach-out time lock: a butterbar, and no compose box in chats without history (§7b).

    Switched off (`for_ms`, DELETE) while its chat is open, the box comes back in the same footer.
    """

    title: Literal["account", "web", "linked_devices"] = "account"
    place: Literal["footer", "outside"] = Field(
        "footer", description="outside: [data-testid=reachout-timelock-compose-bar] behind an empty footer"
    )
    text: str | None = Field(None, description="other words of the bar, e.g. with a typographic apostrophe")
    also_known: bool = Field(False, description="chats with history are locked, too (§10.6)")


class ChatNotice(Scenario):
    """What stands in place of the compose box because of the chat itself (§10.5), as the magic numbers do."""

    what: Notice = "chat_closed"
    text: str | None = Field(None, description="other words")


class MonthlyCap(Scenario):
    """New chats have "You've reached the monthly limit on new chats" in place of the box (§7c)."""


class QuoteBan(Scenario):
    """Someone sends a message full of ban phrases: a scan of the whole page would take it for a ban (§7)."""


# --- opening a chat -----------------------------------------------------------------------------------------


class InvalidNumber(Scenario):
    """The number is not on WhatsApp (§2.1)."""


class QueryError(Scenario):
    """The query fails; the page shows the same popup as for an invalid number (§2, step 5)."""


class LookupFailures(Scenario):
    """A spell of look-ups that fail with the popup of an unknown number (§11.6): every `every`-th query."""

    every: int = Field(1, ge=1)


class SlowQuery(Scenario):
    """The query takes `ms`, so that "Starting chat" stays up (§2)."""

    ms: int = Field(5000, ge=0)


class SlowChatOpen(Scenario):
    """The chat appears `ms` after the popup is gone (§8: 3.5 to 8.7 s are seen)."""

    ms: int = Field(4000, ge=0)


class WrongChat(Scenario):
    """Another chat than the one asked for is opened: the check of the header must see it (§2.2)."""

    opens: str = Field("12025550100", description="the phone number whose chat is opened instead")

    @field_validator("opens")
    @classmethod
    def _opens_digits(cls, value: str) -> str:
        return digits_of(value)


class LateContact(Scenario):
    """The header shows the number first and is mounted anew, alone, when its contact has loaded (§11.6)."""

    ms: int = Field(300, ge=0)


class StaleHistory(Scenario):
    """A chat first shows its history without the newest messages, as after a boot while the sync still runs.

    A bubble that is not there yet does not mean that nothing was sent.
    """

    newest: int = Field(1, ge=1, description="how many messages come late")
    ms: int = Field(3000, ge=0, description="how late")
    sign: bool = Field(True, description='whether the page says "Loading messages" meanwhile (§1.5)')


class LoseEarlyKeys(Scenario):
    """What is typed within `ms` of opening a chat is lost (§2.2, asserted by several scripts)."""

    ms: int = Field(1000, ge=0)


class TakesFocus(Scenario):
    """While a text is typed something takes or holds the focus (§11.3); presses are counted.

    A dialog takes the focus in the next tick, no button of it is focused. A cover screen does not, but holds
    it after a click or a Tab: then a space or Enter presses its first button, on most "Log out".
    """

    count: int | None = Field(1, ge=1, description="how often it is played; null = until switched off")
    what: Literal[
        "dialog",
        "update",
        "news",
        "connecting",
        "temporary_ban",
        "use_here",
        "other_browser",
        "terms",
        "screen_lock",
    ] = "dialog"
    after_characters: int = Field(3, ge=1, description="when the box holds so many code points")
    after_ms: int = Field(0, ge=0, description="and so much later")
    seed: int | None = Field(None, description="draws after_characters from 1 to spread")
    spread: int = Field(40, ge=1)
    lasts_ms: int | None = Field(3000, ge=0, description="goes by itself; null = when it is pressed")
    holds_focus: bool = Field(True, description="a cover's first button or field has the focus")

    @model_validator(mode="after")
    def _draw(self) -> "TakesFocus":
        if self.seed is not None:
            self.after_characters = Random(self.seed).randint(1, self.spread)
        return self


# --- sending ------------------------------------------------------------------------------------------------


class StuckPending(Scenario):
    """The message stays in the page's memory and is never transmitted (§4.2)."""


class FailedBubble(Scenario):
    """The server refuses the message; the bubble shows the failure icon (§4.2)."""


class FailedReaction(Scenario):
    """Bubbles of the others bear the mark of a failed reaction of ours: no message of ours failed (§12.1)."""


class LostAcks(Scenario):
    """The server receives the message, the page is never told: the clock stays (§4.2)."""


class NeverDelivered(Scenario):
    """One tick for ever: the other phone is off."""


class NeverRead(Scenario):
    """Two grey ticks for ever: read receipts are off."""


class SlowSending(Scenario):
    """The message is transmitted `ms` after Enter; closing the page before loses it (§4.2)."""

    ms: int = Field(5000, ge=0)


class AlteredTyping(Scenario):
    """Once per opened chat, the box is rewritten when it holds three characters: reading it back tells."""

    how: Literal["drop_last", "drop_newlines", "double_first", "lower_case"] = "drop_last"


class AlteredText(Scenario):
    """What is sent is not what stood in the box; the bubble tells, too late."""

    how: Literal["drop_last", "drop_newlines", "double_first", "lower_case"] = "drop_last"


class EnterIgnored(Scenario):
    """Enter and the send button do nothing; the text stays in the box."""


# --- the network of the page --------------------------------------------------------------------------------


class NetworkDown(Scenario):
    """The page's sockets are closed and new ones refused; the page goes offline (§1.5)."""

    http: bool = Field(False, description="true: the page itself cannot be loaded either")
    status_json: bool = Field(
        False, description="true: GET status.json answers, so the page shows nothing for 18 s (§11.2)"
    )


class NetworkStall(Scenario):
    """The page's sockets stay open and nothing gets through, without any sign on the page."""


# --- the renderer -------------------------------------------------------------------------------------------


class Hang(Scenario):
    """The renderer runs `while (true) {}` when it comes to `at`."""

    at: Literal["now", "load", "open", "send"] = "now"
    after_ms: int = Field(20, ge=0, description="with `send`, more than sent_ms hangs after transmission")


class Leak(Scenario):
    """The page keeps `megabytes` more of memory for every message it sends."""

    megabytes: int = Field(50, ge=1)


class BreakSelector(Scenario):
    """An attribute of one part of the page is renamed or removed, as a redesign would. Pages reload."""

    part: str = Field("compose", description="a part of skin_parts.PARTS")
    attribute: str = "role"
    to: str | None = Field(None, description="its new name; null = the attribute is removed")

    @field_validator("part")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PARTS:
            raise ValueError(f"no part of this name; there are {', '.join(PARTS)}")
        return value


class Mutated(Scenario):
    """The page is another one: changed at random in ways it has changed before. Pages reload."""

    seed: int = Field(0, ge=0, description="everything is drawn from it: the same seed, the same page")
    changes: int = Field(1, ge=1, le=20, description="how many")
    kinds: list[str] = Field([], description="only of these kinds; empty: of all")

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, value: list[str]) -> list[str]:
        unknown = sorted(set(value) - set(KINDS))
        if unknown:
            raise ValueError(f"no kinds {', '.join(unknown)}; there are {', '.join(KINDS)}")
        return value


class EmptyRows(Scenario):
    """Rows out of sight are emptied: `data-virtualized="true"` (§4.3; E3 always does so beyond a screen)."""

    margin_px: int = Field(0, ge=0, description="how far out of sight a row must be")


S = TypeVar("S", bound=Scenario)

SCENARIOS: dict[str, type[Scenario]] = {kind.name(): kind for kind in Scenario.__subclasses__()}


class UnknownScenario(KeyError):
    """There is no scenario of this name."""


class ActiveScenarios:
    """The scenarios switched on, and how often each may still be played."""

    def __init__(self) -> None:
        self._active: dict[str, Scenario] = {}
        self._left: dict[str, int | None] = {}

    def switch_on(self, name: str, parameters: dict[str, Any]) -> Scenario:
        """Raises UnknownScenario, or pydantic's ValidationError for wrong parameters."""
        if name not in SCENARIOS:
            raise UnknownScenario(name)
        scenario = SCENARIOS[name].model_validate(parameters)
        self._active[name] = scenario
        self._left[name] = scenario.count
        return scenario

    def switch_off(self, name: str) -> bool:
        if name not in SCENARIOS:
            raise UnknownScenario(name)
        self._left.pop(name, None)
        return self._active.pop(name, None) is not None

    def clear(self) -> None:
        self._active.clear()
        self._left.clear()

    def active(self, name: str) -> Scenario | None:
        return self._active.get(name)

    def look(self, kind: type[S], phone: str | None = None) -> S | None:
        """The scenario if it is on and meant for `phone`; does not count as played."""
        scenario = self._active.get(kind.name())
        if scenario is None or not isinstance(scenario, kind):
            return None
        if scenario.phone is not None and scenario.phone != phone:
            return None
        return scenario

    def play(self, kind: type[S], phone: str | None = None) -> S | None:
        """Like `look`, and counts: after `count` times the scenario is off."""
        scenario = self.look(kind, phone)
        if scenario is not None:
            self.played(kind.name())
        return scenario

    def played(self, name: str) -> bool:
        """Counts one play. Returns whether that was the last one."""
        left = self._left.get(name)
        if left is None:
            return False
        self._left[name] = left - 1
        if left <= 1:
            self.switch_off(name)
            return True
        return False

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Parameters of what is on, with `left` plays; this is what pages are told."""
        return {name: {**each.model_dump(), "left": self._left[name]} for name, each in self._active.items()}
