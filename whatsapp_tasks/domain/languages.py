"""Languages of the page, and which of them the service reads in full."""

SUPPORTED = frozenset({"en", "es", "pt"})
"""All texts needed for decisions are known in these; for other languages see docs/whatsapp-web.md, 14."""


def is_supported(tag: str) -> bool:
    """Whether ``tag``, like ``pt-BR`` or ``en_US``, is a language that the service reads in full."""
    return base_language(tag) in SUPPORTED


def base_language(tag: str) -> str:
    """The language of a tag, without its region: ``pt`` for ``pt-BR`` and ``pt_BR``."""
    return tag.replace("_", "-").partition("-")[0].lower()
