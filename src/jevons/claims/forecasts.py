"""Forecasts that jevons itself published: filed when a note is written, never edited."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from jevons.claims.user_ledger import replace_text, user_file
from jevons.errors import UserError

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
PROMPT_DAYS = 31  # a note written later than this after its as-of day was written in hindsight
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast of one note.

    ``name`` is what is forecast, ``quarter`` the one that it is for (a year's last for a year's
    figure), empty where ``resolves_on`` alone tells: five quantiles in ``unit``, or a
    ``probability``. ``as_of`` is the day whose knowledge was used, ``filed_on`` the day on which
    the note was written, ``calibration`` the key of the posterior, empty where the priors were used
    alone. ``resolves_on`` is the day by which what decides is public, None where nothing decides;
    ``resolves_by`` says what does.
    """

    as_of: date
    filed_on: date
    version: str
    fact_hash: str
    calibration: str
    seed: int
    draws: int
    name: str
    quarter: str
    unit: str
    p05: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    probability: float | None
    resolves_on: date | None = None
    resolves_by: str = ""

    @property
    def key(self) -> Key:
        """What makes two forecasts the same one; the day of filing does not."""
        return (
            self.as_of.isoformat(), self.version, self.fact_hash, self.calibration, str(self.seed),
            str(self.draws), self.name, self.quarter,
        )  # fmt: skip

    @property
    def quantiles(self) -> dict[float, float]:
        """Quantiles by probability, empty for the forecast of a claim."""
        given = {level: getattr(self, name) for name, level in LEVELS.items()}
        return {level: value for level, value in given.items() if value is not None}

    @property
    def prompt(self) -> bool:
        """Whether it was filed about when its as-of day was, not in hindsight."""
        return (self.filed_on - self.as_of).days <= PROMPT_DAYS


NAMES = [field.name for field in fields(Forecast)]
NUMBERS = (*LEVELS, "probability")
LATER_COLUMNS = {"calibration": "", "resolves_on": "", "resolves_by": ""}  # absent in old files


def forecast_file() -> Path:
    """Where the forecasts are kept: beside the user's claims."""
    return user_file().with_name("forecasts.csv")


def filed() -> tuple[Forecast, ...]:
    """Every forecast filed so far, in the order of filing.

    Raises:
        UserError: the file cannot be read, or is no file of forecasts any more.
    """
    file = forecast_file()
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return tuple(_forecast(cells) for cells in csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"your forecasts in {file} cannot be read ({error}); repair or move it"
        ) from error


def file_forecasts(new: Iterable[Forecast]) -> int:
    """Add forecasts that are not there yet, in one piece, and count them.

    Raises:
        UserError: the file cannot be read or written.
    """
    known = filed()
    keys = {forecast.key for forecast in known}
    added = [forecast for forecast in new if forecast.key not in keys]
    if added:
        replace_text(forecast_file(), _text((*known, *added)), "forecasts")
    return len(added)


def _forecast(cells: dict[str, str]) -> Forecast:
    values: dict[str, Any] = {**LATER_COLUMNS, **cells}
    for name in ("as_of", "filed_on"):
        values[name] = date.fromisoformat(cells[name])
    values["resolves_on"] = date.fromisoformat(day) if (day := values["resolves_on"]) else None
    for name in ("seed", "draws"):
        values[name] = int(cells[name])
    for name in NUMBERS:
        values[name] = float(cells[name]) if cells[name] else None
    return Forecast(**values)


def _text(every: Iterable[Forecast]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, NAMES, lineterminator="\n")
    writer.writeheader()
    for forecast in every:
        cells = {name: getattr(forecast, name) for name in NAMES}
        writer.writerow({name: "" if cell is None else str(cell) for name, cell in cells.items()})
    return text.getvalue()
