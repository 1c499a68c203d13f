"""A WhatsApp Web look-alike in its own process, which can be told to misbehave.

What it shows follows a collection of facts about the real page ("the spec", quoted in this package by its
section numbers, §1 to §8; see `README.md`). A name that is in no source is marked `guess`.
"""
