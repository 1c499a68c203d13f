"""Keys and text as events of the DevTools protocol (domain Input), for a US keyboard."""

from collections.abc import Iterator

from whatsapp_tasks.browser.page import JSON, Stroke

Event = tuple[str, dict[str, JSON]]

ALT, CONTROL, META, SHIFT = 1, 2, 4, 8
MODIFIERS = {"Alt": ALT, "Control": CONTROL, "Meta": META, "Shift": SHIFT}

NAMED_KEYS = {  # DOM key: Windows virtual key code; the DOM code has the same name
    "Backspace": 8,
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Delete": 46,
}
_TEXT_OF_KEY = {"Enter": "\r"}
_PUNCTUATION = {  # unshifted, shifted: code, virtual key code
    "`~": ("Backquote", 192),
    "-_": ("Minus", 189),
    "=+": ("Equal", 187),
    "[{": ("BracketLeft", 219),
    "]}": ("BracketRight", 221),
    "\\|": ("Backslash", 220),
    ";:": ("Semicolon", 186),
    "'\"": ("Quote", 222),
    ",<": ("Comma", 188),
    ".>": ("Period", 190),
    "/?": ("Slash", 191),
    "  ": ("Space", 32),
}
_SHIFTED_DIGITS = ")!@#$%^&*("
_KEYS: dict[str, tuple[str, int, bool]] = {}
"""Character: code, virtual key code, whether Shift is held."""
for _number, _symbol in enumerate(_SHIFTED_DIGITS):
    _KEYS[_symbol] = (f"Digit{_number}", 48 + _number, True)
    _KEYS[str(_number)] = (f"Digit{_number}", 48 + _number, False)
for _pair, (_code, _virtual) in _PUNCTUATION.items():
    _KEYS[_pair[1]] = (_code, _virtual, True)
    _KEYS[_pair[0]] = (_code, _virtual, False)
for _letter in "abcdefghijklmnopqrstuvwxyz":
    _KEYS[_letter.upper()] = (f"Key{_letter.upper()}", ord(_letter.upper()), True)
    _KEYS[_letter] = (f"Key{_letter.upper()}", ord(_letter.upper()), False)


def events_of_stroke(stroke: Stroke) -> Iterator[Event]:
    """The events that enter one stroke into the focused box.

    Raises ValueError for a `key` stroke that is not one printable ASCII character, and for a `paste`.
    """
    if stroke.kind == "paste":
        raise ValueError("A paste is not a keyboard event")
    if stroke.kind == "insert":
        yield "Input.insertText", {"text": stroke.text}
    elif stroke.kind == "newline":
        yield from _with_shift(events_of_key("Enter", SHIFT))
    else:
        if stroke.text not in _KEYS:
            raise ValueError("A key stroke is one printable ASCII character")
        shift = _KEYS[stroke.text][2]
        press = events_of_key(stroke.text, SHIFT if shift else 0)
        yield from _with_shift(press) if shift else press


def events_of_key(key: str, modifiers: int = 0) -> Iterator[Event]:
    """Key down, the character it makes (if any), key up. `key` may begin with modifiers: `Control+A`.

    Raises ValueError for an unknown key.
    """
    *held, name = key.split("+") if len(key) > 1 else [key]
    for modifier in held:
        if modifier not in MODIFIERS:
            raise ValueError(f"Unknown modifier {modifier}")
        modifiers |= MODIFIERS[modifier]
    if name in NAMED_KEYS:
        code, virtual, text = name, NAMED_KEYS[name], _TEXT_OF_KEY.get(name)
    elif name in _KEYS:
        code, virtual, _ = _KEYS[name]
        if modifiers & ~SHIFT:  # a command, not a character: Control+A names the key, whatever its case
            name = name.lower()
        text = name
    else:
        raise ValueError(f"Unknown key {name}")
    event: dict[str, JSON] = {
        "key": name,
        "code": code,
        "windowsVirtualKeyCode": virtual,
        "nativeVirtualKeyCode": virtual,
        "modifiers": modifiers,
    }
    if text is None or modifiers & ~SHIFT:
        yield "Input.dispatchKeyEvent", {"type": "rawKeyDown", **event}
    else:  # keydown, keypress, beforeinput, input: the order of a real keyboard
        yield "Input.dispatchKeyEvent", {"type": "keyDown", "text": text, "unmodifiedText": text, **event}
    yield "Input.dispatchKeyEvent", {"type": "keyUp", **event}


def _with_shift(events: Iterator[Event]) -> Iterator[Event]:
    shift: dict[str, JSON] = {
        "key": "Shift",
        "code": "ShiftLeft",
        "windowsVirtualKeyCode": 16,
        "nativeVirtualKeyCode": 16,
        "location": 1,
    }
    yield "Input.dispatchKeyEvent", {"type": "rawKeyDown", "modifiers": SHIFT, **shift}
    yield from events
    yield "Input.dispatchKeyEvent", {"type": "keyUp", "modifiers": 0, **shift}
