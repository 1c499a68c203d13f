"""The menu and the drawer of attachments (§5)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    # §5
    "attach_menu": part("ul", {"role": "menu"}, E1={"role": None}),
    "attach_item": part(
        "li",
        {"tabindex": "0"},
        E1={"data-testid": "mi-attach-{kind}"},
        E2={},
        E3={"data-testid": "mi-attach-{kind}", "role": "menuitem"},
    ),
    "file_input": part(
        "input", {"type": "file", "accept": "{accept}", "multiple": "", "style": "display: none;"}
    ),
    "sticker_input": part("input", {"type": "file", "accept": "image/*", "style": "display: none;"}),
    "media_drawer": part("div"),
    "media_canvas": part("div", **testid("media-editor-canvas")),
    "caption_frame": part("div", **testid("media-caption-input-container")),
    "caption": part(
        "div",
        {
            "contenteditable": "true",
            "role": "textbox",
            "aria-placeholder": "{add_a_caption}",
            "aria-label": "{add_a_caption}",
            "data-tab": "10",  # §5: varies
        },
    ),
    "media_send": part("div", {"role": "button", "aria-label": "{send}", "tabindex": "0"}),
}
