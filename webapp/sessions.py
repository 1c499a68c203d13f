"""``/accounts/{account}/session``: what the vault has of a session, and a session that is brought to it.

An archive is uploaded like any file (``POST /files``). It is encrypted: this process cannot open it.
"""

from contextlib import suppress
from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from typing_extensions import TypedDict

from webapp import bodies
from webapp.accounts import account_path
from webapp.bodies import RequestModel
from webapp.guards import caller
from webapp.sends import Links
from webapp.services import services
from webapp.times import Moment, rfc3339
from whatsapp_tasks.archives.reading import check_whole
from whatsapp_tasks.domain.session_archives import ArchiveHeader
from whatsapp_tasks.errors import ObjectStoreFailed, RequestRefused
from whatsapp_tasks.vaults import Vault, insist_on_vault

blueprint = Blueprint("sessions", __name__)


class ArchiveView(TypedDict):
    """One archive. The larger number is the newer one; ``newest``: another host would restore it."""

    number: str
    bytes: int
    newest: bool
    created: Moment | None
    chromium: str | None


class SessionView(TypedDict):
    """What the vault has of the account's session. ``alive``: a phone is linked. ``sent_since``: how many
    messages the newest archive does not know of. ``recipient`` is the public key for which an archive must be
    encrypted; null before a worker with a vault has run.
    """

    account: str
    alive: bool
    archives: list[ArchiveView]
    sent_since: int
    recipient: str | None


class BringRequest(RequestModel):
    """The archive, as a file that was uploaded. ``accept_stale``: it may replace a session that is alive."""

    file: Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="The id that POST /files returned.")]
    accept_stale: bool = False


class BroughtView(TypedDict):
    """The worker uses the archive before its next browser starts; GET the account to see it."""

    account: str
    created: Moment
    chromium: str
    links: Links


@blueprint.get("/accounts/<account>/session")
def show(account: str) -> Response:
    """The archives of the account's session, and how to bring another one."""
    vault = _vault(account)
    try:
        sizes = vault.sizes()
    except ObjectStoreFailed as error:
        raise _unavailable(error) from error
    custody = vault.custody()
    newest = custody.newest
    view: SessionView = {
        "account": account,
        "alive": custody.is_alive,
        "archives": [
            {
                "number": str(number),
                "bytes": size,
                "newest": newest is not None and newest.number == number and not custody.ended,
                "created": rfc3339(newest.created_ms) if newest and newest.number == number else None,
                "chromium": newest.chromium if newest and newest.number == number else None,
            }
            for number, size in sizes.items()
        ],
        "sent_since": custody.sent_since(newest) if newest else custody.sends,
        "recipient": vault.record.recipient(),
    }
    return bodies.answer(view)


@blueprint.post("/accounts/<account>/session")
def bring(account: str) -> Response:
    """Hands an uploaded archive to the account's worker, which restores the session from it."""
    vault = _vault(account)
    asked = bodies.read(BringRequest)
    try:
        header = _bring(vault, asked)
    except ObjectStoreFailed as error:
        raise _unavailable(error) from error
    with suppress(RequestRefused):  # no worker runs: the next one finds it
        services().operations(account).restart()
    view: BroughtView = {
        "account": account,
        "created": rfc3339(header.created_ms),
        "chromium": header.chromium,
        "links": {"self": account_path(account)},
    }
    return bodies.answer(view, 202)


def _bring(vault: Vault, asked: BringRequest) -> ArchiveHeader:
    parts = services()
    upload = parts.dispatcher.upload(asked.file, caller().id)
    contents = parts.uploads.contents
    with contents.drafts.draft(upload.content.size) as draft:
        contents.write_to(upload.content, draft.path)
        header = check_whole(draft.path)
        vault.bring(header, draft.path, caller().author, parts.now_ms(), accept_stale=asked.accept_stale)
    return header


def _vault(account: str) -> Vault:
    parts = services()
    parts.operations(account)  # the account exists
    return insist_on_vault(parts.settings, parts.database, account)


def _unavailable(error: ObjectStoreFailed) -> RequestRefused:
    return RequestRefused("vault_unavailable", str(error), http_status=503, retry_after_seconds=5)
