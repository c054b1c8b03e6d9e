"""The phrases of the rule language: one table that the parser, the printer and the docs read.

A phrase is written as it is printed; a word in braces is a value of that kind (:data:`KINDS`).
The language is explained in docs/ladder.md.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = Decimal | int | str | date | tuple[str, ...] | tuple[Decimal, ...]

REFERENCES = (
    "peak(lookback={count}, field={field})",
    "peak(lookback=all, field={field})",
    "peak(lookback=since({day}), field={field})",
)
WEIGHTS = (
    "{share}% of budget",
    "{share}% of remaining",
    "{share}% of nav",
    "kelly({fraction})",
)
KELLY = "kelly"
TRIGGERS = (
    "dd <= {depth}%",
    "zdd <= {negative}",
    "px/fv <= {positive}",
    "pctile({word}, {count}) <= {positive}",
    "close > sma({count})",
    "clock every {count} sessions",
    "random every {count} sessions seed {count}",
)
# Several steps at once, as a trigger of a purchase; each buys the size written.
SPACINGS = (
    "dd <= linear({depth}%, {depth}%, {count})",
    "dd <= log({depth}%, {depth}%, {count})",
    "dd <= prob({fractions}; {positive}, {positive})",
    "zdd <= vol({multiples})",
)
# What else must hold; every trigger may stand here too.
CONDITIONS = (
    "thesis",
    "thesis_false",
    "regime in {set}",
    "p(fv>px) >= {fraction}",
    "vol <= {positive}",
    "days_since_fill >= {count}",
    *TRIGGERS,
)
REARMS = ("rearm never", "rearm on_new_peak", "rearm on_rebound {positive}%")
GUARDS = (
    "max_tranches {count}",
    "max_weight {share}%",
    "max_layer_weight {share}%",
    "cooldown {count} sessions",
)
EXITS = (
    "new_peak",
    "gain >= {positive}",
    "px/fv >= {positive}",
    "thesis_false",
    "close<sma({count})",
    "held {count} sessions",
    "dd_from_cost <= {negative}",
)
HOLDS = ("hold {share}% of nav every {count} sessions",)

# What a value must be, as an error says it.
KINDS = {
    "count": "a whole number from 1",
    "share": "a number above 0 and up to 100",
    "depth": "a number between -100 and 0, e.g. -20",
    "negative": "a number below 0",
    "positive": "a number above 0",
    "fraction": "a number above 0 and up to 1",
    "word": "a word",
    "field": "close or high",
    "day": "a day, e.g. 2020-01-31",
    "set": "names in braces, e.g. {calm, stress}",
    "fractions": "falling chances in (0, 1), e.g. 0.6, 0.4, 0.2",
    "multiples": "rising numbers above 0, e.g. 0.5, 1, 1.5",
}
LISTS = ("fractions", "multiples")
TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?![\w.])|[A-Za-z_]\w*|<=|>=|[%(){},;=/<>]"
)
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with its values, e.g. ``dd <= {depth}%`` with -20."""

    form: str
    values: tuple[Value, ...] = ()

    def text(self) -> str:
        """The phrase as it is written.

        >>> Phrase("dd <= {depth}%", (Decimal("-20.0"),)).text()
        'dd <= -20.0%'
        """
        values = iter(self.values)
        return SLOT.sub(lambda _: _written(next(values)), self.form)

    def number(self, position: int = 0) -> float:
        """A value as a number."""
        value = self.values[position]
        assert isinstance(value, Decimal | int)
        return float(value)

    def numbers(self, position: int = 0) -> tuple[float, ...]:
        """A list of numbers."""
        value = self.values[position]
        assert isinstance(value, tuple)
        return tuple(float(part) for part in value)


def parts(form: str) -> tuple[str, ...]:
    """The tokens of a form; values keep their braces.

    >>> parts("p(fv>px) >= {fraction}")
    ('p', '(', 'fv', '>', 'px', ')', '>=', '{fraction}')
    """
    return tuple(re.findall(rf"\{{\w+\}}|{TOKEN.pattern}", form))


def _written(value: Value) -> str:
    if not isinstance(value, tuple):
        return str(value)
    names = ", ".join(str(part) for part in value)
    return names if isinstance(value[0], Decimal) else "{" + names + "}"
