"""The box at the foot of a chat (§2.2), and what replaces it (§10.5)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    # §2.2, §2.3
    "footer": part("footer", E3={"data-testid": "compose-box"}),
    # §10.5, §11.6
    "notice": part("div", E3={"data-testid": "block-message"}),
    "timelock_bar": part("div", E3={"data-testid": "reachout-timelock-compose-bar"}),
    "editor": part("div", {"class": "lexical-rich-text-input"}),
    "compose": part(
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
    "placeholder": part("div", {"aria-hidden": "true"}),
    "edit_box": part("div", {"contenteditable": "true", "role": "textbox", "aria-label": "{edit_message}"}),
    "attach": part(
        "button",
        {"type": "button", "aria-label": "{attach}", "title": "{attach}", "data-tab": "10"},
        E1={"data-testid": "conversation-clip"},
    ),
    "send": part(
        "button", {"type": "button", "aria-label": "{send}", "data-tab": "11"}, **testid("compose-btn-send")
    ),
    "voice": part("button", {"type": "button", "aria-label": "{voice_message}", "data-tab": "11"}),
    "locked_box": part("div"),
    "locked_details": part("button", {"type": "button"}),
}
