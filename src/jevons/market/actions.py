"""What was done to a share: splits, cash dividends and the end of its listing, by day."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jevons.errors import UserError, did_you_mean

KINDS = ("split", "dividend", "delisting")
NEEDED = ("date", "ticker", "action", "value")


@dataclass(frozen=True, slots=True)
class Action:
    """An action on a share.

    Attributes:
        day: first session that trades after a split, ex-date of a dividend, last day of a listing.
        kind: one of :data:`KINDS`.
        value: new shares for one old (10.0), USD/share paid, or USD/share received at the end.
        paid_on: when a dividend is paid; the ex-date if unknown.
    """

    ticker: str
    day: date
    kind: str
    value: float
    paid_on: date | None = None


def read_actions(files: Sequence[Path]) -> tuple[Action, ...]:
    """Read CSV files with the columns date, ticker, action, value and, if wanted, pay_date.

    Returns:
        The actions by ticker and day.

    Raises:
        UserError: the first thing that is wrong, as ``file:line: what``.
    """
    found: dict[tuple[str, date, str], Action] = {}
    for file in files:
        try:
            with file.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.DictReader(stream)
                titles = [title.strip().casefold() for title in reader.fieldnames or ()]
                reader.fieldnames = titles
                for column in NEEDED:
                    if column not in titles:
                        raise UserError(
                            f"{file}:1: column {column!r} is missing; needed are "
                            f"{', '.join(NEEDED)}"
                        )
                for row in reader:
                    place = f"{file}:{reader.line_num}"
                    action = _action(place, {key: (row[key] or "").strip() for key in titles})
                    key = action.ticker, action.day, action.kind
                    if key in found:
                        raise UserError(
                            f"{place}: gives the {action.kind} of {action.ticker} on {action.day} "
                            "again; keep one of the two"
                        )
                    found[key] = action
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UserError(f"{file} cannot be read as CSV in UTF-8; check the file") from error
    return tuple(found[key] for key in sorted(found))


def _action(place: str, cells: dict[str, str]) -> Action:
    kind = cells["action"].casefold()
    if kind not in KINDS:
        raise UserError(f"{place}: unknown action {cells['action']!r}{did_you_mean(kind, KINDS)}")
    if not cells["ticker"]:
        raise UserError(f"{place}: the ticker is empty; name the share")
    try:
        value = float(cells["value"])
    except ValueError:
        value = math.nan
    least = "0 or more" if kind == "delisting" else "above 0"
    if not math.isfinite(value) or value < 0 or (value == 0 and kind != "delisting"):
        raise UserError(f"{place}: the value {cells['value']!r} of a {kind} must be {least}")
    day = _day(place, cells["date"])
    paid = _day(place, cells["pay_date"]) if cells.get("pay_date") else None
    if paid is not None and paid < day:
        raise UserError(f"{place}: pay_date {paid} is before the ex-date {day}; check both")
    return Action(cells["ticker"].upper(), day, kind, value, paid)


def _day(place: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{place}: {text!r} is not a day; write it as YYYY-MM-DD") from error
