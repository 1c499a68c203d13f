"""Languages of the page: which of them the service reads in full."""

SUPPORTED = frozenset({"en", "es", "pt"})
"""What is decided by words is known in these; docs/whatsapp-web.md tells what becomes of it in others."""


def is_supported(tag: str) -> bool:
    """Whether ``tag``, like ``pt-BR`` or ``en_US``, is of a language the service reads in full."""
    return base_language(tag) in SUPPORTED


def base_language(tag: str) -> str:
    """The language of a tag, without its region: ``pt`` of ``pt-BR`` and ``pt_BR``."""
    return tag.replace("_", "-").partition("-")[0].lower()
