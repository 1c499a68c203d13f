"""A simulator of WhatsApp Web in its own process, which can misbehave on request.

What it shows follows a collection of facts about the real page ("the spec", docs/whatsapp-web.md, quoted in
this package by its section numbers, such as §1.5). A name that is in no source is marked `guess`.
"""
