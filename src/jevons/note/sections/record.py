"""What would prove the note wrong, and what became of claims already made."""

from typing import Any

from jevons.note.document import Cell, Column, Figure, Section
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING

OPEN = ("open", "pending", "unresolved", "not resolvable")
TRUE = ("true", "hit", "came_true", "yes", "inside")


def falsifiers(edition: Edition) -> Section:
    """Dated observations that would refute the note."""
    records = edition.records("falsifiers")
    if not records:
        return edition.missing("falsifiers", "falsifiers")
    first = upcoming(edition)[0]
    values = {
        "all": len(records),
        "day": edition.numbers.day(first.get("by")),
        "metric": edition.label(str(first.get("metric"))),
    }
    why = ("falsifiers",)
    say = edition.say
    columns = [
        (
            Column(say("column.falsifier"), numeric=False),
            [metric_cell(edition, r) for r in records],
        ),
        (Column(say("column.now")), [level(edition, r, "now") for r in records]),
        (Column(say("column.threshold")), [level(edition, r, "threshold") for r in records]),
        (
            Column(say("column.by"), numeric=False, whole=True),
            [Cell(str(r.get("by") or NOTHING), below=late(edition, r)) for r in records],
        ),
        (
            Column(say("column.why"), numeric=False, wide=True),
            [edition.free_cell(r, "why") for r in records],
        ),
    ]
    figure = Figure(**edition.figure("falsifiers", why, **values), table=edition.table(columns))
    return edition.section("falsifiers", edition.say("finding.falsifiers", **values), [figure])


def late(edition: Edition, record: Record) -> str:
    """What is said of an observation whose day has passed without its figure."""
    by = str(record.get("by") or "")
    return edition.say("note.late") if by and by < (edition.as_of or "") else ""


def upcoming(edition: Edition) -> list[Record]:
    """The falsifiers by day, those whose day has passed last."""
    return sorted(
        edition.records("falsifiers"),
        key=lambda r: (bool(late(edition, r)), str(r.get("by") or "9999"), str(r.get("id"))),
    )


def metric_cell(edition: Edition, record: Record) -> Cell:
    """What is watched: the study's own name for it, else the label of the quantity."""
    named = edition.free(record, "name")
    return Cell(named or edition.label(str(record.get("metric") or record.get("id"))))


def level(edition: Edition, record: Record, field: str) -> Cell:
    """A level that may be a number, a quantity or words; with its direction before it."""
    value: Any = record.get(field)
    unit = record.get("unit") or ""
    sign = (
        {"above": "> ", "below": "< "}.get(str(record.get("direction")), "")
        if field == "threshold"
        else ""
    )
    if isinstance(value, dict) and "p50" in value:
        unit = value.get("unit") or unit
        return Cell(
            edition.numbers.amount(value["p50"], unit),
            value=value["p50"],
            below=edition.numbers.between(value["p05"], value["p95"], unit),
        )
    if isinstance(value, bool) or value is None:
        return Cell(NOTHING)
    if isinstance(value, int | float):
        return Cell(sign + edition.numbers.amount(value, unit), value=value)
    return edition.free_cell(record, field)


def resolved(edition: Edition) -> list[Record]:
    """Claims whose outcome is known."""
    return [c for c in edition.records("claims") if str(c.get("status")).lower() not in OPEN]


def waiting(edition: Edition) -> list[Record]:
    """Open claims whose day is still to come, the next first."""
    settled, today = resolved(edition), edition.as_of or ""
    found = [
        c
        for c in edition.records("claims")
        if c not in settled
        and c.get("status") != "not resolvable"
        and str(c.get("resolves_on") or "") >= today
    ]
    return sorted(found, key=lambda c: (str(c["resolves_on"]), str(c.get("id"))))


def came_true(claim: Record) -> bool:
    """Whether a resolved claim's outcome lies in what it claimed, in all its parts."""
    if claim.get("status") == "partly":
        return False
    if str(claim.get("status")).lower() in TRUE:
        return True
    outcome = claim.get("outcome")
    if isinstance(outcome, bool):
        return outcome
    if not isinstance(outcome, int | float):
        return str(outcome).lower() in TRUE
    low, high = claim.get("low"), claim.get("high")
    return (low is None or outcome >= low) and (high is None or outcome <= high)


