"""``/accounts/{account}/session``: what the vault has of a session, and a session that is brought to it.

An archive comes in pieces, each a signed request of ordinary size, so that nothing large is held in memory
and a lost connection costs one piece. It is encrypted: this process has no key, and cannot open it.
"""

import base64
import binascii
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
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
from whatsapp_tasks.domain.session_archives import MOST_PIECES, PIECE_BYTES, ArchiveHeader
from whatsapp_tasks.errors import ObjectStoreFailed, RequestRefused
from whatsapp_tasks.vaults import Vault, insist_on_vault

blueprint = Blueprint("sessions", __name__)

_BASE64_AND_FIELDS = 4 * PIECE_BYTES // 3 + 1024

Sha256 = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the whole archive, in hexadecimal.")
]


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
    encrypted; null before a worker with a vault has run. ``piece_bytes``: the largest piece.
    """

    account: str
    alive: bool
    archives: list[ArchiveView]
    sent_since: int
    recipient: str | None
    piece_bytes: int


class PieceRequest(RequestModel):
    """A part of an archive."""

    archive: Sha256
    index: Annotated[int, Field(ge=0, lt=MOST_PIECES, description="From 0.")]
    data: Annotated[str, Field(max_length=_BASE64_AND_FIELDS, description="The bytes, in base64.")]


class PieceView(TypedDict):
    """The piece was received."""

    archive: str
    index: int


class BringRequest(RequestModel):
    """The archive whose pieces were sent. ``accept_stale``: it may replace a session that is alive."""

    archive: Sha256
    count: Annotated[int, Field(ge=1, le=MOST_PIECES, description="The number of pieces.")]
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
        "alive": custody.was_linked and not custody.ended,
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
        "piece_bytes": min(PIECE_BYTES, 3 * (services().settings.max_body_bytes - 1024) // 4),
    }
    return bodies.answer(view)


@blueprint.post("/accounts/<account>/session/pieces")
def put_piece(account: str) -> Response:
    """A piece of an archive. Sent again, it is the same piece."""
    vault = _vault(account)
    piece = bodies.read(PieceRequest)
    try:
        content = base64.b64decode(piece.data, validate=True)
    except binascii.Error as error:
        raise RequestRefused("request_invalid", "data is not base64.") from error
    try:
        vault.put_piece(piece.archive, piece.index, content)
    except ObjectStoreFailed as error:
        raise _unavailable(error) from error
    view: PieceView = {"archive": piece.archive, "index": piece.index}
    return bodies.answer(view)


@blueprint.post("/accounts/<account>/session")
def bring(account: str) -> Response:
    """Puts the pieces together. The account's worker restores the session from them."""
    vault = _vault(account)
    asked = bodies.read(BringRequest)
    try:
        header = _join(vault, asked)
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


def _join(vault: Vault, asked: BringRequest) -> ArchiveHeader:
    parts = services()
    folder = parts.settings.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=folder, prefix="archive-") as draft:
        file = Path(draft) / "archive.session"
        header = vault.join_pieces(asked.archive, asked.count, file)
        vault.bring(header, file, caller().author, parts.now_ms(), accept_stale=asked.accept_stale)
    vault.forget_pieces()
    return header


def _vault(account: str) -> Vault:
    parts = services()
    parts.operations(account)  # the account exists
    return insist_on_vault(parts.settings, parts.database, account)


def _unavailable(error: ObjectStoreFailed) -> RequestRefused:
    return RequestRefused("vault_unavailable", str(error), http_status=503, retry_after_seconds=5)
