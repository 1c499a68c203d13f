"""Phone numbers: parsed from any usual form, stored as E.164, shown masked."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from whatsapp_tasks.errors import RequestRefused

_MAX_INPUT = 40
_MAX_RAW = 200
"""Characters, including invisible ones."""
_FEWEST_DIGITS = 7
"""With the country code. Shorter ones are services of a country (+49 110), or no numbers at all."""
_MASK = "•"
# phonenumbers skips letters and control characters or reads them as dialpad keys; both give another number.
_WRITTEN = re.compile(r"\+[\d ().\-/\u2010-\u2015]+")
# "+49 30 123456/57" names two numbers, 12345 6 and 12345 7. The library reads one, which is somebody else's.
_ANOTHER_ENDING = re.compile(r"/(?:\D*\d){1,3}\D*")
# A number that a program took for a quantity: "+4915112345678.0" would be read with one more digit.
_QUANTITY = re.compile(r"\+\d+\.\d{1,2}")
_MEXICO = 52
_OLD_MEXICAN_MOBILE = re.compile(r"1([1-9]\d{9})")


@lru_cache(maxsize=10_000)
def parse_phone(raw: str) -> str:
    """The number in E.164, like ``+4915112345678``; raises RequestRefused (``phone_invalid``).

    The number must be *possible* (country code and length) for callers from abroad. It need not be in today's
    numbering plan, because that data is never up to date, and WhatsApp itself decides at send time. Invisible
    characters (direction marks, zero-width spaces) are dropped: address books put them around numbers.
    """
    text = (raw if raw.isascii() else _visible(raw)).strip() if len(raw) <= _MAX_RAW else ""
    if _is_plain(text):
        return text
    number = _read(text)
    problem = _FORM if number is None else _why_not(number)
    if number is None or problem is not None:
        raise RequestRefused(
            "phone_invalid",
            f"The phone number {problem}.",
            errors=[{"field": "phone", "message": str(problem)}],
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_FORM = "must be in international form with a leading +, for example +4915112345678"


def _why_not(number: phonenumbers.PhoneNumber) -> str | None:
    """Why nobody abroad reaches a person by ``number``; None if it is possible."""
    length = phonenumbers.is_possible_number_with_reason(number)
    if number.extension or length == phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
        return _FORM
    if length == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY or _digits_of(number) < _FEWEST_DIGITS:
        return f"is a short or local number; it {_FORM}"
    if length != phonenumbers.ValidationResult.IS_POSSIBLE:
        return f"is too short or too long for its country; it {_FORM}"
    # Most countries dial a 0 that is no part of the number; the library removes it only where their plan says
    # so. Where numbers do begin with 0, as in Italy, the plan says so too.
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        return f"has a 0 after the country code that is only dialled within the country; it {_FORM}"
    return None


def _digits_of(number: phonenumbers.PhoneNumber) -> int:
    return len(digits(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))


def _visible(text: str) -> str:
    """Without Unicode's format characters (Cf), and with all kinds of spaces (Zs) as plain spaces."""
    kinds = ((c, unicodedata.category(c)) for c in text)
    return "".join(" " if kind == "Zs" else c for c, kind in kinds if kind != "Cf")


def _read(text: str) -> phonenumbers.PhoneNumber | None:
    if len(text) > _MAX_INPUT or not _WRITTEN.fullmatch(text):
        return None
    if "/" in text and _ANOTHER_ENDING.fullmatch(text, text.rindex("/")):
        return None
    if _QUANTITY.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    # Until 2019 Mexican mobile numbers began with a 1; WhatsApp and address books still write it.
    old = _OLD_MEXICAN_MOBILE.fullmatch(str(number.national_number))
    if number.country_code == _MEXICO and old and not number.italian_leading_zero:
        number.national_number = int(old[1])
    return number


_PLAIN = re.compile(r"\+[1-9][0-9]{6,14}")


