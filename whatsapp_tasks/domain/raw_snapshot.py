"""Snapshots from what the scripts of the page return."""

from collections.abc import Mapping, Sequence
from typing import Any

from whatsapp_tasks.domain.bubbles import Bubble, BubbleFile, Revealed
from whatsapp_tasks.domain.chat_snapshot import NOTICES, Chat, ChatRow, Compose, Preview, Quote
from whatsapp_tasks.domain.page_controls import Banner, Button, Dialog, PhoneEntry
from whatsapp_tasks.domain.page_snapshot import PageSnapshot
from whatsapp_tasks.domain.passkey_screen import Passkey, PasskeyStep


def page_snapshot_from(raw: Mapping[str, Any]) -> PageSnapshot:
    """From what the scripts of ``browser/look`` return."""
    return PageSnapshot(
        app=raw["app"],
        chat_pane=raw["chat_pane"],
        startup=raw["startup"],
        online=raw["online"],
        ready=raw["ready"],
        era=raw["era"],
        qr=raw["qr"],
        qr_reload=_button(raw["qr_reload"]),
        link_code=raw["link_code"],
        link_by_phone=_button(raw["link_by_phone"]),
        phone_entry=_phone_entry(raw["phone_entry"]),
        landing=raw["landing"],
        screen=raw["screen"],
        buttons=_buttons(raw["buttons"]),
        dialogs=tuple(_dialog(dialog) for dialog in raw["dialogs"]),
        banners=tuple(_banner(banner) for banner in raw["banners"]),
        chat=_chat(raw["chat"]),
        texts=frozenset(raw["texts"]),
        rows=None if raw.get("rows") is None else tuple(ChatRow(**row) for row in raw["rows"]),
        document=raw.get("document", ""),
        language=raw.get("language", ""),
        settled_language=raw.get("settled_language", ""),
        passkey=_passkey(raw.get("passkey")),
        trouble_signs=frozenset(raw.get("trouble", ())),
        preview=_preview(raw.get("preview")),
        attach_menu=raw.get("attach_menu", False),
        message_menu=raw.get("message_menu", False),
        file_notices=frozenset(raw.get("file_notices", ())),
    )


def revealed(raw: Mapping[str, Any]) -> Revealed:
    """From what ``browser/input/reveal.js`` returns."""
    return Revealed(_bubble(raw["bubble"]) if raw["bubble"] else None, str(raw["oldest"]))


def _phone_entry(raw: Mapping[str, Any] | None) -> PhoneEntry | None:
    if not raw:
        return None
    return PhoneEntry(raw["text"], raw["focused"], raw["x"], raw["y"], _button(raw["next"]))


def _dialog(raw: Mapping[str, Any]) -> Dialog:
    return Dialog(raw["title"], raw["text"], _buttons(raw["buttons"]), frozenset(raw["texts"]))


def _banner(raw: Mapping[str, Any]) -> Banner:
    return Banner(
        raw["text"],
        frozenset(raw["texts"]),
        Button(raw["text"], raw["x"], raw["y"]),
        _button(raw["close"]),
        warns=raw.get("warns", False),
        harmless=raw.get("harmless", False),
        turned=raw.get("turned", False),
    )


def _chat(raw: Mapping[str, Any] | None) -> Chat | None:
    if not raw:
        return None
    return Chat(
        title=raw["title"],
        compose=_compose(raw["compose"]),
        notice=raw["notice"],
        bubbles=tuple(_bubble(bubble) for bubble in raw["bubbles"]),
        panel=raw["panel"],
        notice_texts=frozenset(raw.get("notice_texts", ())) & NOTICES,
        nodes=tuple(raw.get("nodes", (0, 0, 0))),
        suggestions=raw.get("suggestions", False),
        send=_button(raw.get("send")),
        editable=raw.get("editable", False),
        attach=_button(raw.get("attach")),
        quote=_quote(raw.get("quote")),
        unread_from=raw.get("unread_from", ""),
    )


def _compose(raw: Mapping[str, Any] | None) -> Compose | None:
    return Compose(**raw) if raw else None


def _bubble(raw: Mapping[str, Any]) -> Bubble:
    file = raw.get("file")
    return Bubble(**{**raw, "file": BubbleFile(**file) if file else None})


def _quote(raw: Mapping[str, Any] | None) -> Quote | None:
    return Quote(raw["text"], raw["ours"], raw["media"], _button(raw["cancel"])) if raw else None


def _preview(raw: Mapping[str, Any] | None) -> Preview | None:
    if not raw:
        return None
    return Preview(
        tuple(raw["names"]),
        raw["count"],
        _compose(raw["caption"]),
        _button(raw["send"]),
        _button(raw["close"]),
    )


def _passkey(raw: Mapping[str, Any] | None) -> Passkey | None:
    if not raw:
        return None
    return Passkey(
        PasskeyStep(raw["step"]),
        raw["code"],
        _button(raw["continue"]),
        _button(raw["confirm"]),
        _button(raw["cancel"]),
    )


def _button(raw: Mapping[str, Any] | None) -> Button | None:
    return Button(raw["label"], raw["x"], raw["y"], raw.get("closes", False)) if raw else None


def _buttons(raw: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    return tuple(Button(b["label"], b["x"], b["y"], b.get("closes", False)) for b in raw)
