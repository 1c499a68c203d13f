"""A WhatsApp Web look-alike in its own process, which can be told to misbehave.

What it shows follows a collection of facts about the real page ("the spec", docs/whatsapp-web.md, quoted in
this package by its section numbers, such as §1.5). A name that is in no source is marked `guess`.
"""
