"""A DuckDB file beside a database in memory: its version checked, its faults in one sentence."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jevons.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Layout:
    """How a store is laid out.

    Attributes:
        what: the store in words, as errors name it. version: of the layout.
        schema: statements that make the tables of a new store, named ``store``.
        migrations: statements that make a store of the version before, by the version they lead to.
        reads_from: oldest version whose tables hold what is read; writing migrates it first.
        command: how such a store is made.
    """

    what: str
    version: int
    schema: tuple[str, ...]
    migrations: Mapping[int, tuple[str, ...]]
    reads_from: int
    command: str


@contextmanager
def attached(store: Path, layout: Layout, *, read_only: bool) -> "Iterator[DuckDBPyConnection]":
    """A database in memory with the store beside it, named ``store``, of the current layout.

    A new file gets its tables, and an older store that is opened for writing is migrated, each in
    one transaction. A store that is opened for reading is left as it is.

    Raises:
        UserError: there is no store to read; it is of a version that is not known, damaged or
            something else; it is in use, not writable, or the disk is full.
    """
    import duckdb

    if read_only and not store.exists():
        raise UserError(f"there is no {layout.what} at {store}; make one with: {layout.command}")
    if not read_only:
        _make_folder(store.parent)
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET threads = 1")  # rows keep the order of the file
        mode = " (READ_ONLY)" if read_only else ""
        name = str(store).replace("'", "''")
        connection.execute(f"ATTACH '{name}' AS store{mode}")
        _bring_up(connection, store, layout, read_only=read_only)
        yield connection
    except duckdb.Error as error:
        raise UserError(f"{store} {_told(str(error), layout)}") from error
    finally:
        connection.close()


def number(connection: "DuckDBPyConnection", query: str, values: Sequence[Any] = ()) -> int:
    """The one whole number that a query finds."""
    row = connection.execute(query, list(values)).fetchone()
    assert row is not None
    return int(row[0])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder {folder} cannot be made ({error.strerror})") from error


def _bring_up(
    connection: "DuckDBPyConnection", store: Path, layout: Layout, *, read_only: bool
) -> None:
    """Make the tables of a new store or migrate an older one; refuse what is neither."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'"
    ).fetchall()
    if not tables:
        _run(connection, (*layout.schema, *_versioned(layout.version)))
        return
    known = ("version",) in tables
    found = number(connection, "SELECT number FROM store.version") if known else None
    if found is None or not layout.reads_from <= found <= layout.version:
        what = f"no {layout.what}" if found is None else f"a {layout.what} of version {found}"
        raise UserError(
            f"{store} is {what}, and this jevons reads version {layout.version}; it was left as it "
            "is: choose another file with --store"
        )
    if not read_only and found < layout.version:
        steps = (layout.migrations[step] for step in range(found + 1, layout.version + 1))
        renewed = f"UPDATE store.version SET number = {layout.version}"  # noqa: S608  our own
        _run(connection, (*(one for step in steps for one in step), renewed))


def _versioned(version: int) -> tuple[str, str]:
    return (
        "CREATE TABLE store.version (number INTEGER)",
        f"INSERT INTO store.version VALUES ({version})",  # noqa: S608  our own number
    )


def _run(connection: "DuckDBPyConnection", statements: Sequence[str]) -> None:
    connection.begin()
    for statement in statements:
        connection.execute(statement)
    connection.commit()


def _told(text: str, layout: Layout) -> str:
    """What a fault of the database means to a reader."""
    if "Could not set lock" in text:
        return "is in use by another process; wait until that has ended"
    if any(words in text for words in ("No space", "File too large", "Could not write")):
        return "cannot be written, the disk is full; it is as it was: make room and try again"
    if "ermission" in text or "ead-only" in text:
        return "cannot be written; choose another file with --store"
    return f"is damaged or no {layout.what}; move it away or choose another file"
