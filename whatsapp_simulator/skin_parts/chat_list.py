"""The main screen: the column of chats, its search and filters (§1.4)."""

from .part import Part, part, testid


def _chat_cell(test_id: str) -> Part:
    """What a row of the chat list holds: ours with ourselves has a test id of its own."""
    return part("div", {"role": "gridcell", "tabindex": "-1"}, E2={"class": "_ak72 _ak73"}, **testid(test_id))


PARTS: dict[str, Part] = {
    # §1.4
    "main_screen": part("div", {"class": "two"}, E3={"data-testid": "wa-web-main-screen", "class": None}),
    "side": part("div", {"id": "side"}),
    "side_header": part(
        "header", E1={"data-testid": "chatlist-header"}, E3={"data-testid": "chatlist-header"}
    ),
    "side_title": part("h1"),
    "new_chat": part(
        "button",
        {"aria-label": "{new_chat}", "title": "{new_chat}", "data-tab": "2", "tabindex": "0"},
        E1={"data-testid": "menu-bar-chat"},  # guess
    ),
    "new_chat_drawer": part("span"),  # guess
    "back": part("button", {"type": "button", "aria-label": "{back}"}),
    "search_box": part("div"),
    "search": part(
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
    "filters": part("div", {"role": "tablist"}, E2={"role": None, "aria-label": "chat-list-filters"}),
    "filter_all": part(
        "button",
        {"role": "tab", "id": "all-filter", "aria-selected": "true"},
        E2={"role": None, "id": None, "aria-selected": None, "aria-pressed": "true"},
    ),
    "filter_unread": part(
        "button",
        {"role": "tab", "id": "unread-filter", "aria-selected": "false"},
        E2={"role": None, "id": None, "aria-selected": None, "aria-pressed": "false"},
    ),
    "pane_side": part("div", {"id": "pane-side"}),
    "chat_list": part(
        "div",
        {
            "role": "grid",
            "aria-label": "{chat_list}",
            "aria-rowcount": "{count}",
            "data-tab": "4",
            "tabindex": "0",
        },
        **testid("chat-list"),
    ),
    "chat_row": part(
        "div", {"role": "listitem"}, E2={"role": "row"}, E3={"role": "row", "data-testid": "list-item-{n}"}
    ),
    "chat_section": part("div", {"role": "row"}),
    "chat_cell": _chat_cell("cell-frame-container"),
    "own_chat_cell": _chat_cell("message-yourself-row"),
    "chat_title_frame": part("div", E2={"class": "_ak8q"}, **testid("cell-frame-title")),
    "chat_title": part("span", {"dir": "auto", "title": "{title}"}),
    "chat_detail": part("div", E2={"class": "_ak8i"}, **testid("cell-frame-primary-detail")),  # class: guess
    "chat_secondary": part("div", E2={"class": "_ak8k"}, **testid("cell-frame-secondary")),
    "chat_status": part("span", **testid("last-msg-status")),
    # §10.4, issue 11 row 8: the outer title holds everything, author included
    "chat_preview_whole": part("span", {}),
    "chat_symbol": part("span", **testid("chat-msg-symbol")),
    # up to Dec 2024 with an empty label, as if it were a badge
    "chat_preview": part("span", {"dir": "ltr"}, E2={"aria-label": ""}),
    "unread_badge": part("span", {"aria-label": "{unread_label}"}, **testid("icon-unread-count")),
    "intro": part("div", E1={"data-testid": "intro-title"}),
}
