"""Which language a page is in (§11.5): the setting, or what the browser keeps and asks for."""

from typing import get_args

from .settings import Lang, Settings
from .skin_texts import texts

COOKIE = "wa_web_lang_pref"
"""Like `en_US`, set by the page and by anyone who pins its language."""

RIGHT_TO_LEFT = frozenset({"ar"})

KNOWN = frozenset(get_args(Lang))


def base(tag: str) -> str:
    """`pt` of `pt_BR` or `pt-BR;q=0.9`."""
    return tag.strip().replace("-", "_").partition(";")[0].partition("_")[0].lower()


_REGIONS = {"en": "US", "pt": "BR", "es": "LA", "zh": "CN", "hi": "IN"}


def tag(lang: str) -> str:
    """As WhatsApp writes it: `en_US`, `de_DE`."""
    return f"{lang}_{_REGIONS.get(lang, lang.upper())}"


def phone_banner(settings: Settings) -> dict[str, str] | None:
    """The banner "Language out of sync", in the phone's language (§11.2)."""
    lang = settings.phone_lang
    if lang is None:
        return None
    words = texts(settings.era, lang)
    return {
        "title": words["language_title"],
        "text": words["language_text"],
        "action": words["language_action"],
        "dir": direction(lang),
    }


def direction(lang: str) -> str:
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"


def localized(settings: Settings, cookie: str | None, accepted: str) -> Settings:
    """The settings of this page: its language by cookie, else by Accept-Language, else the setting's own."""
    if not settings.lang_by_cookie:
        return settings
    asked = [cookie or "", *accepted.split(",")]
    for tag in asked:
        if base(tag) in KNOWN:
            return settings.model_copy(update={"lang": base(tag)})
    return settings
