"""All facts together, bundled and the user's own, and what of them was known on a day."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jevons.errors import UserError, refuse
from jevons.facts.fact import Fact, Series
from jevons.facts.snapshot import Snapshot
from jevons.facts.table import Row, check_together, read_table
from jevons.facts.user_facts import read_user_facts, store_file
from jevons.facts.withdrawn import withdrawals

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLE = """
    CREATE TABLE fact AS
    SELECT unnest($1) AS position, unnest($2) AS series, unnest($3)::DATE AS known_on
"""
# The last vintage of every series that was public by then: exactly one row a series, because
# two vintages of one series with the same known_on are refused when facts are read.
KNOWN = """
    SELECT position, series_rank = 1 AS is_last
    FROM (
        SELECT position,
               row_number() OVER (PARTITION BY series ORDER BY known_on DESC) AS series_rank
        FROM fact
        WHERE known_on <= ?
    )
    ORDER BY position
"""


class Store:
    """Facts that agree with each other, kept in an in-memory DuckDB table for as-of queries."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Take facts that have passed :func:`jevons.facts.table.check_together`."""
        self.facts = tuple(sorted(facts, key=lambda fact: fact.fact_id))

    def __len__(self) -> int:
        return len(self.facts)

    @cached_property
    def first_known_on(self) -> date:
        """The day the first fact became public."""
        return min(fact.known_on for fact in self.facts)

    @cached_property
    def last_known_on(self) -> date:
        """The day the last fact became public."""
        return max(fact.known_on for fact in self.facts)

    @cached_property
    def fact_hash(self) -> str:
        """SHA-256 of the content of all facts; the order of rows and files does not matter."""
        lines = (json.dumps(astuple(fact), default=str) for fact in self.facts)
        return sha256("\n".join(lines).encode()).hexdigest()

    def as_of(self, day: date, today: date | None = None) -> Snapshot:
        """What was public on a day; nothing that became known later is in it.

        Args:
            day: whose knowledge is wanted.
            today: where given, a later ``day`` is refused.

        Raises:
            UserError: the day is before the first fact or in the future.
        """
        if today is not None and day > today:
            raise UserError(f"{day} is in the future; choose a day up to today, {today}")
        if not self.facts or day < self.first_known_on:
            first = self.first_known_on if self.facts else "never"
            raise UserError(
                f"{day} is before the first fact, which became known on {first}; "
                "choose that day or a later one"
            )
        rows = self._table.execute(KNOWN, [day]).fetchall()
        return Snapshot(
            as_of=day,
            facts=tuple(self.facts[position] for position, is_last in rows if is_last),
            earlier=tuple(self.facts[position] for position, is_last in rows if not is_last),
        )

    @cached_property
    def _table(self) -> "DuckDBPyConnection":
        import duckdb

        number: dict[Series, int] = {}
        series = [number.setdefault(fact.series, len(number)) for fact in self.facts]
        known_on = [fact.known_on.isoformat() for fact in self.facts]
        connection = duckdb.connect(":memory:")
        connection.execute(TABLE, [list(range(len(self.facts))), series, known_on])
        return connection


def load(user_files: Sequence[Path] = (), *, recorded_on: date | None = None) -> Store:
    """Read the bundled facts, the user's store and further files, and check them all.

    Args:
        user_files: tables of the user that are read for this run only.
        recorded_on: day of entry for rows of those files that give none.

    Raises:
        UserError: a table is wrong (file:row:column), or the user's store cannot be read.
    """
    rows = [*bundled_rows(), *stored_rows(), *file_rows(user_files, recorded_on)]
    check_together(rows)
    return Store(row.fact for row in rows)


def bundled_rows() -> list[Row]:
    """The facts that travel with the package, each row checked, without those withdrawn."""
    tables = files("jevons.facts").joinpath("bundled").iterdir()
    return [
        row
        for table in sorted(tables, key=lambda table: table.name)
        if table.name.endswith(".csv")
        for row in read_table(table.read_text(encoding="utf-8"), table.name)
        if row.fact.fact_id not in withdrawals()
    ]


def stored_rows() -> list[Row]:
    """The facts in the user's store; they were checked when they were added."""
    file = store_file()
    return [Row(fact, f"{file}:{fact.fact_id}") for fact in read_user_facts(file)]


def file_rows(user_files: Sequence[Path], recorded_on: date | None = None) -> list[Row]:
    """The facts in the user's tables, each row checked.

    Raises:
        UserError: a file cannot be read, or rows are wrong: all of them are named.
    """
    rows: list[Row] = []
    mistakes: list[UserError] = []
    for file in user_files:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise UserError(f"{file} cannot be read ({error.strerror}); check the path") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{file} is not UTF-8 text; save the table as CSV in UTF-8") from error
        try:
            rows += read_table(text, str(file), recorded_on)
        except UserError as error:
            mistakes.append(error)
    refuse(mistakes)
    return rows
