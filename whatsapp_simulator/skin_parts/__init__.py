"""The DOM of the page as data: every part with its tag and attributes in each era.

`{name}` in a value is filled in by the page: from what the caller gives, else from `skin_texts`. An
attribute set to None in an era is absent there. The page adds the class `ws-<part>` to each part for its own
style sheet; no selector for the real page can match it. Classes like `_ak72` stand in the spec; what is
marked `guess` does not.
"""
