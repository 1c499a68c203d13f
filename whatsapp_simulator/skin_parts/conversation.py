"""The open chat: its header (§6), its messages (§4)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    # §6
    "conversation": part("div", {"id": "main"}),
    "header": part("header", **testid("conversation-header")),
    "header_info": part(
        "div",
        {"role": "button", "data-tab": "6", "tabindex": "0"},
        E1={"data-testid": "conversation-info-header"},
        E3={"data-testid": "conversation-info-header"},
    ),
    "header_title": part(
        "span",
        {"dir": "auto", "title": "{title}"},
        E1={"data-testid": "conversation-info-header-chat-title"},
        E3={"data-testid": "conversation-info-header-chat-title", "title": None},
    ),
    "header_subtitle": part("span", **testid("chat-subtitle")),
    # §4.3
    "panel": part(
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
    "messages": part("div", {"role": "application", "data-tab": "8", "tabindex": "0"}),
    "message_row": part("div", {"role": "row"}),
    # §4.1
    "message": part(
        "div",
        {"data-id": "{direction_flag}_{jid}_{id}{author}", "tabindex": "-1"},
        E1={"data-testid": "conv-msg-{direction_flag}_{jid}_{id}{author}"},  # guess
        E3={"data-id": "{id}", "data-testid": "conv-msg-{id}", "data-virtualized": "false"},
    ),
    # §12.12
    "album_row": part(
        "div",
        {
            "data-id": "album-{first}-{last}-{count}",
            "tabindex": "-1",
            "class": "message-{direction} focusable-list-item",
        },
        E3={"data-testid": "image-album", "class": None},
    ),
    "direction": part("div", {"class": "message-{direction} focusable-list-item"}, E3={"class": None}),
    "bubble": part(
        "div",
        E1={"data-testid": "msg-container"},
        E2={"class": "_amjy _amjz _amjw"},
        E3={"data-testid": "msg-container"},
    ),
    "bubble_inner": part("div", E2={"class": "_amk4 _amk6 _amlo"}),
    "speaker": part("span", {"aria-label": "{speaker_label}"}),
    "copyable": part("div", {"class": "copyable-text", "data-pre-plain-text": "{pre_plain_text}"}),
    "text": part(
        "span",
        {"dir": "{dir}", "class": "selectable-text copyable-text"},
        E2={"class": "_ao3e selectable-text copyable-text"},
        E3={"data-testid": "selectable-text", "class": "_ao3e selectable-text copyable-text"},
    ),
    # §12.4; on strong, em, del, code, a, list texts, quotations and emoji alike
    "text_piece": part(
        "span",
        {"class": "selectable-text copyable-text"},
        E3={"data-testid": "selectable-text"},
    ),
    "read_more": part(
        "button",
        {"type": "button", "class": "read-more-button"},
        E3={"data-testid": "caption-read-more-button"},
    ),
    "quoted": part("div", E1={"data-testid": "quoted-message"}, E3={"data-testid": "quoted-message"}),
    "quoted_button": part("div", {"role": "button", "aria-label": "{quoted_message}"}),
    "quoted_text": part(
        "span",
        {"dir": "auto", "class": "quoted-mention selectable-text copyable-text"},
        E1={"class": "quoted-mention"},
        E3={"data-testid": "selectable-text"},
    ),
    "time_spacer": part("span", {"aria-hidden": "true"}),
    "meta": part(
        "div",
        {"role": "button"},
        E3={"role": None, "data-testid": "msg-meta"},
        E1={"data-testid": "msg-meta"},
    ),
    "meta_time": part("span", {"dir": "auto"}),
    "system_message": part(
        "div", E1={"data-testid": "system_message"}, E3={"data-testid": "msg-notification-container"}
    ),
    # §12.4
    "unread_line": part("span", {"aria-live": "polite"}),
    # guesses
    "location": part("a", {"href": "https://maps.google.com/maps?q=0,0", "target": "_blank"}),
    "contact_card": part("div", **testid("vcard-msg")),
    "deleted": part("span", {"dir": "auto"}),
    # §10.2, §12.1: beside the bubble, a button with this label
    "fail_container": part("span", E3={"data-testid": "fail-container"}),
    "failed_mark": part(
        "button",
        {"type": "button", "aria-label": "{failed_hint}", "title": "{failed_hint}"},
        E3={"title": None},
    ),
    # Files, §10.8, §12.4. Where E2 has no test id, its marks are those of the modules of 2023, else guesses.
    "document_thumb": part(
        "div",
        {"role": "button", "tabindex": "0", "title": "{download}"},
        E1={"data-testid": "document-thumb"},
        E3={"data-testid": "document-thumb", "title": None},
    ),
    "document_name": part("span", {"dir": "auto"}),
    "document_type": part("span", {"data-meta-key": "type", "title": "{ext}"}, **testid("type")),
    "document_size": part("span", {"title": "{size}"}),
    "document_caption": part("div", **testid("document-caption")),
    "image_thumb": part("div", {"role": "button"}, **testid("image-thumb")),
    "media_provider": part("div", **testid("media-url-provider")),
    "video_content": part("div", **testid("video-content")),
    "audio_play": part("button", {"type": "button", "aria-label": "{play_audio}"}, **testid("audio-play")),
    "sticker": part("span", **testid("sticker-container")),
    "album": part("div"),
    "media_pending": part("div", **testid("media-state-pending")),
    "media_download": part("div", **testid("media-state-download")),
    "media_upload": part("div", **testid("media-state-upload")),
    "progress": part("div", {"role": "progressbar", "aria-valuenow": "{percent}", "aria-valuemax": "100"}),
}
