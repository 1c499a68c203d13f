"""What a mutation may change: parts, texts and icons that are seen while a message is sent and received."""

from collections.abc import Mapping

PARTS_SEEN = (
    *("wrapper", "loading_screen", "loading_progress", "loading_text"),
    *("landing", "landing_window", "landing_main", "landing_header", "landing_title", "landing_steps"),
    *("landing_stay", "qr", "qr_canvas", "pairing_hint"),
    *("main_screen", "side", "side_header", "side_title", "new_chat", "search_box", "search", "filters"),
    *("filter_all", "filter_unread", "pane_side", "chat_list", "chat_row", "chat_cell", "chat_title_frame"),
    *("chat_title", "chat_detail", "chat_secondary", "chat_status", "chat_preview", "unread_badge", "intro"),
    *("backdrop", "dialog", "popup", "popup_body", "popup_title", "popup_text", "popup_buttons"),
    *("popup_cancel", "popup_ok", "conversation", "header", "header_info", "header_title"),
    *("header_subtitle", "panel", "messages", "message_row", "message", "direction", "bubble"),
    *("bubble_inner", "speaker", "copyable", "text", "read_more", "time_spacer", "meta", "meta_time"),
    *("system_message", "footer", "editor", "compose", "placeholder", "attach", "send", "voice"),
)
"""What is on the page while it is linked, sends and receives: a change elsewhere would try nothing out."""

TEXTS_SEEN = (
    *("encrypted", "connecting", "loading_chats", "downloading", "organizing", "landing_title", "step_1"),
    *("scan_me", "pairing_hint", "stay_logged_in", "chats", "chat_list", "new_chat", "search_placeholder"),
    *("all", "unread", "unread_one", "unread_many", "starting_chat", "cancel", "type_a_message"),
    *("type_a_message_to", "send", "voice_message", "attach", "menu", "you_speak", "pending", "sent"),
    *("delivered", "read", "contact_info", "today", "disappearing_notice", "intro_title"),
)

ICONS_SEEN = (
    *("send", "voice", "pending", "sent", "delivered", "read", "row_pending", "row_sent", "row_delivered"),
    *("row_read", "attach", "new_chat", "search", "menu", "emoji", "person", "logo"),
)

REMOVABLE = (
    *("landing_window", "landing_main", "landing_header", "search_box", "filters", "chat_title_frame"),
    *("header_info", "bubble_inner", "copyable", "editor"),
)
"""Wrappers whose children can stand without them."""

MOVABLE = (
    "data-testid",
    "title",
    "aria-label",
    "data-tab",
    "data-id",
    "data-ref",
    "data-pre-plain-text",
    "id",
)
"""Attributes that nothing of the page's own behaviour hangs on."""

FILLED_LATER = frozenset(
    {"chat_list", "messages", "panel", "pane_side", "footer", "popup_body", "compose", "qr"}
)
"""Their children come after they are made, or from someone else: an attribute moves outwards only."""

NOT_WRAPPED = frozenset({"wrapper", "main_screen", "conversation", "message_row", "chat_row", "backdrop"})
"""Put in their place by hand, not as somebody's child."""

OTHER_TAGS = {
    "div": ("section", "article", "p"),
    "span": ("div", "bdi"),
    "button": ("div",),
    "header": ("div",),
    "footer": ("div",),
    "h1": ("h2", "div"),
    "ol": ("ul", "div"),
}

LISTS: Mapping[str, Mapping[str, str | None]] = {
    "chats": {"chat_list": "list", "chat_row": "listitem", "chat_cell": None},
    "chats as options": {"chat_list": "listbox", "chat_row": "option", "chat_cell": None},
    "chats as a grid": {"chat_list": "grid", "chat_row": "row", "chat_cell": "gridcell"},
    "messages": {"messages": "log", "message_row": "listitem"},
    "messages without roles": {"messages": None, "message_row": None},
}
"""Roles of the lists, None for no role."""
