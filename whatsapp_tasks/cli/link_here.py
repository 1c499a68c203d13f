"""``whatsapp-tasks link --here``: link where a person sits, then hand the session over.

It needs no Redis and no worker here. The service's public key encrypts the archive, so this machine never has
the key that opens it.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from whatsapp_tasks.archives.sealing import VaultKey, check_recipient
from whatsapp_tasks.client import Client
from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain.accounts import check_account_name
from whatsapp_tasks.domain.addresses import is_loopback
from whatsapp_tasks.domain.page_kinds import PageKind, kind_of
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.errors import ConfigurationError, RequestRefused, WhatsAppTasksError
from whatsapp_tasks.private_files import FileTaken, reserved_file
from whatsapp_tasks.session.person_link import PersonLink

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_WHAT_TO_DO: dict[PageKind, str] = {
    PageKind.QR: "Scan the QR code: on the phone, WhatsApp › Linked devices › Link a device.",
    PageKind.PASSKEY: "WhatsApp asks for a passkey: go on in the window, as it and the phone say.",
    PageKind.PAIRING_CODE: "Enter the code of the window on the phone.",
    PageKind.LOADING: "The page is loading …",
    PageKind.MAIN: "The phone is linked. Waiting until the chats are here and written to disk …",
}


@dataclass(frozen=True)
class Service:
    """Where the session goes."""

    client: Client
    account: str
    accept_stale: bool

    def recipient(self) -> str:
        """The public key of its vault. Raises RequestRefused."""
        answer = self._call("GET")
        if answer["alive"] and not self.accept_stale:
            raise RequestRefused(
                "session_alive",
                f"The account '{self.account}' is linked already. Log it out first, or use --accept-stale.",
            )
        if answer["recipient"] is None:
            raise RequestRefused(
                "vault_off",
                "The service has no key yet: start the account's worker with WHATSAPP_VAULT first.",
            )
        return str(answer["recipient"])

    def bring(self, archive: Path) -> None:
        """Raises RequestRefused, ApiUnreachable."""
        uploaded = self.client.upload(archive)
        self._call("POST", {"file": uploaded["id"], "accept_stale": self.accept_stale})

    def _call(self, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.client.call(method, f"/accounts/{self.account}/session", body)


def link_here(
    console: Console,
    settings: Settings,
    account: str,
    timeout_seconds: float,
    *,
    url: str | None,
    out: Path | None,
    recipient: str | None,
    accept_stale: bool,
) -> None:
    """Raises RequestRefused, ConfigurationError, BrowserErrors, ApiUnreachable.

    Whatever can be wrong is found before the window opens: a person links a phone only once.
    """
    check_account_name(account)
    if (url is None) == (out is None):
        raise ConfigurationError("Say where the session goes: --to URL of the service, or --out FILE.")
    _insist_on_screen()
    service = _service(url, account, accept_stale) if url is not None else None
    to = check_recipient(service.recipient() if service else recipient or _own_recipient(settings))
    told = _Told(console)
    place = reserved_file(out) if out is not None else nullcontext()
    with _private_folder() as folder, place as kept, _saying_what_stays(told):
        archive = folder / "archive.session"
        link = PersonLink(
            folder=folder,
            chromium=_program(settings.chromium),
            no_sandbox=settings.no_sandbox,
            origin=settings.origin,
            language=settings.language,
            shown=told.show,
        )
        console.print("A browser window opens. Link the phone there; close nothing until this command ends.")
        header = link.archive(account, to, archive, timeout_seconds)
        if service is not None:
            _hand_over(console, service, archive)
        elif kept is not None:
            try:
                kept.fill(archive)
            except ConfigurationError:
                _keep(console, archive, account)
                raise
            console.print(f"✔ The session is in {out} ({header.size} bytes, encrypted).", style="green")
            console.print("Next, where the worker runs: whatsapp-tasks session import FILE")
    console.print("The copy of the session on this machine was deleted.")


def _hand_over(console: Console, service: Service, archive: Path) -> None:
    try:
        service.bring(archive)
    except WhatsAppTasksError:
        _keep(console, archive, service.account)
        raise
    console.print("✔ The session was handed over; the worker starts with it.", style="green")


def _keep(console: Console, archive: Path, account: str) -> None:
    """Puts the only copy of the session where a file can be written, and says where; never over another one.

    Raises ConfigurationError if there is no such place.
    """
    for folder in (Path.cwd(), Path.home(), Path(tempfile.gettempdir())):
        for number in range(1, 100):
            file = folder / f"{account}{f'-{number}' if number > 1 else ''}.session"
            try:
                with reserved_file(file) as kept:
                    kept.fill(archive)
            except FileTaken:
                continue
            except ConfigurationError:
                break
            console.print(
                f"It could not be handed over. It is kept, encrypted, in {file}: bring it there yourself."
            )
            return
    raise ConfigurationError("The session could be written nowhere here; it is lost. Link again.")


def _insist_on_screen() -> None:
    """Raises ConfigurationError where no window can open."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise ConfigurationError(
            "There is no screen here for the window (DISPLAY is not set): run this on a desktop."
        )


@contextmanager
def _saying_what_stays(told: "_Told") -> Iterator[None]:
    """A link that comes to nothing stays in the phone's list of devices."""
    try:
        yield
    except BaseException:
        told.end()
        raise


def _service(url: str, account: str, accept_stale: bool) -> Service:
    key, secret = os.environ.get("WHATSAPP_API_KEY"), os.environ.get("WHATSAPP_API_SECRET")
    client = Client(url, key or "", secret or "")  # checks the address
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            "--to must be https://: who changes the answer on the way would get the session. "
            "Without it, use --out."
        )
    if not (key and secret):
        raise ConfigurationError(
            f"Set WHATSAPP_API_KEY and WHATSAPP_API_SECRET: {url} wants requests of an admin key "
            "(there: whatsapp-tasks keys create NAME --scope admin)."
        )
    return Service(client, account, accept_stale)


def _own_recipient(settings: Settings) -> str:
    key = VaultKey.from_settings(settings.vault_key, settings.vault_key_file)
    if key is not None:
        return key.recipient
    raise ConfigurationError(
        "Say for whom the archive is: --recipient age1… (the public key that "
        "`whatsapp-tasks session new-key` showed)."
    )


def _program(wanted: Path) -> Path:
    """The browser: the one of the settings, else one that is usually there."""
    found = [str(wanted)] if wanted.is_file() else [path for name in PROGRAMS if (path := shutil.which(name))]
    if not found:
        raise ConfigurationError("No Chromium or Chrome was found; set its path in WHATSAPP_CHROMIUM.")
    return Path(found[0])


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Deleted at the end, whatever happens: the profile in it is the login."""
    with _ended_like_an_error():
        folder = Path(tempfile.mkdtemp(prefix="whatsapp-link-"))  # mode 0700
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended_like_an_error() -> Iterator[None]:
    """A terminal that is closed, or a machine that is shut down, would end the command where it is."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Told:
    """Says what the person is to do, once for each step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""
        self._linked = False

    def show(self, snapshot: PageSnapshot) -> None:
        kind = kind_of(snapshot)
        self._linked |= kind is PageKind.MAIN
        words = _WHAT_TO_DO.get(kind, "")
        if words and words != self._last:
            self._last = words
            self._console.print(words)

    def end(self) -> None:
        """The command ends without having handed the session over."""
        if self._linked:
            self._console.print(
                "The phone lists the device that was linked here. If the session was not kept, remove it "
                "there: WhatsApp › Linked devices."
            )
