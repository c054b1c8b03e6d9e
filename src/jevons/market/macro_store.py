"""Macroeconomic series kept on disk with their vintages: what each figure was, and since when."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from jevons.facts.user_facts import store_file
from jevons.market.database import Layout, attached, number
from jevons.market.price_table import Days, Numbers

LAYOUT = Layout(
    what="store of macroeconomic series",
    version=1,
    schema=(
        """CREATE TABLE store.pull (hash VARCHAR PRIMARY KEY, source VARCHAR, pulled_at TIMESTAMP,
               figures BIGINT)""",
        """CREATE TABLE store.figure (series VARCHAR, day DATE, known_on DATE, value DOUBLE,
               pull VARCHAR, PRIMARY KEY (series, day, known_on))""",
    ),
    migrations={},
    reads_from=1,
    command="jevons pull macro",
)
KNOWN = """
    SELECT series, day, known_on, value FROM (
        SELECT *, row_number() OVER (PARTITION BY series, day ORDER BY known_on DESC) AS place
        FROM store.figure WHERE known_on <= ?
    ) WHERE place = 1 AND value IS NOT NULL ORDER BY series, day
"""
Figure = tuple[str, date, date, float | None]  # series, day, known_on, value


@dataclass(frozen=True, slots=True)
class Described:
    """A series that jevons reads: its frequency, whether it is revised, names and meaning."""

    name: str
    frequency: str
    revised: bool
    english: str
    chinese: str
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class MacroSeries:
    """A series as it was known on a day.

    Attributes:
        days: (observation,) first day of what each describes, rising. values: (observation,).
        known_on: (observation,) the day from which each had its value.
    """

    name: str
    days: Days
    values: Numbers
    known_on: Days

    def __len__(self) -> int:
        return len(self.days)

    @property
    def last_known_on(self) -> date:
        """The day on which the last figure became known."""
        found: date = self.known_on[-1].astype(object)
        return found


@cache
def described() -> dict[str, Described]:
    """The series that the regime reads, by their names at FRED."""
    text = files("jevons.market").joinpath("macro_series.csv").read_text(encoding="utf-8")
    return {
        row["series"]: Described(
            row["series"],
            row["frequency"],
            row["revised"] == "yes",
            row["english"],
            row["chinese"],
            row["meaning"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def bundled_series(day: date) -> dict[str, MacroSeries]:
    """The few figures that come with jevons, as known on a day.

    Unemployment in two vintages of public copies of FRED. Where the day of publication is not in
    the source, the figure is taken to be known from the 20th of the month after, which is later
    than the release; those of the months that a closed government delayed, from later still.
    """
    text = files("jevons.market").joinpath("macro_bundled.csv").read_text(encoding="utf-8")
    standing: dict[str, dict[date, tuple[float, date]]] = {}
    rows = sorted(csv.DictReader(text.splitlines()), key=lambda row: row["known_on"])
    for row in rows:
        known_on = date.fromisoformat(row["known_on"])
        if known_on <= day:
            told = standing.setdefault(row["series"], {})
            told[date.fromisoformat(row["day"])] = float(row["value"]), known_on
    return {name: _series(name, figures) for name, figures in standing.items()}


def default_macro_store() -> Path:
    """Where macroeconomic series are kept: beside the user's facts."""
    return store_file().with_name("macro.duckdb")


def write_series(
    store: Path, figures: Sequence[Figure], digest: str, source: str, pulled_at: datetime
) -> dict[str, Any]:
    """Take figures into the store in one transaction; those that are there stay as they are.

    Args:
        figures: series, day, known_on, value (None where the source withdrew it). digest: of
            what was read. source: where from. pulled_at: now, with its time zone.

    Returns:
        ``figures_added`` and ``figures_known``.

    Raises:
        UserError: the store is damaged, of another version or not writable.
    """
    with attached(store, LAYOUT, read_only=False) as connection:
        held = "SELECT count(*) FROM store.figure"
        connection.begin()
        before = number(connection, held)
        names, days, known, values = (list(column) for column in zip(*figures, strict=True))
        connection.execute(
            """INSERT OR IGNORE INTO store.figure
               SELECT unnest($1::VARCHAR[]), unnest($2::DATE[]), unnest($3::DATE[]),
                      unnest($4::DOUBLE[]), $5""",
            [names, days, known, values, digest],
        )
        added = number(connection, held) - before
        at = pulled_at.astimezone(UTC).replace(tzinfo=None)
        connection.execute(
            "INSERT OR IGNORE INTO store.pull VALUES (?, ?, ?, ?)", [digest, source, at, added]
        )
        connection.commit()
    return {"figures_added": added, "figures_known": len(figures) - added}


def known_series(store: Path, day: date) -> dict[str, MacroSeries]:
    """Every series as it was known on a day, in its last vintage by then.

    Raises:
        UserError: there is no store, or it is damaged or of another version.
    """
    with attached(store, LAYOUT, read_only=True) as connection:
        columns = connection.execute(KNOWN, [day]).fetchnumpy()
    names = columns["series"].astype(str)
    found = {}
    for name in np.unique(names).tolist():
        own = names == name
        found[name] = MacroSeries(
            name,
            columns["day"][own].astype("datetime64[D]"),
            np.asarray(columns["value"][own], dtype=np.float64),
            columns["known_on"][own].astype("datetime64[D]"),
        )
    return found


def replayed(
    store: Path, names: Sequence[str], until: date
) -> Iterator[tuple[date, dict[str, MacroSeries]]]:
    """Some series on each day on which one of their figures became known, in order.

    Raises:
        UserError: there is no store, or it is damaged or of another version.
    """
    rows = """SELECT known_on, series, day, value FROM store.figure
              WHERE list_contains($1, series) AND known_on <= $2 ORDER BY known_on, series, day"""
    with attached(store, LAYOUT, read_only=True) as connection:
        found = connection.execute(rows, [list(names), until]).fetchall()
    standing: dict[str, dict[date, tuple[float, date]]] = {}
    for known_on, told in groupby(found, key=lambda row: row[0]):
        for _, name, day, value in told:
            figures = standing.setdefault(name, {})
            figures.pop(day, None)
            if value is not None:
                figures[day] = value, known_on
        yield known_on, {name: _series(name, figures) for name, figures in standing.items()}


def _series(name: str, figures: Mapping[date, tuple[float, date]]) -> MacroSeries:
    days = sorted(figures)
    return MacroSeries(
        name,
        np.array(days, dtype="datetime64[D]"),
        np.array([figures[day][0] for day in days], dtype=np.float64),
        np.array([figures[day][1] for day in days], dtype="datetime64[D]"),
    )


def series_hash(series: Mapping[str, MacroSeries]) -> str:
    """SHA-256 of the content of some series."""
    digest = sha256()
    for name in sorted(series):
        digest.update(name.encode())
        for values in (series[name].days, series[name].values, series[name].known_on):
            digest.update(values.tobytes())
    return digest.hexdigest()
