"""How a number is shown: by its unit, in the reader's language."""

import unicodedata

from babel.numbers import format_currency, format_decimal, format_percent

from salesopt_kit.locale import N_, _, language

_UNITS = {
    "days": (N_("{number} days"), 1),
    "hours": (N_("{number} hours"), 1),
    "months": (N_("{number} months"), 1),
}
SURE_TO = 0.001
"""A chance nearer to 0 or 1 is not told by some thousand draws."""
_FLOWS = {"day": N_("day"), "month": N_("month"), "week": N_("week")}


def shown(value: float | None, unit: str) -> str:  # noqa: PLR0911 -- one for each kind of unit
    """Return `value` with its unit: "63.2%", "51.8 days", "$10,005,534", "1,204"; an en dash for None.

    `unit` is "fraction", "chance" (a share of random draws, never shown as certain), "points" (a difference of two
    fractions), "days", "hours", "months", "score", a three-letter currency code (with "/day", "/week" or "/month"
    behind it for a flow), or what is counted ("deals", "leads", ...), which is not repeated in the cell.
    """
    if value is None or value != value:  # NaN is the one value unequal to itself  # noqa: PLR0124
        return "–"
    babel_locale = language().replace("-", "_")
    if unit == "chance":
        bound = min(max(value, SURE_TO), 1 - SURE_TO)
        message = "{share}" if value == bound else _("under {share}") if value < bound else _("over {share}")
        return message.format(share=shown(bound, "fraction"))
    if unit == "fraction":
        return str(format_percent(value, "0.0" + "0" * _further_digits(value) + "%", locale=babel_locale))
    if unit == "points":
        return _("{number} percentage points").format(
            number=format_decimal(_rounded(100 * value, 1), locale=babel_locale)
        )
    if unit in _UNITS:
        message, digits = _UNITS[unit]
        return _(message).format(number=format_decimal(_rounded(value, digits), "#,##0.0", locale=babel_locale))
    currency, _slash, per = unit.partition("/")
    if len(currency) == 3 and currency.isupper():  # noqa: PLR2004 -- ISO 4217 codes have three letters
        money = format_currency(value, currency, "¤#,##0", locale=babel_locale, currency_digits=False)
        return f"{money}/{_(_FLOWS[per])}" if per else str(money)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 -- three figures tell enough
    return str(format_decimal(round(value, digits), locale=babel_locale))


def _further_digits(share: float) -> int:
    """Return how many digits more than one it takes to tell a share from none and from all, three at most."""
    near = min(share, 1 - share)
    return next((digits for digits in range(4) if near >= 0.0005 / 10**digits), 0)


def bare(value: float | None, unit: str) -> str:
    """Return `value` as `shown` does but without the word of its unit: for a bound beside a value that tells it.

    >>> bare(51.78, "days"), bare(0.25, "fraction"), bare(9.5, "EUR/week")
    ('51.8', '25.0%', '€10')
    """
    if value is not None and unit in _UNITS:
        return str(format_decimal(_rounded(value, _UNITS[unit][1]), "#,##0.0", locale=language().replace("-", "_")))
    if value is not None and unit == "points":
        return str(format_decimal(_rounded(100 * value, 1), locale=language().replace("-", "_")))
    return shown(value, unit.partition("/")[0])


def _rounded(value: float, digits: int) -> float:
    """Return `value` rounded, never as -0.0."""
    return round(value, digits) + 0.0


def columns_of(text: str) -> int:
    """Return how wide a text is: a Chinese sign takes two columns, any other one."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def difference_unit(unit: str) -> str:
    """Return the unit of a difference of two figures: percentage points for shares.

    >>> difference_unit("fraction"), difference_unit("days")
    ('points', 'days')
    """
    return "points" if unit == "fraction" else unit
