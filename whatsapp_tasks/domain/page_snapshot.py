"""What one look at the page found."""

from dataclasses import dataclass, field

from whatsapp_tasks.domain.chat_snapshot import Chat, ChatRow, Preview
from whatsapp_tasks.domain.languages import is_supported
from whatsapp_tasks.domain.page_controls import Banner, Button, Dialog, PhoneEntry
from whatsapp_tasks.domain.passkey_screen import Passkey


@dataclass(frozen=True)
class PageSnapshot:
    app: bool
    chat_pane: bool
    startup: bool
    online: bool
    ready: str
    era: str | None
    """For people and reports; it decides nothing."""
    qr: str | None = field(repr=False)
    qr_reload: Button | None
    """The control that asks for new QR codes; it appears once all are used up."""
    link_code: str | None = field(repr=False)
    link_by_phone: Button | None
    phone_entry: PhoneEntry | None
    landing: bool
    """The screen that asks to link a phone, even before it has a code."""
    screen: str = field(repr=False)
    buttons: tuple[Button, ...]
    dialogs: tuple[Dialog, ...]
    banners: tuple[Banner, ...]
    chat: Chat | None
    texts: frozenset[str]
    """Names of the known texts in dialogs, banners and full screens; chat content never counts."""
    rows: tuple[ChatRow, ...] | None = None
    """The rendered rows of the chat list, from the top; None in a look that did not ask for them."""
    document: str = ""
    """Identifies this page load."""
    language: str = ""
    """The language of the page's texts, as a tag like ``pt`` or ``pt-BR``; "" if it is unknown."""
    settled_language: str = ""
    """The language after the next load, as stored by the page itself; "" if it has stored none."""
    passkey: Passkey | None = None
    trouble_signs: frozenset[str] = frozenset()
    """Signs without words that the page is not well connected (whatsapp-web.md, 11.7), by name."""
    preview: Preview | None = None
    attach_menu: bool = False
    """The menu of the attach button is open."""
    message_menu: bool = False
    """The menu of a message is open, or another one of the kind."""
    file_notices: frozenset[str] = frozenset()
    """Names of the texts by which the page just now refuses a file; chat content never counts."""

    @property
    def trouble(self) -> bool:
        """Whether anything but words says that the page is not well connected."""
        return bool(self.trouble_signs) or any(banner.is_trouble for banner in self.banners)

    @property
    def language_supported(self) -> bool:
        """Whether all that is decided by words is known in the page's language."""
        return is_supported(self.language)
