"""Facts from a source on the network into the user's store: checked, new ones only, all or none."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from jevons.errors import UserError
from jevons.facts.fact import Fact, Series
from jevons.facts.store import bundled_rows
from jevons.facts.table import COLUMNS, Row, check_together, read_table
from jevons.facts.user_facts import read_user_facts, write_user_facts

AGREE = 5e-4  # figures this near to each other are one figure, rounded


def take_facts(
    store: Path,
    rows: Iterable[Mapping[str, str]],
    source: str,
    pulled_at: datetime,
    digest: str | None = None,
) -> dict[str, Any]:
    """Take facts into the user's store in one transaction.

    A figure that agrees with the last vintage of its series by then is known; one that differs is
    a new vintage. One that contradicts a fact of the same day is left out and named.

    Args:
        store: DuckDB file of the user's facts. rows: cells by column of a table of facts, without
            ``recorded_on``. source: where from. pulled_at: now, with its time zone. digest: of
            what was read; of the rows if None.

    Returns:
        ``facts_added``, ``facts_known``, ``restated`` (vintages that changed an earlier figure),
        ``left_out`` (counts by reason), ``contradictions`` (sentences), ``hash``.

    Raises:
        UserError: the store cannot be read or written.
    """
    today = pulled_at.astimezone().date()
    left_out: dict[str, int] = {}
    checked: list[Row] = []
    text = sha256()
    for cells in rows:
        table = _table(cells)
        text.update(table.encode())
        try:
            checked += read_table(table, source, today)
        except UserError as error:
            reason = str(error).removeprefix(f"{source}:2:")
            left_out[reason] = left_out.get(reason, 0) + 1
    stored = [Row(fact, f"{store}:{fact.fact_id}") for fact in read_user_facts(store)]
    held = [*bundled_rows(), *stored]
    fresh, restated, contradictions = _fresh([row.fact for row in held], checked)
    check_together([*held, *fresh])
    found = digest or text.hexdigest()
    at = pulled_at.astimezone(UTC).replace(tzinfo=None)
    if fresh:
        write_user_facts(store, [row.fact for row in fresh], pull=(found, source, at))
    return {
        "store": str(store),
        "facts_added": len(fresh),
        "facts_known": len(checked) - len(fresh) - len(contradictions),
        "restated": restated,
        "left_out": left_out,
        "contradictions": contradictions,
        "hash": found,
    }


def _table(cells: Mapping[str, str]) -> str:
    """One row as a table with its header."""
    columns = [column for column in COLUMNS if column != "recorded_on"]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerow([cells.get(column, "") for column in columns])
    return stream.getvalue()


def _fresh(held: Sequence[Fact], rows: Sequence[Row]) -> tuple[list[Row], int, list[str]]:
    """Rows that tell something new, how many of them restate, and contradictions."""
    vintages: dict[Series, dict[date, Fact]] = {}
    for fact in held:
        vintages.setdefault(fact.series, {})[fact.known_on] = fact
    fresh: list[Row] = []
    restated = 0
    contradictions: list[str] = []
    for row in sorted(rows, key=lambda row: (row.fact.known_on, row.fact.fact_id)):
        fact = row.fact
        told = vintages.setdefault(fact.series, {})
        last = max((day for day in told if day <= fact.known_on), default=None)
        before = None if last is None else told[last]
        if before is not None and _agree(before.central, fact.central):
            continue
        if last == fact.known_on and before is not None:
            contradictions.append(
                f"{fact.fact_id} says {fact.central:g} {fact.unit} where {before.fact_id} says "
                f"{before.central:g}; it was left out"
            )
            continue
        restated += before is not None
        told[fact.known_on] = fact
        fresh.append(row)
    return fresh, restated, contradictions


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= AGREE * max(abs(one), abs(other))
