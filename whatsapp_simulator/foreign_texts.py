"""Pages in languages the service was not written for: what a source attests, and invented words for the rest.

An invented text has the look of its language (script, length, punctuation) and means nothing, so that nobody
can decide anything by it. `{name}` and figures are kept.
"""

import re
from random import Random


class Invented(str):
    """A text of no language: made from the English one."""


ATTESTED: dict[str, dict[str, str]] = {
    # §2.1, §4.2, §1.3, §1.4, §2.2, §6; [C] where the section says so
    "fr": {
        "invalid_url": "Le numéro de téléphone partagé via URL n'est pas valide.",
        "invalid_number": "Le numéro {number} n'est pas sur WhatsApp.",
    },
    "it": {
        "chat_list": "Lista delle chat",
        "section_chats": "Chat",
        "all": "Tutte",
        "unread": "Da leggere",
        "unread_many": "{count} messaggi non letti",
        "invalid_url": "Il numero di telefono condiviso tramite url non è valido.",
        "type_a_message": "Digita un messaggio",
        "type_a_message_to": "Digita un messaggio per {chat}",
        "you_speak": "Tu:",
        "you": "Tu",
        "pending": " In attesa ",
        "delivered": " Consegnato ",
        "read": " Letto ",
    },
    "id": {
        "chat_list": "Daftar chat",
        "pairing_hint": "Masuk dengan nomor telepon",
        "invalid_url": "Nomor telepon yang dibagikan melalui url tidak valid.",
        "invalid_number": "Nomor {number} tidak ada di WhatsApp.",
        "unread_marked": "Belum dibaca",
    },
    "ru": {
        "new_chat": "Новый чат",
        "back": "Назад",
        "search_title": "Текстовое поле поиска",
        "type_a_message": "Введите сообщение",
        "send": "Отправить",
    },
    "ar": {"send": "إرسال", "unread_one": "رسالة 1 غير مقروءة", "unread_many": "رسالة {count} غير مقروءة"},
    "de": {},
    "tr": {},
    "hi": {},
    "zh": {},
}

SAME_EVERYWHERE = frozenset({"scan_me", "ok", "own_title"})
"""Hard-coded in the page, or no word."""

_SYLLABLES = {
    "fr": "mé ra lou vien é tre nou dé cha ri quai sol",
    "it": "ve ra zio ne lo chi gna pre sta mi do quo",
    "id": "meng ka ba ran tu ngi pel sa dap lu ki nya",
    "de": "ver lu schen ba ge rüm tal wei ko nig sprö the",
    "ru": "вле зор ны му ка ште рип до лья ге сто ва",
    "ar": "سا بو ري نط قل مو دا فح كي عم شن لت",
    "tr": "kü rü lma şo ğe tir vu cı sel bö na yal",
    "hi": "का रे मो नी टा सू पो दि वे गा लु शी",
    "zh": "岚 沐 泽 梧 澄 砚 舟 栖 霖 屿 珩 漪",
}

LANGUAGES = tuple(_SYLLABLES)

_WORD = re.compile(r"\{\w+\}|[^\W\d_]+(?:['’][^\W\d_]+)*")
_KEPT = frozenset({"WhatsApp", "Web", "QR", "Chrome"})


def invented(english: str, lang: str) -> Invented:
    """The English text in words of no language; the same word always gives the same."""
    glue = "" if lang == "zh" else " "
    text = _WORD.sub(lambda match: _word(match[0], lang), english)
    return Invented(text if glue else text.replace(" ", ""))


def _word(word: str, lang: str) -> str:
    if word in _KEPT or word.startswith("{"):
        return word
    random = Random(f"{lang}:{word.lower()}")
    syllables = random.choices(_SYLLABLES[lang].split(), k=max(1, round(len(word) / 2.5)))
    made = "".join(syllables)
    return made.capitalize() if word[0].isupper() else made


def foreign(key: str, english: str, lang: str) -> str:
    """A text of the page in a foreign language."""
    if key in SAME_EVERYWHERE:
        return english
    return ATTESTED[lang].get(key) or invented(english, lang)
