"""Signals of a rule from a file: what was known of a share, from which day on."""

import csv
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder.bars import Bars
from jevons.ladder.rule import EACH

NEEDED = ("date", "ticker", "signal", "value")
TEXTS = ("regime",)  # signals whose values are words
Rows = dict[tuple[str, str], list[tuple[date, str]]]  # by ticker and signal


def read_signals(
    files: Sequence[Path], bars: Sequence[Bars], as_of: date | None = None
) -> Mapping[str, Mapping[str, NDArray[np.generic]]]:
    """Read CSV files with the columns date, ticker, signal, value.

    A value stands from the close of its day, the day on which it became known, until the next row
    of that signal; before the first it is unknown. The ticker ``each`` speaks of every share.

    Args:
        bars: the shares and sessions wanted. as_of: later rows are not read.

    Returns:
        By ticker and signal, (session,) numbers, NaN where unknown, or words.

    Raises:
        UserError: the first thing that is wrong, as ``file:line: what``.
    """
    rows: Rows = {}
    for file in files:
        _read(file, rows, as_of)
    names = dict.fromkeys(name for _, name in rows)
    found: dict[str, dict[str, NDArray[np.generic]]] = {}
    for one in bars:
        for name in names:
            own = rows.get((one.ticker, name)) or rows.get((EACH, name))
            if own:
                found.setdefault(one.ticker, {})[name] = _stands(sorted(own), name, one)
    return found


def _stands(rows: Sequence[tuple[date, str]], name: str, bars: Bars) -> NDArray[np.generic]:
    """The value that stands at each session."""
    days = np.array([day for day, _ in rows], dtype="datetime64[D]")
    last = np.searchsorted(days, bars.days, side="right") - 1
    if name in TEXTS:
        words = np.array(["", *(value for _, value in rows)])
        return words[last + 1]
    numbers = np.array([math.nan, *(float(value) for _, value in rows)])
    return numbers[last + 1]


def _read(file: Path, rows: Rows, as_of: date | None) -> None:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            titles = [title.strip().casefold() for title in reader.fieldnames or ()]
            reader.fieldnames = titles
            missing = next((column for column in NEEDED if column not in titles), None)
            if missing is not None:
                raise UserError(
                    f"{file}:1: column {missing!r} is missing; needed are {', '.join(NEEDED)}"
                )
            for row in reader:
                cells = {key: (row[key] or "").strip() for key in NEEDED}
                _add(f"{file}:{reader.line_num}", cells, rows, as_of)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{file} cannot be read as CSV in UTF-8; check the file") from error


def _add(place: str, cells: Mapping[str, str], rows: Rows, as_of: date | None) -> None:
    try:
        day = date.fromisoformat(cells["date"])
    except ValueError as error:
        raise UserError(
            f"{place}: {cells['date']!r} is not a day; write it as YYYY-MM-DD"
        ) from error
    ticker, name, value = cells["ticker"], cells["signal"], cells["value"]
    if not ticker or not name:
        raise UserError(f"{place}: the ticker or the signal is empty; name both")
    if name not in TEXTS:
        try:
            finite = math.isfinite(float(value))
        except ValueError:
            finite = False
        if not finite:
            raise UserError(f"{place}: the value {value!r} of {name} is not a number")
    ticker = ticker if ticker == EACH else ticker.upper()
    known = rows.setdefault((ticker, name), [])
    if any(other == day for other, _ in known):
        raise UserError(f"{place}: gives {name} of {ticker} on {day} again; keep one of the two")
    if as_of is None or day <= as_of:
        known.append((day, value))
