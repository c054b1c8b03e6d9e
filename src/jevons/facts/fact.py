"""A fact: one published figure about a period, with the day it became public and its source."""

from dataclasses import dataclass
from datetime import date

# What makes a series; its vintages differ in known_on.
Series = tuple[str, str, date | None, date, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """One published figure, in the unit of its metric.

    ``period_start`` and ``period_end`` are the first and last day that it describes; a stock at a
    date has no start. ``value`` may be absent if ``low`` and ``high`` give a range.
    ``stated_by`` says whose figure it is ("company", "LBNL", ...), ``known_on`` the day on which
    it became public, ``recorded_on`` the day on which it was entered.
    """

    fact_id: str
    entity: str
    metric: str
    period_start: date | None
    period_end: date
    value: float | None
    low: float | None
    high: float | None
    unit: str
    stated_by: str
    known_on: date
    recorded_on: date
    source_title: str
    source_url: str
    note: str

    @property
    def central(self) -> float:
        """The value, or the middle of the range where only a range is stated.

        >>> day = date(2024, 12, 20)
        >>> Fact("f", "US", "share", None, day, None, 6.7, 12.0, "percent", "LBNL", day, day,
        ...      "report", "https://example.org", "").central
        9.35
        """
        if self.value is not None:
            return self.value
        assert self.low is not None
        assert self.high is not None
        return (self.low + self.high) / 2

    @property
    def series(self) -> Series:
        """What the figure is a vintage of."""
        return (self.entity, self.metric, self.period_start, self.period_end, self.stated_by)

    @property
    def days(self) -> int:
        """Length of the period in days, both ends counted; 0 for a stock at a date."""
        return 0 if self.period_start is None else (self.period_end - self.period_start).days + 1
