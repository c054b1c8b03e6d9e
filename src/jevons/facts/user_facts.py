"""The user's own facts: a DuckDB file in the user's data folder, written in transactions only."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jevons.errors import UserError
from jevons.facts.fact import Fact
from jevons.facts.table import COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TYPES = {
    "period_start": "DATE",
    "period_end": "DATE NOT NULL",
    "value": "DOUBLE",
    "low": "DOUBLE",
    "high": "DOUBLE",
    "known_on": "DATE NOT NULL",
    "recorded_on": "DATE NOT NULL",
}
CREATE = "CREATE TABLE IF NOT EXISTS fact ({}, PRIMARY KEY (fact_id))".format(
    ", ".join(f"{column} {TYPES.get(column, 'VARCHAR NOT NULL')}" for column in COLUMNS)
)
CREATE_PULL = """CREATE TABLE IF NOT EXISTS pull (
    hash VARCHAR PRIMARY KEY, source VARCHAR, pulled_at TIMESTAMP, facts BIGINT)"""
SELECT = f"SELECT {', '.join(COLUMNS)} FROM fact ORDER BY fact_id"  # noqa: S608  our own names
LISTS = ", ".join(
    f"unnest(${place}::{TYPES.get(column, 'VARCHAR').removesuffix(' NOT NULL')}[])"
    for place, column in enumerate(COLUMNS, 1)
)
INSERT = f"INSERT INTO fact SELECT {LISTS}"


def store_file() -> Path:
    """Where the user's facts are kept: ``$JEVONS_HOME``, else ``~/.local/share/jevons``."""
    home = os.environ.get("JEVONS_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share" / "jevons") / "facts.duckdb"


def read_user_facts(file: Path) -> tuple[Fact, ...]:
    """The facts in the file; none if there is no file.

    Raises:
        UserError: the file is damaged, no store of facts, or in use by another process.
    """
    if not file.exists():
        return ()
    with _open(file, read_only=True) as connection:
        return tuple(Fact(*row) for row in connection.execute(SELECT).fetchall())


def write_user_facts(
    file: Path, facts: Sequence[Fact], pull: tuple[str, str, datetime] | None = None
) -> None:
    """Append facts in one transaction; either all are kept or none.

    Args:
        pull: hash, source and time (UTC) of what was fetched, recorded beside the facts.

    Raises:
        UserError: the file or its folder cannot be written, or is damaged.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder {file.parent} for your facts cannot be made ({error.strerror}); "
            "set JEVONS_HOME to a folder that you may write"
        ) from error
    with _open(file, read_only=False) as connection:
        connection.begin()
        connection.execute(CREATE)
        columns = zip(*map(astuple, facts), strict=True)
        connection.execute(INSERT, [list(column) for column in columns])
        if pull is not None:
            connection.execute(CREATE_PULL)
            connection.execute(
                "INSERT OR IGNORE INTO pull VALUES (?, ?, ?, ?)", [*pull, len(facts)]
            )
        connection.commit()


@contextmanager
def _open(file: Path, *, read_only: bool) -> "Iterator[DuckDBPyConnection]":
    import duckdb

    try:
        connection = duckdb.connect(file, read_only=read_only)
        try:
            yield connection
        finally:
            connection.close()
    except duckdb.Error as error:
        raise _explain(file, error) from error


def _explain(file: Path, error: Exception) -> UserError:
    text = str(error)
    if "Could not set lock" in text:
        return UserError(
            f"the store of your facts {file} is in use by another process; "
            "wait until that has ended and run the command again"
        )
    if any(words in text for words in ("No space", "File too large", "Could not write")):
        return UserError(
            f"the store of your facts {file} cannot be written, the disk is full; it is as it was: "
            "make room and try again"
        )
    if "ermission" in text or "ead-only" in text:
        return UserError(
            f"the store of your facts {file} cannot be opened for this; "
            "set JEVONS_HOME to a folder that you may write"
        )
    return UserError(
        f"the store of your facts {file} cannot be read, it is damaged or no store of facts; "
        "move that file away and add your tables again with: jevons facts add FILE.csv"
    )
