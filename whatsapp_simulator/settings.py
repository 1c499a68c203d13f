"""Settings of the simulation, changed at run time through `PATCH /settings`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Era = Literal["E1", "E2", "E3"]
Lang = Literal["en", "pt", "es", "fr", "it", "id", "de", "ru", "ar", "tr", "hi", "zh"]


class Settings(BaseModel):
    """All durations are milliseconds unless the name says otherwise; `null` means never."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    era: Era = Field("E3", description="skin: E1 to Aug 2023, E2 to Mar 2026, E3 since (spec, Eras)")
    lang: Lang = Field(
        "en", description="language of the page; but for en, pt and es most words are invented"
    )
    lang_by_cookie: bool = Field(
        False,
        description="true: the cookie wa_web_lang_pref, else Accept-Language decide, `lang` only where "
        "neither does, and the page keeps its preference (§11.5)",
    )
    phone_lang: Lang | None = Field(
        None, description="language of the phone: with lang_by_cookie it wins after a sync, at the next load"
    )
    lang_reload_ms: int = Field(
        5000, ge=0, description="a page in another language than it prefers reloads once after this (§11.5)"
    )
    speed: float = Field(
        1.0,
        gt=0,
        le=100_000,
        description="divides QR rotation (60 s + 5x20 s) and pairing-code validity (180 s)",
    )
    boot_ms: int = Field(150, ge=0, description="loading screen of a linked device, at least")
    sync_ms: int = Field(300, ge=0, description="sync screens right after linking, at least")
    query_ms: int = Field(40, ge=0, description='how long "is this number on WhatsApp" takes')
    popup_delay_ms: int = Field(250, ge=0, description='"Starting chat" appears after this (§2)')
    popup_min_ms: int = Field(
        500, ge=0, description='"Starting chat" once shown stays at least this long (§2)'
    )
    sent_ms: int = Field(120, ge=0, description="from Enter until the page transmits and gets one tick")
    preview_ms: int = Field(30, ge=0, description="how long a chosen file is prepared, at least (a guess)")
    upload_ms: int = Field(60, ge=0, description="how long an upload takes besides its bytes")
    upload_kb_per_s: int | None = Field(
        None,
        ge=1,
        description="how many kilobytes of a file are uploaded in a second; null = as fast as they go",
    )
    media_limit_mb: int = Field(
        16, ge=1, le=64, description="largest picture, video and audio, in MiB; documents: 2,000 (§12.1, 8)"
    )
    delivered_ms: int | None = Field(300, ge=0, description="from sent to delivered")
    read_ms: int | None = Field(1500, ge=0, description="from delivered to read")
    send_icon: Literal["auto", "send", "wds-ic-send-filled"] = Field(
        "auto", description="icon of the send button; auto = by era (§2.3; the change came in June 2025)"
    )
    invalid_text: Literal["auto", "url", "number"] = Field(
        "auto", description="wording of the error popup; auto = url in E1 and E2, number in E3 (§2.1)"
    )
    popup_label_on: Literal["dialog", "popup"] = Field(
        "dialog", description="which element of a popup carries the aria-label (§2.1: flag-dependent)"
    )
    formatting: bool = Field(
        True, description="bubbles show *bold*, _italic_, ~struck~, ```code``` without their marks, and links"
    )
    enter_is_send: bool = Field(
        True, description="false: Enter breaks the line, ctrl, alt, shift or meta with it sends (§12.1, 9)"
    )
    emoticons: bool = Field(True, description="emoticons become emoji while typing (§12.5; not in E1)")
    paste_ms: int = Field(10, ge=0, description="how long after a paste its text stands in the box (a guess)")
    login_at_once: bool = Field(
        False,
        description="a page without its keys counts as the device linked last: a browser writes what a page "
        "stores to disk only after seconds, and a kill within them is a logout",
    )
    loss_sign_ms: int = Field(
        18_000,
        ge=0,
        description="a lost socket shows nothing for so long while GET status.json answers (§11.2)",
    )
    page_size: int = Field(30, ge=1, description="messages loaded per page of a chat's history")
    unknown_prefix: str = Field(
        "",
        pattern=r"^\d{0,15}$",
        description="numbers that begin with these digits are not on WhatsApp; empty: only the magic one",
    )
    own_phone: str = Field("12025550199", pattern=r"^\d{5,15}$", description="the linked account, digits")
    own_name: str = Field("Simulated Account", description="profile name, used in data-pre-plain-text")


LOOK = (
    *("era", "lang", "lang_by_cookie", "phone_lang", "send_icon", "invalid_text", "popup_label_on"),
    *("own_phone", "own_name"),
)
"""Settings that a page shows only after a reload."""


class SettingsInForce:
    """Those of the start until they are changed; who needs them asks each time."""

    def __init__(self, first: Settings) -> None:
        self.first = first
        """What a reset goes back to."""
        self.now = first

    def change(self, new: Settings) -> bool:
        """Returns whether pages look different now."""
        old, self.now = self.now, new
        return any(getattr(old, name) != getattr(new, name) for name in LOOK)
