"""Mobiles that are written in two ways, as each country has them (issue 12, row 5)."""

from itertools import permutations

MOBILES = (
    ("+5511987654321", "+551187654321"),
    ("+525512345678", "+5215512345678"),
    ("+541112345678", "+5491112345678"),
)
"""The second form of the Mexican one is not E.164 any more: ``parse_phone`` makes the first of it."""

PAIRS = tuple(pair for mobile in MOBILES for pair in permutations(mobile, 2))
