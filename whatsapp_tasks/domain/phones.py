"""Phone numbers: read what people write, keep E.164, show it masked."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from whatsapp_tasks.errors import RequestRefused

_MAX_INPUT = 40
_MAX_RAW = 200
"""Characters before those are dropped that nobody sees."""
_MASK = "•"
# phonenumbers skips letters and control characters or reads them as dialpad keys; either is another number.
_WRITTEN = re.compile(r"\+[\d ().\-/\u2010-\u2015]+")
_MEXICO = 52
_OLD_MEXICAN_MOBILE = re.compile(r"1([1-9]\d{9})")


@lru_cache(maxsize=10_000)
def parse_phone(raw: str) -> str:
    """The number in E.164, like ``+4915112345678``; raises RequestRefused (``phone_invalid``).

    Asked is whether the number is *possible* (country code and length), not whether today's numbering plan
    knows the range: that data lags behind, and WhatsApp itself gives the last word at send time. What stands
    in a text unseen (direction marks, zero-width blanks) is dropped: address books put it around numbers.
    """
    text = (raw if raw.isascii() else _visible(raw)).strip() if len(raw) <= _MAX_RAW else ""
    if _is_plain(text):
        return text
    problem = "must be in international form with a leading +, for example +4915112345678"
    number = _read(text)
    if number is not None and not number.extension and phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise RequestRefused(
        "phone_invalid",
        f"The phone number {problem}.",
        errors=[{"field": "phone", "message": problem}],
    )


def _visible(text: str) -> str:
    """Without Unicode's format characters (Cf), and with blanks of all widths (Zs) as a usual one."""
    kinds = ((c, unicodedata.category(c)) for c in text)
    return "".join(" " if kind == "Zs" else c for c, kind in kinds if kind != "Cf")


def _read(text: str) -> phonenumbers.PhoneNumber | None:
    if len(text) > _MAX_INPUT or not _WRITTEN.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    # Until 2019 a 1 stood before Mexican mobiles; WhatsApp and address books write it still.
    old = _OLD_MEXICAN_MOBILE.fullmatch(str(number.national_number))
    if number.country_code == _MEXICO and old and not number.italian_leading_zero:
        number.national_number = int(old[1])
    return number


_PLAIN = re.compile(r"\+[1-9][0-9]{6,14}")


def _is_plain(text: str) -> bool:
    """Whether the library would certainly give ``text`` back as it is: digits alone, of a possible length, in
    which it finds no national prefix to take away. It looks at a tenth of what the library does.
    """
    if not _PLAIN.fullmatch(text):
        return False
    for digits_of_code in (1, 2, 3):
        plan = _plan(text[1 : 1 + digits_of_code])
        if plan is not None:
            prefix, lengths = plan
            national = text[1 + digits_of_code :]
            return len(national) in lengths and national[0] != "0" and not (prefix and prefix.match(national))
    return False


@lru_cache(maxsize=2000)
def _plan(code: str) -> tuple[re.Pattern[str] | None, frozenset[int]] | None:
    """Of a country: what begins with a national prefix, and how long a number without may be."""
    region = phonenumbers.region_code_for_country_code(int(code))
    if region == phonenumbers.phonenumberutil.UNKNOWN_REGION:
        return None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None, frozenset(metadata.general_desc.possible_length)


def mask_phone(phone: str) -> str:
    """``+4915112345678`` as ``+49•••••••••78``: country and two last digits, for logs and pages."""
    if len(phone) < 6:
        return _MASK * len(phone)
    try:
        keep = 1 + len(str(phonenumbers.parse(phone, None).country_code))
    except phonenumbers.NumberParseException:
        keep = 1
    return phone[:keep] + _MASK * (len(phone) - keep - 2) + phone[-2:]


def digits(text: str) -> str:
    """Only the ASCII digits, the form in which WhatsApp's URLs and chat titles are compared."""
    return "".join(c for c in text if c in "0123456789")


_NUMBER = re.compile(r"\+[0-9\s().\-/\u2010-\u2015]+")
_FEWEST_DIGITS = 7


def is_number(title: str) -> bool:
    """Whether a chat's title is a phone number and not a name.

    WhatsApp writes numbers in international form, with a ``+`` (whatsapp-web.md, 12.3). All else is chosen by
    people: a name of digits alone, and what stands behind a ``~``.
    """
    shown = _visible(title).strip()
    return _NUMBER.fullmatch(shown) is not None and len(digits(shown)) >= _FEWEST_DIGITS


def same_number(one: str, other: str) -> bool:
    """Whether both are one phone: Brazilian, Mexican and Argentine mobiles go with or without a digit."""
    return bool(digits(one)) and _short(digits(one)) == _short(digits(other))


def phone_in(title: str) -> str | None:
    """The phone that a chat's title is, in E.164; None where the title is a name."""
    text = _visible(title).strip()
    if not is_number(text):
        return None
    try:
        return parse_phone(text)
    except RequestRefused:
        return None


def one_form_of(phone: str) -> str:
    """The same for all forms of one phone (E.164): by it messages are known to be to one recipient."""
    return phone[:1] + _short(phone[1:])


def forms_of(phone: str) -> tuple[str, ...]:
    """``phone`` (E.164) first, and for Brazilian, Mexican and Argentine mobiles its form with or without the
    digit: WhatsApp shows either, and who is written to may stand under the other one.
    """
    short = _short(phone[1:])
    forms = {f"+{short}"}
    for mobile, digit in _ADDED_DIGIT:
        found = mobile.fullmatch(short)
        if found:
            forms.add(f"+{found[1]}{digit}{found[2]}")
    return (phone, *sorted(forms - {phone}))


# Countries that put a digit before mobiles, which old accounts are without. In Brazil those begin with 6 to
# 9: what begins otherwise without the digit is a landline, and somebody else's. In the other two countries no
# number of a landline is a mobile's as well.
_ADDED_DIGIT = (
    (re.compile(r"(55\d\d)([6-9]\d{7})"), "9"),
    (re.compile(r"(52)([1-9]\d{9})"), "1"),
    (re.compile(r"(54)([1-9]\d{9})"), "9"),
)
_WITH_DIGIT = re.compile(r"(55\d\d)9([6-9]\d{7})|(52)1([1-9]\d{9})|(54)9([1-9]\d{9})")


def _short(number: str) -> str:
    """Without the digit."""
    found = _WITH_DIGIT.fullmatch(number)
    return "".join(part for part in found.groups() if part) if found else number
