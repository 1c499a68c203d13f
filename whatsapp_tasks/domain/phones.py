"""Phone numbers: read what people write, keep E.164, show it masked."""

import re
from functools import lru_cache

import phonenumbers

from whatsapp_tasks.errors import RequestRefused

_MAX_INPUT = 40
_MASK = "•"
# phonenumbers skips letters and control characters or reads them as dialpad keys; either is another number.
_WRITTEN = re.compile(r"\+[\d ().\-/\u00a0\u2010-\u2015]+")


@lru_cache(maxsize=10_000)
def parse_phone(raw: str) -> str:
    """The number in E.164, like ``+4915112345678``; raises RequestRefused (``phone_invalid``).

    Asked is whether the number is *possible* (country code and length), not whether today's numbering plan
    knows the range: that data lags behind, and WhatsApp itself gives the last word at send time.
    """
    text = raw.strip()
    if _is_plain(text):
        return text
    problem = "must be in international form with a leading +, for example +4915112345678"
    if len(text) <= _MAX_INPUT and _WRITTEN.fullmatch(text):
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            number = None
        if number is not None and not number.extension and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise RequestRefused(
        "phone_invalid",
        f"The phone number {problem}.",
        errors=[{"field": "phone", "message": problem}],
    )


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
_DIRECTION_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Countries that put a digit before mobile numbers which old accounts are without: WhatsApp shows either form.
_MOBILE_DIGIT = re.compile(r"^(?:(55\d\d)9(\d{8})|(52)1(\d{10})|(54)9(\d{10}))$")


def is_number(title: str) -> bool:
    """Whether a chat's title is a phone number and not a name.

    WhatsApp writes numbers in international form, with a ``+`` (whatsapp-web.md, 12.3). All else is chosen by
    people: a name of digits alone, and what stands behind a ``~``.
    """
    bare = _DIRECTION_MARKS.sub("", title).strip()
    return _NUMBER.fullmatch(bare) is not None and len(digits(bare)) >= _FEWEST_DIGITS


def same_number(one: str, other: str) -> bool:
    """Whether both are one phone: Brazilian, Mexican and Argentine mobiles go with or without a digit."""
    return bool(digits(one)) and _plain(digits(one)) == _plain(digits(other))


def phone_in(title: str) -> str | None:
    """The phone that a chat's title is, in E.164; None where the title is a name."""
    text = _DIRECTION_MARKS.sub("", title).strip()
    if not is_number(text):
        return None
    try:
        return parse_phone(text)
    except RequestRefused:
        return None


def forms_of(phone: str) -> tuple[str, ...]:
    """``phone`` (E.164) and, for Brazilian, Mexican and Argentine mobiles, its form with or without the
    digit: WhatsApp shows either, and who is written to may stand under the other one.
    """
    number = digits(phone)
    plain = _plain(number)
    forms = {number, plain}
    for country, added in _ADDED_DIGIT:
        found = country.fullmatch(plain)
        if found:
            forms.add(f"{found[1]}{added}{found[2]}")
    return (phone, *sorted(f"+{form}" for form in forms - {number}))


# Landlines, which have no such form, begin with other digits only in Brazil.
_ADDED_DIGIT = (
    (re.compile(r"(55\d\d)([6-9]\d{7})"), "9"),
    (re.compile(r"(52)([1-9]\d{9})"), "1"),
    (re.compile(r"(54)([1-9]\d{9})"), "9"),
)


def _plain(number: str) -> str:
    found = _MOBILE_DIGIT.match(number)
    return "".join(part for part in found.groups() if part) if found else number
