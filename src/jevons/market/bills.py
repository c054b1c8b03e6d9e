"""What Treasury bills yielded: the rate that idle cash earns.

Monthly means of the three-month bill in the secondary market, on a discount basis (Board of
Governors of the Federal Reserve System, H.15, series TB3MS at FRED; never revised). The mean of a
month is known in the first days of the next one.
"""

import csv
from datetime import date
from functools import cache
from importlib.resources import files

PUBLISHED = 5  # day of the next month by which the mean of a month is known


@cache
def bill_yields() -> tuple[tuple[date, float], ...]:
    """Days from which yields were known, rising, and the yields, 1/year.

    >>> bill_yields()[0]
    (datetime.date(1991, 2, 5), 0.0622)
    """
    text = files("jevons.market").joinpath("bills.csv").read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        year, month = (int(part) for part in row["month"].split("-"))
        known = date(year + month // 12, month % 12 + 1, PUBLISHED)
        found.append((known, round(float(row["yield_percent"]) / 100, 6)))
    return tuple(found)
