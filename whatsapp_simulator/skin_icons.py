"""The names of the icons in each era. What is marked `guess` stands in no source."""

from .settings import Era

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
    # §12.12: on a picture
    "light_pending": {"E1": "msg-time-light", "E2": "msg-time-light", "E3": "wds-ic-status-pending"},
    "light_sent": {"E1": "msg-check-light", "E2": "msg-check-light", "E3": "wds-ic-delivered"},
    "light_delivered": {"E1": "msg-dblcheck-light", "E2": "msg-dblcheck-light", "E3": "wds-ic-read"},
    "light_read": {"E1": "msg-dblcheck-light", "E2": "msg-dblcheck-light", "E3": "wds-ic-read"},
    "light_failed": {"E1": "message-fail", "E2": "message-fail", "E3": "ic-error"},
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
    # §12.4, §12.6; the names of E2 stand for test ids it has not: guesses
    "caption_clear": {"E1": "x-alt", "E2": "x-alt", "E3": "x-alt"},
    "headphones": {"E1": "attach-audio", "E2": "audio-filled-refreshed", "E3": "ic-headphones-filled"},
    "audio": {"E1": "audio-play", "E2": "audio-play", "E3": "audio-play"},
    "video": {"E1": "msg-video", "E2": "msg-video", "E3": "msg-video"},
    "media_cancel": {"E1": "media-cancel", "E2": "media-cancel", "E3": "media-cancel"},
    "media_download": {"E1": "media-download", "E2": "media-download", "E3": "ic-download"},  # §12.14
    "media_upload": {"E1": "media-upload", "E2": "media-upload", "E3": "media-upload"},
    # §12.13: no icons in the menu of a message before 2025, so those of E1 are never shown
    "down_context": {"E1": "down-context", "E2": "down-context", "E3": "ic-expand-more"},
    "reply": {"E1": "reply", "E2": "reply-refreshed", "E3": "ic-reply"},
    "reply_privately": {
        "E1": "reply-privately",
        "E2": "reply-privately-refreshed",
        "E3": "reply-privately-refreshed",
    },
    "message_info": {"E1": "info", "E2": "info-refreshed", "E3": "info-refreshed"},
    "copy": {"E1": "copy", "E2": "copy-refreshed", "E3": "ic-content-copy"},
    "save": {"E1": "download", "E2": "download-refreshed", "E3": "ic-download"},  # §12.14
    "forward": {"E1": "forward", "E2": "forward-refreshed", "E3": "ic-fast-forward"},
    "delete": {"E1": "delete", "E2": "delete-refreshed", "E3": "ic-delete"},
    # guesses
    "deleted": {"E1": "recalled", "E2": "recalled", "E3": "ic-block"},
    "contact": {"E1": "contact-card", "E2": "contact-card", "E3": "ic-person"},
    "logo": {"E1": "logo", "E2": "logo", "E3": "wa-wordmark-refreshed"},
    "reload": {"E1": "refresh-large", "E2": "refresh-large", "E3": "ic-sync"},
}
