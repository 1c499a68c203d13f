"""The page of a browser that is not linked: QR code and pairing code (§1.3)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    # §1.3
    "landing": part("div", {"class": "landing-wrapper"}, E3={"class": None}),
    "landing_window": part("div", {"class": "landing-window"}, E3={"class": None}),
    "landing_main": part("div", {"class": "landing-main"}, E3={"class": None}),
    "landing_header": part("div", {"class": "landing-header"}, E3={"class": None}),
    "landing_title": part("div", {"class": "landing-title"}, E3={"class": None}),
    "landing_steps": part("ol", E3={"id": "link-device-instructions-list"}),
    "landing_stay": part("input", {"type": "checkbox", "checked": ""}, E3={"id": "auto-logout-toggle"}),
    "qr": part(
        "div",
        {"data-ref": "{ref}"},
        E1={"data-testid": "qrcode"},
        E3={"data-testid": "link-device-qr-code"},
    ),
    "qr_canvas": part("canvas", {"role": "img", "aria-label": "{scan_me}", "width": "264", "height": "264"}),
    "qr_spinner": part("div", {"role": "progressbar"}),  # guess
    "qr_reload": part(
        "button", {"type": "button"}, E3={"data-testid": "link_device_qr_expired_refresh_button"}
    ),
    "pairing_hint": part(
        "div", {"role": "button", "tabindex": "0"}, **testid("link-device-qrcode-alt-linking-hint")
    ),
    "pairing_entry": part("div", **testid("link-device-phone-number-entry-screen")),
    "pairing_country": part(
        "button", {"type": "button"}, **testid("link-device-phone-number-country-selector")
    ),
    "pairing_input": part("input", {"type": "text", "aria-label": "{pairing_type_number}"}),
    "pairing_next": part(
        "button", {"type": "button"}, **testid("link-device-phone-number-entry-next-button")
    ),
    "pairing_error": part("div", {"role": "alert"}),  # guess
    "pairing_code_view": part("div", **testid("link-device-phone-number-code-view")),
    "pairing_code": part(
        "div",
        {
            "data-link-code": "{code}",
            "aria-details": "link-device-phone-number-code-screen-instructions",
        },
        **testid("link-with-phone-number-code-cells"),
    ),
    "pairing_cell": part("span"),
    "pairing_instructions": part("ol", {"id": "link-device-phone-number-code-screen-instructions"}),
    "pairing_new_code": part("button", {"type": "button"}),
}
