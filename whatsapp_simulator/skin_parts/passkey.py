"""The screen that asks for a passkey (§10.1)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    "passkey": part("div", **testid("shortcake_passkey_screen")),
    "passkey_prompt": part("div", **testid("shortcake_passkey_prompt_card")),
    "passkey_continue": part("button", {"type": "button"}, **testid("shortcake_passkey_continue_button")),
    "passkey_error": part("span", {"role": "alert"}),
    "passkey_spinner": part("div", {"role": "progressbar"}),  # guess
    "passkey_waiting": part("div", **testid("shortcake_waiting_for_phone_card")),
    "passkey_matching": part("div", **testid("shortcake_code_matching_card")),
    "passkey_code": part(
        "div",
        {"role": "status", "aria-label": "{spelled}"},
        **testid("shortcake_verification_code_display"),
    ),
    "passkey_confirm": part("button", {"type": "button"}, **testid("shortcake_code_confirm_button")),
    "passkey_cancel": part("button", {"type": "button"}, **testid("shortcake_cancel_button")),
}