def _is_plain(text: str) -> bool:
    """Whether the library would certainly return ``text`` unchanged: only digits, of a possible length,
    without a national prefix to remove. This takes a tenth of the library's work.
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
    """The pattern of a country's national prefix, and the possible lengths of a number without it."""
    region = phonenumbers.region_code_for_country_code(int(code))
    if region == phonenumbers.phonenumberutil.UNKNOWN_REGION:
        return None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    return re.compile(prefix) if prefix else None, frozenset(metadata.general_desc.possible_length)


def mask_phone(phone: str) -> str:
    """``+4915112345678`` as ``+49•••••••••78``: country code and last two digits, for logs and pages."""
    if len(phone) < 6:
        return _MASK * len(phone)
    try:
        keep = 1 + len(str(phonenumbers.parse(phone, None).country_code))
    except phonenumbers.NumberParseException:
        keep = 1
    return phone[:keep] + _MASK * (len(phone) - keep - 2) + phone[-2:]


def digits(text: str) -> str:
    """Only the ASCII digits: the form for comparing with WhatsApp's URLs and chat titles."""
    return "".join(c for c in text if c in "0123456789")


_NUMBER = re.compile(r"\+[0-9\s().\-/\u2010-\u2015]+")


def is_number(title: str) -> bool:
    """Whether a chat's title is a phone number and not a name.

    WhatsApp writes numbers in international form, with a ``+`` (whatsapp-web.md, 12.3). All other titles are
    chosen by people, including a name of only digits and the text after a ``~``.
    """
    shown = _visible(title).strip()
    return _NUMBER.fullmatch(shown) is not None and len(digits(shown)) >= _FEWEST_DIGITS


def same_number(one: str, other: str) -> bool:
    """Whether both are the same phone; Brazilian, Mexican and Argentine mobiles have forms with and without a
    digit.
    """
    return bool(digits(one)) and _short(digits(one)) == _short(digits(other))


def phone_in(title: str) -> str | None:
    """The phone in E.164 if a chat's title is a number; None if it is a name."""
    text = _visible(title).strip()
    if not is_number(text):
        return None
    try:
        return parse_phone(text)
    except RequestRefused:
        return None


def one_form_of(phone: str) -> str:
    """The same value for all forms of one phone (E.164), to recognise messages to the same recipient."""
    return phone[:1] + _short(phone[1:])


def forms_of(phone: str) -> tuple[str, ...]:
    """``phone`` (E.164) first; for Brazilian, Mexican and Argentine mobiles also the form with or without the
    digit: WhatsApp may show either, and the recipient may be stored under the other one.
    """
    if phone[1:3] not in _COUNTRIES_WITH_DIGIT:
        return (phone,)
    short = _short(phone[1:])
    forms = {f"+{short}"}
    for mobile, digit in _ADDED_DIGIT:
        found = mobile.fullmatch(short)
        if found:
            forms.add(f"+{found[1]}{digit}{found[2]}")
    return (phone, *sorted(forms - {phone}))


# Countries with an extra digit before mobile numbers, which old accounts lack. In Brazil mobiles begin with 6
# to 9: other numbers without the digit are landlines, of somebody else. In the other two countries no
# landline has the number of a mobile.
_ADDED_DIGIT = (
    (re.compile(r"(55\d\d)([6-9]\d{7})"), "9"),
    (re.compile(r"(52)([1-9]\d{9})"), "1"),
    (re.compile(r"(54)([1-9]\d{9})"), "9"),
)
_COUNTRIES_WITH_DIGIT = frozenset({"52", "54", "55"})
_WITH_DIGIT = re.compile(r"(55\d\d)9([6-9]\d{7})|(52)1([1-9]\d{9})|(54)9([1-9]\d{9})")


def _short(number: str) -> str:
    """Without the extra digit."""
    found = _WITH_DIGIT.fullmatch(number)
    return "".join(part for part in found.groups() if part) if found else number
