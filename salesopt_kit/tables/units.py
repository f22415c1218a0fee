"""Units that amounts are counted in, behind a number or in the heading of a column."""

import re

UNITS = {"千万": 1e7, "百万": 1e6, "万": 1e4, "亿": 1e8, "千": 1e3, "w": 1e4, "k": 1e3, "m": 1e6, "bn": 1e9}
"""What stands behind a number and multiplies it."""
HEADING_UNITS = UNITS | {"thousand": 1e3, "thousands": 1e3, "million": 1e6, "millions": 1e6, "mn": 1e6, "000": 1e3}
del HEADING_UNITS["m"], HEADING_UNITS["w"]  # alone in brackets they may mean a month and a week
"""What a heading says in brackets that all amounts below it are counted in."""
CURRENCY = "[$€£¥￥]|usd|eur|cny|rmb|gbp|人民币"
IN_HEADING = re.compile(
    rf"[(（\[]\s*(?:单位[:：]?|in\s)?\s*(?:{CURRENCY})?\s*['’]?"
    rf"({'|'.join(sorted(HEADING_UNITS, key=len, reverse=True))})\s*(?:{CURRENCY}|元)?\s*[)）\]]\s*$",
    re.IGNORECASE,
)


def heading_unit(heading: str) -> float:
    """Return what the amounts below a heading are counted in: 10,000 for 金额(万元), 1,000 for Amount (k), else 1."""
    found = IN_HEADING.search(heading)
    return HEADING_UNITS[found[1].lower()] if found else 1.0
