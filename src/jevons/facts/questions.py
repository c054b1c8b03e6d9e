"""What the command line asks of facts; each answer is plain data for JSON."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.facts.store import Store, bundled_rows, file_rows, stored_rows
from jevons.facts.table import check_together
from jevons.facts.user_facts import store_file, write_user_facts
from jevons.facts.withdrawn import withdrawals


def document(fact: Fact) -> dict[str, Any]:
    """A fact as plain data, its dates written out."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(fact).items()
    }


def facts_list(
    snapshot: Snapshot, entity: str | None = None, metric: str | None = None
) -> list[dict[str, Any]]:
    """The facts known, one a series, of an entity, a metric, both or all.

    Raises:
        UserError: nothing is known of the entity or the metric.
    """
    for name, wanted, known in (
        ("entity", entity, {fact.entity for fact in snapshot.facts}),
        ("metric", metric, {fact.metric for fact in snapshot.facts}),
    ):
        if wanted is not None and wanted not in known:
            hint = did_you_mean(wanted, known)
            raise UserError(f"no fact of {name} {wanted!r} is known on {snapshot.as_of}{hint}")
    return [document(fact) for fact in snapshot.select(entity, metric)]


def facts_show(snapshot: Snapshot, fact_id: str) -> dict[str, Any]:
    """One fact with ``vintages``: every figure published for its series by then, oldest first.

    Raises:
        UserError: no fact known by then has this name, or it was withdrawn.
    """
    gone = withdrawals().get(fact_id)
    if gone is not None:
        raise UserError(
            f"{fact_id} was withdrawn on {gone.withdrawn_on}: {gone.reason}; "
            f"{gone.replaced_by} says it right"
        )
    vintages = [document(fact) for fact in snapshot.vintages(fact_id)]
    return document(snapshot.get(fact_id)) | {"vintages": vintages}


def check(files: Sequence[Path] = (), today: date | None = None) -> dict[str, Any]:
    """Check the user's tables, each row and together with all other facts; nothing is written.

    Args:
        files: tables. today: day of entry for rows that give none.

    Raises:
        UserError: what is wrong in each faulty row, with its place.
    """
    added = _new(files, today)
    store = Store([row.fact for row in (*bundled_rows(), *stored_rows())] + added)
    return {
        "facts": len(store),
        "new": [fact.fact_id for fact in added],
        "first_known_on": store.first_known_on.isoformat(),
        "last_known_on": store.last_known_on.isoformat(),
        "fact_hash": store.fact_hash,
    }


def add(files: Sequence[Path], today: date) -> dict[str, Any]:
    """Add tables to the user's store: all of their facts or, if one is wrong, none.

    A fact that is already there, unchanged, is left as it is, so that adding twice does no harm.

    Args:
        files: tables. today: day of entry for rows that give none.

    Raises:
        UserError: a row is wrong, contradicts another fact, or the store cannot be written.
    """
    added = _new(files, today)
    if added:
        write_user_facts(store_file(), added)
    return {"added": [fact.fact_id for fact in added], "store": str(store_file())}


def _new(files: Sequence[Path], today: date | None) -> list[Fact]:
    """Facts of the tables that the user's store does not hold yet, checked with all others."""
    stored = stored_rows()
    held = {row.fact.fact_id: row.fact for row in stored}
    new = []
    for row in file_rows(files, today):
        before = held.get(row.fact.fact_id)
        # The same fact typed again keeps the day on which it was first entered.
        if before is None or replace(row.fact, recorded_on=before.recorded_on) != before:
            new.append(row)
    check_together([*bundled_rows(), *stored, *new])
    return [row.fact for row in new]
