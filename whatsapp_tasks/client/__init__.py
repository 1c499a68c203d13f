"""A client of the HTTP API: it signs requests, repeats them safely, and waits. See docs/client.md."""

from whatsapp_tasks.client.client import Client
from whatsapp_tasks.client.messages import AT_WHATSAPP, FINAL
from whatsapp_tasks.client.views import (
    AcceptedMessage,
    Account,
    Batch,
    BatchItem,
    CancelledBatch,
    CheckedNumber,
    FileToSend,
    Key,
    LiveEvent,
    Message,
    NewMessage,
    NumberCheck,
    PutTemplate,
    Template,
    TemplateToSend,
    TimelineEntry,
    UploadedFile,
)

__all__ = [
    "AT_WHATSAPP",
    "FINAL",
    "AcceptedMessage",
    "Account",
    "Batch",
    "BatchItem",
    "CancelledBatch",
    "CheckedNumber",
    "Client",
    "FileToSend",
    "Key",
    "LiveEvent",
    "Message",
    "NewMessage",
    "NumberCheck",
    "PutTemplate",
    "Template",
    "TemplateToSend",
    "TimelineEntry",
    "UploadedFile",
]
