"""The public interface for programs: ``import jevons as jv``.

    >>> import jevons as jv
    >>> study = jv.as_of("2025-03-11", draws=50)
    >>> study.index()["jevons_index"]["unit"]
    '1'

:func:`as_of` opens a :class:`~jevons.study.Study`, whose methods answer as the commands do:
``index``, ``shock``, ``simulate``, ``power``, ``values``, ``value``, ``implied``, ``side_by_side``,
``ladders``, ``claims``, ``sensitivity``, ``why``; ``dataset`` gives every draw with labelled axes.
Answers are plain data; a random quantity is a dictionary of ``unit``, ``p05`` to ``p95`` and
``mean``. :func:`rows` turns a path into records and :func:`fan` draws it in a notebook. A user's
mistake raises :class:`~jevons.errors.UserError`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jevons import market
from jevons.errors import UserError
from jevons.facts import Store, load
from jevons.market import PriceTable
from jevons.model.efficiency import cost, frontier
from jevons.note.charts import fan as fan_chart
from jevons.note.document import Chart
from jevons.note.edition import Edition
from jevons.note.figures import fan_keys, level_names
from jevons.note.standalone import standalone
from jevons.study import Study
from jevons.study.scenario import Change, Scenario, bundled, find

__all__ = [
    "Change",
    "Drawing",
    "PriceTable",
    "Scenario",
    "Store",
    "Study",
    "UserError",
    "as_of",
    "cost",
    "fan",
    "frontier",
    "load_facts",
    "read_prices",
    "rows",
    "scenario",
    "scenarios",
]


def load_facts(files: Sequence[str | Path] = (), recorded_on: date | None = None) -> Store:
    """The bundled facts, those kept with ``jevons facts add``, and tables of the caller's.

    Args:
        files: CSV tables in the shape that ``jevons facts check`` reads.
        recorded_on: the day on which those are said to be entered, needed if any are given.

    Raises:
        UserError: a table is wrong; the message names file, row and column.
    """
    return load([Path(file) for file in files], recorded_on=recorded_on)


def read_prices(*files: str | Path) -> PriceTable:
    """Daily prices from CSV or Parquet files.

    Raises:
        UserError: a file is missing or wrong.
    """
    return market.read_prices([Path(file) for file in files])


def scenario(name: str | Path) -> Scenario:
    """A bundled scenario by name, or a scenario file by its path.

    Raises:
        UserError: neither exists, or the file is wrong.

    >>> scenario("power-starved").factors
    {'power': 0.5}
    """
    return find(str(name))


def scenarios() -> tuple[str, ...]:
    """Names of the bundled scenarios.

    >>> "base" in scenarios()
    True
    """
    return bundled()


def as_of(
    day: date | str | None = None,
    *,
    scenarios: Sequence[Scenario | str] = (),
    moves: Mapping[str, float] | None = None,
    shocks: Mapping[str, float] | None = None,
    draws: int = 4_096,
    seed: int = 2025,
    facts: Store | None = None,
    prices: PriceTable | None = None,
) -> Study:
    """Open a study with the knowledge of a day; nothing is computed until it is asked.

    Args:
        day: a date or "YYYY-MM-DD"; the day of the latest fact if None. No clock is read.
        scenarios: what is moved: bundled names, paths, or scenarios.
        moves: inputs by name, each moved to a median in its own unit. shocks: factors from the
            first quarter not yet observed, by name (``power``, ``chips``, ``efficiency``, ...).
        draws: simulated futures. seed: root of every random stream.
        facts, prices: the bundled facts and no prices of one's own if None.

    Raises:
        UserError: the day is malformed or outside the facts, or a scenario does not exist. What
            does not fit the chain is refused by the first question.
    """
    store = load() if facts is None else facts
    chosen = store.last_known_on if day is None else _day(day)
    if not store.first_known_on <= chosen <= store.last_known_on:
        raise UserError(
            f"{chosen} is outside the facts; choose a day from {store.first_known_on} to "
            f"{store.last_known_on}"
        )
    moved = [find(each) if isinstance(each, str) else each for each in scenarios]
    if moves or shocks:
        changes = {
            name: Change(value, None, None, None, None, "set by the caller")
            for name, value in (moves or {}).items()
        }
        moved.append(Scenario("moved", {}, changes, dict(shocks or {}), None, "moved"))
    return Study(store, chosen, seed=seed, draws=draws, prices=prices, scenarios=moved)


def _day(day: date | str) -> date:
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UserError(f"{day!r} is not a day; write it as 2025-03-11") from None


def rows(path: dict[str, Any]) -> list[dict[str, Any]]:
    """A path as records, one a quarter or year, for a data frame or a chart.

    >>> rows({"unit": "GW", "year": [2027, 2028], "p50": [1.0, 2.0]})
    [{'year': 2027, 'unit': 'GW', 'p50': 1.0}, {'year': 2028, 'unit': 'GW', 'p50': 2.0}]
    """
    clock = "year" if "year" in path else "quarter"
    levels = [name for name in path if name not in (clock, "unit")]
    return [
        {clock: at, "unit": path["unit"]} | {name: path[name][n] for name in levels}
        for n, at in enumerate(path[clock])
    ]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart that notebooks (marimo, Jupyter) show; ``spec`` is its Vega-Lite specification."""

    spec: Mapping[str, Any]

    def _mime_(self) -> tuple[str, str]:
        """As marimo asks for it."""
        return "application/vnd.vegalite.v5+json", json.dumps(self.spec)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """As Jupyter asks for it."""
        return {"application/vnd.vegalite.v5+json": dict(self.spec), "text/plain": "a chart"}


def fan(
    path: Mapping[str, Any], title: str = "", observed: Sequence[Mapping[str, Any]] = ()
) -> Drawing:
    """A quarterly path as the note draws it: median, 25-75 % and 5-95 % bands, observed points.

    Args:
        path: a quantity of ``simulate``. title: above it. observed: rows of ``Study.observed``.

    >>> path = {"unit": "GW", "quarter": ["2025Q1", "2025Q2"], "mean": [1.0, 2.0]}
    >>> path |= {level: [1.0, 2.0] for level in ("p05", "p25", "p50", "p75", "p95")}
    >>> fan(path, "Power").spec["title"]
    'Power'
    """
    edition = Edition({}, "en")
    scale = edition.numbers.scale(str(path["unit"]), max(path["p95"]), table=True)
    spec = fan_chart(path, scale, level_names(edition), observed=observed)
    keys = fan_keys(edition, observed=bool(observed))
    drawn = standalone(Chart(spec, title, keys), "light")
    return Drawing(drawn | {"title": title, "width": "container", "background": "white"})
