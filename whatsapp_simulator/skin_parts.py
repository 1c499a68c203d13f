"""The DOM of the page as data: every part with its tag and attributes in each era.

`{name}` in a value is filled in by the page: from what the caller gives, else from `skin_texts`. An
attribute set to None in an era is absent there. The page adds the class `ws-<part>` to each part for its own
style sheet; no selector for the real page can match it. Classes like `_ak72` stand in the spec; what is
marked `guess` does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .settings import Era

Attributes = Mapping[str, str | None]


@dataclass(frozen=True)
class Part:
    tag: str
    base: Attributes
    eras: Mapping[Era, Attributes]

    def attributes(self, era: Era) -> dict[str, str]:
        merged = {**self.base, **self.eras.get(era, {})}
        return {name: value for name, value in merged.items() if value is not None}


def _part(
    tag: str,
    base: Attributes | None = None,
    E1: Attributes | None = None,
    E2: Attributes | None = None,
    E3: Attributes | None = None,
) -> Part:
    return Part(tag, base or {}, {"E1": E1 or {}, "E2": E2 or {}, "E3": E3 or {}})


def _testid(name: str) -> dict[str, Attributes]:
    """The test id of a part in E1 and E3; E2 has none at all."""
    return {"E1": {"data-testid": name}, "E3": {"data-testid": name}}


def _chat_cell(test_id: str) -> Part:
    """What a row of the chat list holds: ours with ourselves has a test id of its own."""
    return _part(
        "div", {"role": "gridcell", "tabindex": "-1"}, E2={"class": "_ak72 _ak73"}, **_testid(test_id)
    )


PARTS: dict[str, Part] = {
    # §1.1, §1.2
    "wrapper": _part("div", {"class": "app-wrapper-web os-win font-fix"}),
    "loading_screen": _part("div", E3={"data-testid": "wa-web-loading-screen"}),
    "loading_progress": _part("progress", {"value": "0", "max": "100", "dir": "ltr"}),
    "loading_title": _part("div", {"class": "main"}, E2={"class": "_apdr"}, E3={"class": "_apdr"}),
    "loading_text": _part("div", {"class": "secondary"}, E2={"class": "_apds"}, E3={"class": "_apds"}),
    # §1.3
    "landing": _part("div", {"class": "landing-wrapper"}, E3={"class": None}),
    "landing_window": _part("div", {"class": "landing-window"}, E3={"class": None}),
    "landing_main": _part("div", {"class": "landing-main"}, E3={"class": None}),
    "landing_header": _part("div", {"class": "landing-header"}, E3={"class": None}),
    "landing_title": _part("div", {"class": "landing-title"}, E3={"class": None}),
    "landing_steps": _part("ol", E3={"id": "link-device-instructions-list"}),
    "landing_stay": _part("input", {"type": "checkbox", "checked": ""}, E3={"id": "auto-logout-toggle"}),
    "qr": _part(
        "div",
        {"data-ref": "{ref}"},
        E1={"data-testid": "qrcode"},
        E3={"data-testid": "link-device-qr-code"},
    ),
    "qr_canvas": _part("canvas", {"role": "img", "aria-label": "{scan_me}", "width": "264", "height": "264"}),
    "qr_spinner": _part("div", {"role": "progressbar"}),  # guess
    "qr_reload": _part(
        "button", {"type": "button"}, E3={"data-testid": "link_device_qr_expired_refresh_button"}
    ),
    "pairing_hint": _part(
        "div", {"role": "button", "tabindex": "0"}, **_testid("link-device-qrcode-alt-linking-hint")
    ),
    "pairing_entry": _part("div", **_testid("link-device-phone-number-entry-screen")),
    "pairing_country": _part(
        "button", {"type": "button"}, **_testid("link-device-phone-number-country-selector")
    ),
    "pairing_input": _part("input", {"type": "text", "aria-label": "{pairing_type_number}"}),
    "pairing_next": _part(
        "button", {"type": "button"}, **_testid("link-device-phone-number-entry-next-button")
    ),
    "pairing_error": _part("div", {"role": "alert"}),  # guess
    "pairing_code_view": _part("div", **_testid("link-device-phone-number-code-view")),
    "pairing_code": _part(
        "div",
        {
            "data-link-code": "{code}",
            "aria-details": "link-device-phone-number-code-screen-instructions",
        },
        **_testid("link-with-phone-number-code-cells"),
    ),
    "pairing_cell": _part("span"),
    "pairing_instructions": _part("ol", {"id": "link-device-phone-number-code-screen-instructions"}),
    "pairing_new_code": _part("button", {"type": "button"}),
    # §1.4
    "main_screen": _part("div", {"class": "two"}, E3={"data-testid": "wa-web-main-screen", "class": None}),
    "side": _part("div", {"id": "side"}),
    "side_header": _part(
        "header", E1={"data-testid": "chatlist-header"}, E3={"data-testid": "chatlist-header"}
    ),
    "side_title": _part("h1"),
    "new_chat": _part(
        "button",
        {"aria-label": "{new_chat}", "title": "{new_chat}", "data-tab": "2", "tabindex": "0"},
        E1={"data-testid": "menu-bar-chat"},  # guess
    ),
    "new_chat_drawer": _part("span"),  # guess
    "back": _part("button", {"type": "button", "aria-label": "{back}"}),
    "search_box": _part("div"),
    "search": _part(
        "div",
        {
            "contenteditable": "true",
            "role": "textbox",
            "data-tab": "3",
            "title": "{search_title}",
            "spellcheck": "true",
        },
        E1={"data-testid": "chat-list-search"},
        E3={
            "contenteditable": None,
            "role": None,
            "spellcheck": None,
            "title": None,
            "type": "text",
            "aria-label": "{search_placeholder}",
            "placeholder": "{search_placeholder}",
            "data-tab": None,  # set by script after mount
        },
    ),
    # 2024: plain buttons under a label (a guess)
    "filters": _part("div", {"role": "tablist"}, E2={"role": None, "aria-label": "chat-list-filters"}),
    "filter_all": _part(
        "button",
        {"role": "tab", "id": "all-filter", "aria-selected": "true"},
        E2={"role": None, "id": None, "aria-selected": None, "aria-pressed": "true"},
    ),
    "filter_unread": _part(
        "button",
        {"role": "tab", "id": "unread-filter", "aria-selected": "false"},
        E2={"role": None, "id": None, "aria-selected": None, "aria-pressed": "false"},
    ),
    "pane_side": _part("div", {"id": "pane-side"}),
    "chat_list": _part(
        "div",
        {
            "role": "grid",
            "aria-label": "{chat_list}",
            "aria-rowcount": "{count}",
            "data-tab": "4",
            "tabindex": "0",
        },
        **_testid("chat-list"),
    ),
    "chat_row": _part(
        "div", {"role": "listitem"}, E2={"role": "row"}, E3={"role": "row", "data-testid": "list-item-{n}"}
    ),
    "chat_section": _part("div", {"role": "row"}),
    "chat_cell": _chat_cell("cell-frame-container"),
    "own_chat_cell": _chat_cell("message-yourself-row"),
    "chat_title_frame": _part("div", E2={"class": "_ak8q"}, **_testid("cell-frame-title")),
    "chat_title": _part("span", {"dir": "auto", "title": "{title}"}),
    "chat_detail": _part(
        "div", E2={"class": "_ak8i"}, **_testid("cell-frame-primary-detail")
    ),  # class: guess
    "chat_secondary": _part("div", E2={"class": "_ak8k"}, **_testid("cell-frame-secondary")),
    "chat_status": _part("span", **_testid("last-msg-status")),
    # §10.4, issue 11 row 8: the outer title holds everything, author included
    "chat_preview_whole": _part("span", {}),
    "chat_symbol": _part("span", **_testid("chat-msg-symbol")),
    # up to Dec 2024 with an empty label, as if it were a badge
    "chat_preview": _part("span", {"dir": "ltr"}, E2={"aria-label": ""}),
    "unread_badge": _part("span", {"aria-label": "{unread_label}"}, **_testid("icon-unread-count")),
    "intro": _part("div", E1={"data-testid": "intro-title"}),
    # §1.5
    "butterbar": _part("div", {"role": "button", "tabindex": "0"}),
    "banner_action": _part("button", {"type": "button"}),
    "butterbar_title": _part("div"),
    "butterbar_text": _part("span"),
    "butterbar_close": _part("button", {"type": "button", "aria-label": "{close}"}),
    # §2.1
    "popup_keys": _part("div", E3={"data-testid": "confirm-popup"}),
    "news_continue": _part("button", {"type": "button"}, E3={"data-testid": "whats_new_continue_button"}),
    "backdrop": _part("div", {"data-animate-modal-backdrop": "true"}),
    "dialog": _part("div", {"role": "dialog", "aria-modal": "true"}),
    "popup": _part("div", {"data-animate-modal-popup": "true"}, **_testid("confirm-popup")),
    "popup_body": _part("div", {"data-animate-modal-body": "true"}),
    "popup_title": _part("h1", **_testid("popup-title")),
    "popup_text": _part("div", {"class": "x12lqup9 x1o1kx08"}, **_testid("popup-contents")),
    "popup_buttons": _part("div"),
    "popup_cancel": _part("button", {"type": "button"}, **_testid("popup-controls-cancel")),
    "popup_ok": _part("button", {"type": "button"}, **_testid("popup-controls-ok")),
    "modal_close": _part("button", {"type": "button", "aria-label": "{close}"}),
    # §6
    "conversation": _part("div", {"id": "main"}),
    "header": _part("header", **_testid("conversation-header")),
    "header_info": _part(
        "div",
        {"role": "button", "data-tab": "6", "tabindex": "0"},
        E1={"data-testid": "conversation-info-header"},
        E3={"data-testid": "conversation-info-header"},
    ),
    "header_title": _part(
        "span",
        {"dir": "auto", "title": "{title}"},
        E1={"data-testid": "conversation-info-header-chat-title"},
        E3={"data-testid": "conversation-info-header-chat-title", "title": None},
    ),
    "header_subtitle": _part("span", **_testid("chat-subtitle")),
    # §4.3
    "panel": _part(
        "div",
        {},
        E1={"data-testid": "conversation-panel-messages"},
        E2={"data-scrolltracepolicy": "wa.web.conversation.messages", "tabindex": "0"},
        E3={
            "tabindex": "0",
            "data-testid": "conversation-panel-messages",
            "data-scrolltracepolicy": "wa.web.conversation.messages",
        },
    ),
    "messages": _part("div", {"role": "application", "data-tab": "8", "tabindex": "0"}),
    "message_row": _part("div", {"role": "row"}),
    # §4.1
    "message": _part(
        "div",
        {"data-id": "{direction_flag}_{jid}_{id}{author}", "tabindex": "-1"},
        E1={"data-testid": "conv-msg-{direction_flag}_{jid}_{id}{author}"},  # guess
        E3={"data-id": "{id}", "data-testid": "conv-msg-{id}", "data-virtualized": "false"},
    ),
    "direction": _part("div", {"class": "message-{direction} focusable-list-item"}, E3={"class": None}),
    "bubble": _part(
        "div",
        E1={"data-testid": "msg-container"},
        E2={"class": "_amjy _amjz _amjw"},
        E3={"data-testid": "msg-container"},
    ),
    "bubble_inner": _part("div", E2={"class": "_amk4 _amk6 _amlo"}),
    "speaker": _part("span", {"aria-label": "{speaker_label}"}),
    "copyable": _part("div", {"class": "copyable-text", "data-pre-plain-text": "{pre_plain_text}"}),
    "text": _part(
        "span",
        {"dir": "{dir}", "class": "selectable-text copyable-text"},
        E2={"class": "_ao3e selectable-text copyable-text"},
        E3={"data-testid": "selectable-text", "class": "_ao3e selectable-text copyable-text"},
    ),
    # §12.4; on strong, em, del, code, a, list texts, quotations and emoji alike
    "text_piece": _part(
        "span",
        {"class": "selectable-text copyable-text"},
        E3={"data-testid": "selectable-text"},
    ),
    "read_more": _part(
        "button",
        {"type": "button", "class": "read-more-button"},
        E3={"data-testid": "caption-read-more-button"},
    ),
    "quoted": _part("div", E1={"data-testid": "quoted-message"}, E3={"data-testid": "quoted-message"}),
    "quoted_button": _part("div", {"role": "button", "aria-label": "{quoted_message}"}),
    "quoted_text": _part(
        "span",
        {"dir": "auto", "class": "quoted-mention selectable-text copyable-text"},
        E1={"class": "quoted-mention"},
        E3={"data-testid": "selectable-text"},
    ),
    "time_spacer": _part("span", {"aria-hidden": "true"}),
    "meta": _part(
        "div",
        {"role": "button"},
        E3={"role": None, "data-testid": "msg-meta"},
        E1={"data-testid": "msg-meta"},
    ),
    "meta_time": _part("span", {"dir": "auto"}),
    "system_message": _part(
        "div", E1={"data-testid": "system_message"}, E3={"data-testid": "msg-notification-container"}
    ),
    # §10.2, §12.1: beside the bubble, a button with this label
    "fail_container": _part("span", E3={"data-testid": "fail-container"}),
    "failed_mark": _part(
        "button",
        {"type": "button", "aria-label": "{failed_hint}", "title": "{failed_hint}"},
        E3={"title": None},
    ),
    "attachment": _part("div", {}),  # guess: the spec does not describe media bubbles
    # §2.2, §2.3
    "footer": _part("footer", E3={"data-testid": "compose-box"}),
    # §10.5, §11.6
    "notice": _part("div", E3={"data-testid": "block-message"}),
    "timelock_bar": _part("div", E3={"data-testid": "reachout-timelock-compose-bar"}),
    "editor": _part("div", {"class": "lexical-rich-text-input"}),
    "compose": _part(
        "div",
        {
            "contenteditable": "true",
            "role": "textbox",
            "spellcheck": "true",
            "data-tab": "10",
            "tabindex": "10",
            "class": "selectable-text copyable-text",
        },
        E1={"title": "{type_a_message}", "data-testid": "conversation-compose-box-input"},
        E2={
            "aria-label": "{type_a_message}",
            "aria-placeholder": "{type_a_message}",
            "aria-owns": "emoji-suggestion",
            "aria-autocomplete": "list",
        },
        E3={
            "aria-label": "{type_a_message_to}",
            "aria-placeholder": "{type_a_message}",
            "aria-owns": "emoji-suggestion",
            "aria-autocomplete": "list",
            "data-testid": "conversation-compose-box-input",
        },
    ),
    "placeholder": _part("div", {"aria-hidden": "true"}),
    "edit_box": _part("div", {"contenteditable": "true", "role": "textbox", "aria-label": "{edit_message}"}),
    "attach": _part(
        "button",
        {"type": "button", "aria-label": "{attach}", "title": "{attach}", "data-tab": "10"},
        E1={"data-testid": "conversation-clip"},
    ),
    "send": _part(
        "button", {"type": "button", "aria-label": "{send}", "data-tab": "11"}, **_testid("compose-btn-send")
    ),
    "voice": _part("button", {"type": "button", "aria-label": "{voice_message}", "data-tab": "11"}),
    "locked_box": _part("div"),
    "locked_details": _part("button", {"type": "button"}),
    # §5
    "attach_menu": _part("ul", {"role": "menu"}, E1={"role": None}),
    "attach_item": _part(
        "li",
        {"tabindex": "0"},
        E1={"data-testid": "mi-attach-{kind}"},
        E2={},
        E3={"data-testid": "mi-attach-{kind}", "role": "menuitem"},
    ),
    "file_input": _part(
        "input", {"type": "file", "accept": "{accept}", "multiple": "", "style": "display: none;"}
    ),
    "sticker_input": _part("input", {"type": "file", "accept": "image/*", "style": "display: none;"}),
    "media_drawer": _part("div"),
    "media_canvas": _part("div", **_testid("media-editor-canvas")),
    "caption_frame": _part("div", **_testid("media-caption-input-container")),
    "caption": _part(
        "div",
        {
            "contenteditable": "true",
            "role": "textbox",
            "aria-placeholder": "{add_a_caption}",
            "aria-label": "{add_a_caption}",
            "data-tab": "10",  # §5: varies
        },
    ),
    "media_send": _part("div", {"role": "button", "aria-label": "{send}", "tabindex": "0"}),
    # full-screen states, §11.4
    "lock_password": _part("input", {"type": "password", "placeholder": "{lock_enter}"}),
}

ICONS: dict[str, dict[Era, str]] = {
    # §2.3
    "send": {"E1": "send", "E2": "send", "E3": "wds-ic-send-filled"},
    "voice": {"E1": "ptt", "E2": "ptt", "E3": "mic-outlined"},
    # §4.2: in E3 the names are one step ahead of their meaning
    "pending": {"E1": "msg-time", "E2": "msg-time", "E3": "wds-ic-status-pending"},
    "sent": {"E1": "msg-check", "E2": "msg-check", "E3": "wds-ic-delivered"},
    "delivered": {"E1": "msg-dblcheck", "E2": "msg-dblcheck", "E3": "wds-ic-read"},
    "read": {"E1": "msg-dblcheck", "E2": "msg-dblcheck", "E3": "wds-ic-read"},
    "failed": {"E1": "message-fail", "E2": "message-fail", "E3": "ic-error"},
    # chat list
    "row_pending": {"E1": "status-time", "E2": "status-time", "E3": "ic-schedule"},
    "row_sent": {"E1": "status-check", "E2": "status-check", "E3": "wds-ic-delivered"},
    "row_delivered": {"E1": "status-dblcheck", "E2": "status-dblcheck", "E3": "wds-ic-read"},
    "row_read": {"E1": "status-dblcheck", "E2": "status-dblcheck", "E3": "wds-ic-read"},
    "row_failed": {"E1": "message-fail", "E2": "message-fail", "E3": "ic-schedule"},
    # §5, §1.4, §1.5
    "attach": {"E1": "clip", "E2": "attach-menu-plus", "E3": "plus-rounded"},
    "new_chat": {"E1": "chat", "E2": "new-chat-outline", "E3": "new-chat-outline"},
    "offline": {"E1": "alert-computer", "E2": "alert-computer", "E3": "ic-warning"},
    "phone_offline": {"E1": "alert-phone", "E2": "alert-phone", "E3": "ic-warning"},
    "close": {"E1": "x", "E2": "x", "E3": "ic-close"},
    # guesses
    "back": {"E1": "back", "E2": "back", "E3": "back-refreshed"},
    "update": {"E1": "alert-update", "E2": "alert-update", "E3": "ic-refresh"},
    "notifications": {"E1": "alert-notification", "E2": "alert-notification", "E3": "ic-notifications-off"},
    "restricted": {"E1": "alert-notification", "E2": "alert-notification", "E3": "ic-warning"},
    "search": {"E1": "search", "E2": "search", "E3": "search-refreshed-thin"},
    "menu": {"E1": "menu", "E2": "menu", "E3": "more-refreshed"},
    "person": {"E1": "default-user", "E2": "default-user", "E3": "default-contact-refreshed"},
    "emoji": {"E1": "smiley", "E2": "smiley", "E3": "wds-ic-sticker-smiley"},
    "document": {
        "E1": "attach-document",
        "E2": "document-filled-refreshed",
        "E3": "document-filled-refreshed",
    },
    "media": {"E1": "attach-image", "E2": "media-filled-refreshed", "E3": "media-filled-refreshed"},
    "logo": {"E1": "logo", "E2": "logo", "E3": "wa-wordmark-refreshed"},
    "reload": {"E1": "refresh-large", "E2": "refresh-large", "E3": "ic-sync"},
}
