"""Messages with files, accepted as the API and the command line accept them."""

from contextlib import closing

from tests.support.files import Sample
from whatsapp_tasks.config import Settings
from whatsapp_tasks.dispatch import Dispatcher
from whatsapp_tasks.domain.file_requests import FileRequest
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.files.contents import Contents
from whatsapp_tasks.files.uploads import Offer, Uploads
from whatsapp_tasks.stores.connection import Database

KEPT_SECONDS = 3600.0


def upload(database: Database, settings: Settings, sample: Sample) -> str:
    """Hands the file in; the id of the upload."""
    contents = Contents.from_settings(database, settings)
    uploads = Uploads(contents, kept_seconds=KEPT_SECONDS)
    with contents.drafts.draft(len(sample.content)) as draft, closing(draft):
        draft.write(sample.content)
        return uploads.add(Offer("test", sample.name), draft).id


def send_file(
    database: Database,
    settings: Settings,
    phone: str,
    sample: Sample,
    caption: str | None = None,
    *,
    key: str | None = None,
    reply_to: str | None = None,
) -> str:
    """The id of a message with this file, as its kind; ``caption``: another one than the sample's."""
    asked = FileRequest(id=upload(database, settings, sample), kind=sample.kind)
    text = sample.caption if caption is None else caption
    request = MessageRequest(phone, text, file=asked, idempotency_key=key, reply_to=reply_to)
    return Dispatcher(database, settings).send(request).id
