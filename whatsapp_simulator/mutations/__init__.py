"""The page of tomorrow: a skin changed at random in ways WhatsApp has changed before.

`mutate(skin, seed, changes)` draws everything from the seed, so one number is enough to see a page again.
Changes are data where they can be (attributes, tags, icons, texts); what changes the shape (wrappers,
attributes that move to another element, ids that are there twice) stands in the skin under `shape`, and
`static/js/shape.js` builds the page by it. What the page does stays the same, and so do the classes of our
own style sheet.
"""
