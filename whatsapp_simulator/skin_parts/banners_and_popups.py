"""Banners (§1.5) and popups (§2.1)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    # §1.5
    "butterbar": part("div", {"role": "button", "tabindex": "0"}),
    "banner_action": part("button", {"type": "button"}),
    "butterbar_title": part("div"),
    "butterbar_text": part("span"),
    "butterbar_close": part("button", {"type": "button", "aria-label": "{close}"}),
    # §2.1
    "popup_keys": part("div", E3={"data-testid": "confirm-popup"}),
    "news_continue": part("button", {"type": "button"}, E3={"data-testid": "whats_new_continue_button"}),
    "backdrop": part("div", {"data-animate-modal-backdrop": "true"}),
    "dialog": part("div", {"role": "dialog", "aria-modal": "true"}),
    "popup": part("div", {"data-animate-modal-popup": "true"}, **testid("confirm-popup")),
    "popup_body": part("div", {"data-animate-modal-body": "true"}),
    "popup_title": part("h1", **testid("popup-title")),
    "popup_text": part("div", {"class": "x12lqup9 x1o1kx08"}, **testid("popup-contents")),
    "popup_buttons": part("div"),
    "popup_cancel": part("button", {"type": "button"}, **testid("popup-controls-cancel")),
    "popup_ok": part("button", {"type": "button"}, **testid("popup-controls-ok")),
    "modal_close": part("button", {"type": "button", "aria-label": "{close}"}),
}
