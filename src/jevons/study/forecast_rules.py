"""How the forecasts of a note are decided, by name, as ``forecast_rules.toml`` declares it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from jevons.model.clock import QUARTERS
from jevons.study.answers import reported_by

By = Literal["report", "year", "publication", "price", "market", "spending", "claim", "nothing"]
US = "US data centres"
MARKET = "SPY"  # the fund of the S&P 500
YEARLY = ("us_electricity",)  # a figure of a year, out a year after it
HOW: Mapping[By, str] = {
    "report": "the first figure published for the quarter after the as-of day",
    "year": "the sum of the year's four quarters as first published",
    "publication": f"the first figure of {US} for the year that is published when it is over",
    "price": "the close a year after the as-of day over that day's",
    "market": "whether the share beats the S&P 500 over the year from the as-of day, price alone",
    "spending": "whether the next four quarters' capital spending exceeds the last four's",
    "claim": "what becomes of the claim",
    "nothing": "nothing",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides a forecast.

    ``of`` is the name under which it is reported, ``metric`` that of a publication, ``why`` the
    reason for which nothing decides.
    """

    by: By
    of: str = ""
    metric: str = ""
    why: str = ""

    @property
    def how(self) -> str:
        """In words."""
        return f"not resolvable: {self.why}" if self.by == "nothing" else HOW[self.by]


CLAIM = Rule("claim")


@cache
def rules() -> Mapping[str, Rule]:
    """The declared rules by the beginning of a forecast's name."""
    text = files("jevons.study").joinpath("forecast_rules.toml").read_text(encoding="utf-8")
    return {name: Rule(**entry) for name, entry in tomllib.loads(text).items()}


def rule_of(name: str) -> Rule:
    """The rule of a forecast: that of the longest beginning of its name, in whole parts.

    Raises:
        KeyError: no rule is declared for the name, which a test rules out for every forecast.
    """
    stem = name
    while stem not in rules():
        if "." not in stem:
            raise KeyError(name)
        stem = stem.rpartition(".")[0]
    rule = rules()[stem]
    return replace(rule, of=rule.of + name.removeprefix(stem) if rule.of else name)


def public_by(rule: Rule, as_of: date, quarter: str) -> date | None:
    """Day by which what decides a forecast of a quarter is public, None where nothing does.

    A figure that is late on the as-of day is expected with the next reports.
    """
    match rule.by:
        case "nothing":
            return None
        case "price" | "market":
            return year_after(as_of)
        case "publication":
            return date(int(quarter[:4]) + 1, 12, 31)
    if rule.of in YEARLY:
        return date(int(quarter[:4]) + 1, 12, 31)
    reports = (reported_by(each) for each in QUARTERS[QUARTERS.index(quarter) :])
    return next(day for day in map(date.fromisoformat, reports) if day > as_of)


def year_after(day: date) -> date:
    """The same day of the next year; 28 February after a 29th.

    >>> year_after(date(2024, 2, 29))
    datetime.date(2025, 2, 28)
    """
    last = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if last else day.day)
