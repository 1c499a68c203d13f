"""Replying (§10.9, §12.13): the menu of a message, and the quotation that stands armed over the box."""

from .part import Part, part

PARTS: dict[str, Part] = {
    # Made on hover, inside the bubble
    "menu_arrow": part(
        "div",
        {"role": "button", "tabindex": "0", "aria-label": "{message_options}", "aria-expanded": "false"},
        E1={"data-testid": "icon-down-context", "data-js-context-icon": "true"},
        E2={"data-js-context-icon": "true"},
        E3={"data-testid": "icon-down-context", "data-js-context-icon": "true"},
    ),
    "message_menu": part("div", {"role": "application"}, E3={"role": "menu"}),
    # Up to E2 the entries are items of a list (P23); the newest build makes buttons of them, without test ids
    "message_menu_item": part("li", {"role": "button", "tabindex": "0"}, E1={"data-testid": "{test_id}"}),
    "message_menu_button": part("button", {"type": "button", "role": "menuitem", "aria-label": "{label}"}),
    # The same mark of a quotation as in a bubble stands in it
    "reply_panel": part("div", E3={"data-testid": "popup_panel"}),
    "quoted_in_box": part("div", {"aria-label": "{quoted_message}"}, E3={"role": "button", "tabindex": "0"}),
    "reply_cancel": part(
        "div",
        {"role": "button", "tabindex": "0", "aria-label": "{cancel}"},  # up to E2 a guess
    ),
}
