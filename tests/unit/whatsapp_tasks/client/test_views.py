"""The client's types name what the API's models name."""

from typing import Any, get_type_hints

import pytest

from webapp import (
    account_controls,
    accounts,
    batches,
    chats,
    contacts,
    events,
    message_templates,
    messages,
    own_key,
    sends,
    uploads,
)
from whatsapp_tasks.client import views
from whatsapp_tasks.domain import received_messages

PAIRS = [
    (views.Links, sends.Links),
    (views.AcceptedMessage, sends.AcceptedView),
    (views.MessageError, messages.ErrorView),
    (views.TimelineEntry, messages.TimelineEntryView),
    (views.Resolution, messages.ResolutionView),
    (views.Message, messages.MessageView),
    (views.MessageFile, messages.MessageFileView),
    (views.UploadedFile, uploads.UploadView),
    (views.BatchItem, batches.BatchItemView),
    (views.Batch, batches.BatchView),
    (views.CancelledBatch, batches.CancelledBatchView),
    (views.Template, message_templates.TemplateView),
    (views.PutTemplate, message_templates.PutTemplateView),
    (views.CheckedNumber, contacts.CheckedNumberView),
    (views.NumberCheck, contacts.CheckView),
    (views.ChatLinks, chats.ChatLinks),
    (views.Chat, chats.ChatView),
    (views.Quoted, received_messages.QuotedView),
    (views.Media, received_messages.MediaView),
    (views.ChatMessage, chats.ChatMessageView),
    (views.Lookups, accounts.LookupsView),
    (views.Pause, accounts.PauseView),
    (views.Cap, accounts.CapView),
    (views.NewChats, accounts.NewChatsView),
    (views.Queue, accounts.QueueView),
    (views.Worker, accounts.WorkerView),
    (views.AccountLinks, accounts.AccountLinks),
    (views.Account, accounts.AccountView),
    (views.Pauses, account_controls.PausesView),
    (views.Key, own_key.KeyView),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda view: view.__name__)
def test_an_answer_has_the_fields_of_the_api(ours: Any, theirs: Any) -> None:
    assert set(get_type_hints(ours)) == set(get_type_hints(theirs))
    assert ours.__required_keys__ == theirs.__required_keys__


def test_a_new_message_has_the_fields_of_the_api() -> None:
    fields = sends.SendRequest.model_fields
    assert set(get_type_hints(views.NewMessage)) == set(fields)
    assert views.NewMessage.__required_keys__ == {n for n, field in fields.items() if field.is_required()}


def test_a_template_to_send_has_the_fields_of_the_api() -> None:
    fields = sends.TemplateFields.model_fields
    assert set(get_type_hints(views.TemplateToSend)) == set(fields)
    assert views.TemplateToSend.__required_keys__ == {n for n, each in fields.items() if each.is_required()}


def test_a_file_to_send_has_the_fields_of_the_api() -> None:
    fields = sends.FileFields.model_fields
    assert set(get_type_hints(views.FileToSend)) == {field.alias or name for name, field in fields.items()}


def test_a_live_event_has_the_fields_of_the_api_and_its_place() -> None:
    fields = set(get_type_hints(events.EventView))
    assert set(get_type_hints(views.LiveEvent)) == fields | {"place"}
