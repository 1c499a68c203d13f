"""What a message says: its text or template, and its file."""

from collections.abc import Callable
from typing import NamedTuple

from whatsapp_tasks.config import Settings
from whatsapp_tasks.domain import texts
from whatsapp_tasks.domain.file_requests import FileRequest, check_file_url
from whatsapp_tasks.domain.file_types import check_type, default_name
from whatsapp_tasks.domain.files import MessageFile, check_caption, check_wish, decide_kind
from whatsapp_tasks.domain.message_fields import check_text, field_refused
from whatsapp_tasks.domain.message_request import MessageRequest
from whatsapp_tasks.domain.refusals import file_unknown
from whatsapp_tasks.domain.template_requests import TemplateRequest
from whatsapp_tasks.domain.templates import fill_template, template_unknown
from whatsapp_tasks.errors import RequestRefused
from whatsapp_tasks.stores.connection import Database, Pipeline
from whatsapp_tasks.stores.files import FileRecords, Upload
from whatsapp_tasks.stores.templates import Found, TemplateRecords


class Content(NamedTuple):
    """What a message says. ``compared`` and ``parts`` stand for it when requests are compared: its text,
    which is empty if a template makes it, and its template and file.
    """

    text: str
    compared: str
    parts: tuple[str, ...]
    file: MessageFile | FileRequest | None
    refusal: RequestRefused | None
    """Why there is no text. A repeat is recognised without it."""


class MessageContents:
    """Makes the content of a message from a request, with the templates and uploads that Redis has."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float]) -> None:
        self._files = FileRecords(database)
        self._templates = TemplateRecords(database)
        self._settings = settings
        self._clock = clock

    def of(self, request: MessageRequest, found: Found | None) -> Content:
        """``found`` is the request's template; without it, it is read now. Raises RequestRefused."""
        given = check_text("message", request.message)
        if request.template is not None:
            if given.strip():
                raise field_refused(
                    "template_invalid", "message", "must not be given together with a template"
                )
            wanted = request.template
            found = found or self._templates.find(wanted.name, wanted.language)
            return self._filled(wanted, request.file, found)
        if request.file is None:
            text = texts.normalise_message(given)
            return Content(text, text, (), None, None)
        caption = check_caption(texts.normalise_message(given)) if given.strip() else ""
        file = self._file(request.file, has_caption=bool(caption))
        return Content(caption, caption, file.identity, file, None)

    def _filled(self, wanted: TemplateRequest, asked: FileRequest | None, found: Found) -> Content:
        """What a template makes. Its variables stand for it: so a repeat is the same message although the
        template was changed or deleted meanwhile.
        """
        file = None if asked is None else self._file(asked, has_caption=True)
        parts = (*wanted.identity, *(file.identity if file else ()))
        try:
            if found.template is None:
                raise template_unknown(wanted.name, wanted.language, found.languages)
            text = fill_template(found.template.text, wanted.variables, as_caption=file is not None)
        except RequestRefused as refusal:
            return Content("", "", parts, file, refusal)
        return Content(text, "", parts, file, None)

    async def template_through(self, pipeline: Pipeline, wanted: TemplateRequest) -> Found:
        """The wanted template as it is now."""
        return await self._templates.find_through(pipeline, wanted.name, wanted.language)

    def _file(self, asked: FileRequest, *, has_caption: bool) -> MessageFile | FileRequest:
        """The file, or the request if it is to be fetched first. Raises RequestRefused."""
        check_wish(asked.kind, has_caption=has_caption)
        if asked.url is not None:
            check_file_url(asked.url, allow_private=self._settings.file_url_allow_private)
            return asked
        # It may have expired since: whether this is a repeat is decided first, by ``accept.lua``.
        upload = _owned(self._files.remembered(asked.id or ""), asked.owner)
        return _message_file(upload, asked, has_caption=has_caption)

    def upload(self, upload_id: str, owner: str | None) -> Upload:
        """Of this owner (an API key), or of any with None; raises RequestRefused (``file_unknown``)."""
        return _owned(self._files.upload(upload_id, int(self._clock() * 1000)), owner)


def _owned(upload: Upload | None, owner: str | None) -> Upload:
    if upload is None or owner not in (None, upload.owner):
        raise file_unknown()
    return upload


def _message_file(upload: Upload, asked: FileRequest, *, has_caption: bool) -> MessageFile:
    """The file of a message, from an upload and what the caller wants; raises RequestRefused."""
    content = upload.content
    if asked.name is not None:
        check_type(content.facts.media_type, name=asked.name)
    kind = decide_kind(content.facts, content.size, asked.kind, has_caption=has_caption)
    media_type = content.facts.media_type
    name = asked.name or upload.name or default_name(kind, media_type)
    return MessageFile(content.digest, name, kind, content.size, media_type)
