"""Controls that a look found on the page, and what holds them: dialogs, banners, the input of a phone."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Button:
    """A control and its position on the page. ``closes``: it has the closing icon."""

    label: str
    x: float
    y: float
    closes: bool = False


@dataclass(frozen=True)
class Dialog:
    """``texts``: names of the known texts in it."""

    title: str
    text: str = field(repr=False)
    buttons: tuple[Button, ...]
    texts: frozenset[str] = frozenset()

    @property
    def cross(self) -> Button | None:
        """The control that closes it, known by its icon; also works for dialogs with unknown words."""
        return next((button for button in self.buttons if button.closes), None)


@dataclass(frozen=True)
class Banner:
    """A banner in the left column. ``close`` is the control that removes it, if there is one."""

    text: str = field(repr=False)
    texts: frozenset[str]
    button: Button
    """Its only action, else the banner itself."""
    close: Button | None
    warns: bool = False
    """It has a warning icon."""
    harmless: bool = False
    """It has the icon of a banner that offers something."""
    turned: bool = False
    """It sets its own text direction: such a banner is about the page's language, in every language."""

    @property
    def is_trouble(self) -> bool:
        """Whether it may mean that the page is not connected; decided without words as far as possible.

        A banner that can be closed never does. An unknown one may (whatsapp-web.md, 11.2 and 11.7).
        """
        if self.close is not None or self.texts & _OTHER_BANNERS or (self.turned and self.warns):
            return False
        if self.warns or self.texts & _NOT_CONNECTED:
            return True
        return not self.harmless and not self.texts & _KNOWN_BANNERS


_NOT_CONNECTED = frozenset({"offline", "phone_offline", "connecting", "syncing"})
_OTHER_BANNERS = frozenset({"update_available", "notifications_off", "language_mismatch"})
_KNOWN_BANNERS = frozenset({"restricted", "new_chats_used_up", "ban", "temporary_ban"})


@dataclass(frozen=True)
class PhoneEntry:
    """The input for the phone number, before a pairing code."""

    text: str = field(repr=False)
    focused: bool
    x: float
    y: float
    next: Button | None