def claim_words(edition: Edition) -> dict[str, object]:
    """The ledger in words."""
    claims, settled = edition.records("claims"), resolved(edition)
    true = sum(came_true(claim) for claim in settled)
    partly = sum(claim.get("status") == "partly" for claim in settled)
    never = sum(claim.get("status") == "not resolvable" for claim in claims)
    coming = next(iter(waiting(edition)), {})
    return {
        "all": len(claims),
        "resolved": len(settled),
        "true": true,
        "partly": edition.say("note.partly", n=partly) if partly else "",
        "false": len(settled) - true - partly,
        "open": len(claims) - len(settled) - never,
        "undecided": len(claims) - len(settled),
        "never": edition.say("note.never_decided", n=never) if never else "",
        "day": edition.numbers.day(coming.get("resolves_on")),
        "text": claim_text(edition, coming) if coming else NOTHING,
    }


def claim_text(edition: Edition, claim: Record) -> str:
    """A claim's text in this language."""
    return edition.free(claim, "text") or str(claim.get("id", ""))


def claims(edition: Edition) -> Section:
    """The ledger of claims."""
    records = sorted(
        edition.records("claims"), key=lambda c: (str(c.get("resolves_on")), str(c.get("id")))
    )
    if not records:
        return edition.missing("claims", "claims")
    say, values = edition.say, claim_words(edition)
    texts = [
        Cell(claim_text(edition, c), below=who(edition, c), foreign=edition.is_foreign(c, "text"))
        for c in records
    ]
    columns = [
        (Column(say("column.claim"), numeric=False, wide=True), texts),
        (Column(say("column.claimed")), [claimed(edition, c) for c in records]),
        (Column(say("column.p_model")), [edition.percent_cell(c.get("p_model")) for c in records]),
        (
            Column(say("column.resolves_on"), numeric=False, whole=True),
            [Cell(str(c.get("resolves_on") or NOTHING)) for c in records],
        ),
        (Column(say("column.status"), numeric=False), [status(edition, c) for c in records]),
        (Column(say("column.outcome")), [outcome(edition, c) for c in records]),
    ]
    name = "claims" if values["resolved"] else "claims_open"
    figure = Figure(
        **edition.figure(name, ("claims", "record"), **values), table=edition.table(columns)
    )
    return edition.section("claims", edition.say(f"finding.{name}", **values), [figure])


def who(edition: Edition, claim: Record) -> str:
    """Who said it, and when."""
    name = edition.words.name("who", str(claim.get("who") or NOTHING))
    return edition.say("note.pair", first=name, second=claim.get("said_on") or NOTHING)


def claimed(edition: Edition, claim: Record) -> Cell:
    """The range that was claimed; open at an end where the claim is."""
    low, high, unit = claim.get("low"), claim.get("high"), str(claim.get("unit") or "")
    numbers = edition.numbers
    if low is not None and high is not None:
        return Cell(numbers.between(low, high, unit) if low != high else numbers.amount(low, unit))
    if low is not None:
        return Cell("≥ " + numbers.amount(low, unit), value=low)
    return Cell(NOTHING if high is None else "≤ " + numbers.amount(high, unit), value=high)


def status(edition: Edition, claim: Record) -> Cell:
    """The status in words, with a mark; and why, where range and outcome do not tell it."""
    word = edition.words.name("status", str(claim.get("status") or "open").lower())
    if claim in resolved(edition):
        mark = "◐ " if claim.get("status") == "partly" else "✓ " if came_true(claim) else "× "
        word = mark + word
    told = claim.get("outcome") is not None and claim.get("parts", 1) == 1
    if told:
        return Cell(word)
    return Cell(word, below=edition.free(claim, "why"), foreign=edition.is_foreign(claim, "why"))


def outcome(edition: Edition, claim: Record) -> Cell:
    """What happened."""
    value = claim.get("outcome")
    if value is None:
        return Cell(NOTHING)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(edition.words.name("status", str(value).lower()))
    return Cell(edition.numbers.amount(value, str(claim.get("unit") or "")), value=value)
