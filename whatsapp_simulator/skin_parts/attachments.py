"""The menu of attachments and the preview of a file (§5, §10.8, §12.6)."""

from .part import Part, part, testid

PARTS: dict[str, Part] = {
    "attach_menu": part("ul", {"role": "menu"}, E1={"role": None}),
    "attach_item": part(
        "li",
        {"tabindex": "0"},
        E1={"data-testid": "mi-attach-{test_id}"},
        E2={},
        E3={"data-testid": "mi-attach-{test_id}", "role": "menuitem"},
    ),
    "file_input": part(
        "input", {"type": "file", "accept": "{accept}", "multiple": "", "style": "display: none;"}
    ),
    "sticker_input": part("input", {"type": "file", "accept": "image/*", "style": "display: none;"}),
    # The preview: no dialog, and outside #main and footer (§10.8)
    "media_drawer": part("div"),
    "preview_header": part("div"),
    "preview_close": part("div", {"role": "button", "aria-label": "{close}", "tabindex": "0"}),
    "preview_name": part("span"),
    "preview_body": part("div", {"data-animate-attach-media": "true"}),
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
        E3={
            "aria-placeholder": "{caption_label}",
            "aria-label": "{caption_label}",
            "data-tab": "undefined",
            "aria-owns": "emoji-suggestion",
        },
    ),
    "caption_clear": part("button", {"type": "button"}),
    "media_send": part(
        "div",
        {"role": "button", "aria-label": "{send}", "tabindex": "0"},
        E3={"aria-label": "{send_selected}"},
    ),
    "media_count": part("div"),
    "preparing": part("div"),
}
