"""Page one: the claim, the six answers, the key table, what comes next and what would be wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from jevons.note.document import Column, Figure, Missing
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.sections import HORIZON, build_out, ladders, power, rebound, record, valuation

QUESTIONS = ("jevons", "build", "power", "value", "entry", "record")
WHY = {
    "jevons": ("jevons_index", "index", "shock"),
    "build": ("ai_capex", "capex", "binding", "build_out"),
    "power": power.WHY,
    "value": valuation.IMPLIED_WHY,
    "entry": ladders.WHY,
    "record": ("claims",),
}
NEXT = 3  # events and falsifiers that page one names


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the six answers: the question, a probability and what it is of, and a sentence."""

    name: str
    question: str
    probability: float | None
    shown: str
    of: str
    of_foreign: bool
    sentence: str
    values: tuple[tuple[str, str], ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageOne:
    """The first page."""

    claim: str
    answers: tuple[Answer, ...]
    table: Figure | Missing
    football: Figure | Missing
    coming: tuple[str, ...]
    wrong: tuple[str, ...]


def page_one(edition: Edition) -> PageOne:
    """Everything on the first page."""
    return PageOne(
        claim=claim(edition),
        answers=tuple(answer(edition, name) for name in QUESTIONS),
        table=key_table(edition),
        football=valuation.football(edition),
        coming=coming(edition),
        wrong=wrong(edition),
    )


def claim(edition: Edition) -> str:
    """One line: the index, the shortfall, the prices; parts without data are left out."""
    parts = []
    index = rebound.words(edition)
    if index:
        parts.append(edition.say("claim.jevons", **index))
    row = power.horizon_year(edition)
    if row:
        parts.append(edition.say("claim.power", **power.words(edition, row)))
    companies = valuation.valued(edition)
    if companies:
        parts.append(edition.say("claim.value", **valuation.words(edition, companies)))
    if not parts:
        return edition.say("claim.nothing")
    text = edition.say("claim.joint").join(parts)
    return text[0].upper() + text[1:] + edition.say("claim.end")


def answer(edition: Edition, name: str) -> Answer:
    """One answer; the sentence is computed here from the figures."""
    given: Record = next((a for a in edition.records("answers") if a.get("id") == name), {})
    probability = given.get("probability")
    return Answer(
        name=name,
        question=edition.say(f"question.{name}"),
        probability=probability,
        shown=edition.numbers.percent(probability),
        of=edition.free(given, "of"),
        of_foreign=bool(given) and edition.is_foreign(given, "of"),
        sentence=SENTENCES[name](edition) or edition.say("note.no_answer"),
        values=tuple(
            (edition.label(value), edition.numbers.amount(number, edition.words.unit(value)))
            for value, number in (given.get("values") or {}).items()
            if isinstance(number, int | float)
        ),
        why=(name, *WHY[name]),
    )


def jevons_sentence(edition: Edition) -> str:
    """Index, and what the shock does to demand for compute."""
    index = rebound.words(edition)
    if not index:
        return ""
    text = edition.say("answer.jevons", **index)
    found = rebound.response(edition, "compute_wanted", "compute", "fleet", "tokens")
    if found:
        path, ratio = found
        part = edition.mapping("shock")
        text += edition.say(
            "answer.jevons_shock",
            factor=edition.numbers.plain(part.get("efficiency")),
            at=part.get("at"),
            ratio=edition.numbers.plain(ratio),
            low=edition.numbers.plain(path["p05"][-1]),
            high=edition.numbers.plain(path["p95"][-1]),
            quarter=path["quarter"][-1],
        )
    return text


def build_sentence(edition: Edition) -> str:
    """Spending at the horizon, and what stands in the way."""
    text = ""
    path = edition.path("ai_capex")
    if path:
        end = last_quarter(path, HORIZON)
        q = at(path, end)
        text = (
            edition.say("answer.build", quarter=end, capex=edition.quantity(q, path["unit"]))
            if q
            else ""
        )
    binding = build_out.forecast(edition)
    if binding:
        text += edition.say("answer.build_limit", **build_out.most_binding(edition, binding))
    return text


def power_sentence(edition: Edition) -> str:
    """Shortfall before and after the options."""
    row = power.horizon_year(edition)
    return edition.say("answer.power", **power.words(edition, row)) if row else ""


def value_sentence(edition: Edition) -> str:
    """Where value and price disagree, and what prices imply."""
    companies = valuation.valued(edition)
    text = edition.say("answer.value", **valuation.words(edition, companies)) if companies else ""
    found = valuation.solved(edition)
    if found:
        text += edition.say("answer.value_implied", **valuation.implied_words(edition, found))
    return text


def entry_sentence(edition: Edition) -> str:
    """Ladders with an open gate."""
    records = [r for r in edition.records("ladders") if r.get("rungs")]
    return edition.say("answer.entry", **ladders.words(edition, records)) if records else ""


def record_sentence(edition: Edition) -> str:
    """Claims that came true."""
    if not edition.records("claims"):
        return ""
    values = record.claim_words(edition)
    if not values["resolved"]:
        return edition.say("answer.record_open", **values)
    return edition.say("answer.record", **values)


SENTENCES: dict[str, Callable[[Edition], str]] = {
    "jevons": jevons_sentence,
    "build": build_sentence,
    "power": power_sentence,
    "value": value_sentence,
    "entry": entry_sentence,
    "record": record_sentence,
}


def key_table(edition: Edition) -> Figure | Missing:
    """Price, drawdown, fair value, chance, implied build-out, by company."""
    companies = edition.records("companies")
    if not companies:
        return edition.nothing("valuation", "companies")
    say = edition.say
    implied = {r["ticker"]: r for r in edition.records("implied") if r.get("ticker")}
    numbers = [implied.get(c.get("ticker"), {}).get("implied") for c in companies]
    unit = next((r["unit"] for r in implied.values() if r.get("unit")), "USD_bn")
    heading, cells = edition.number_column(say("column.implied_short"), numbers, unit)
    columns = [
        (
            Column(say("column.company"), numeric=False),
            [valuation.named(edition, c) for c in companies],
        ),
        (edition.money_column("price"), [valuation.price(edition, c) for c in companies]),
        (
            Column(say("column.drawdown")),
            [edition.percent_cell(c.get("drawdown"), tone=True) for c in companies],
        ),
        (
            edition.money_column("fair_value"),
            [valuation.fair(edition, c, "p05", "p95") for c in companies],
        ),
        (
            Column(say("column.p_above")),
            [edition.percent_cell(c.get("p_above_price")) for c in companies],
        ),
        (heading, cells),
    ]
    why = ("companies", *valuation.IMPLIED_WHY, "drawdown")
    return Figure(**edition.figure("key_table", why), table=edition.table(columns))


def coming(edition: Edition) -> tuple[str, ...]:
    """The next dates on which a claim is decided."""
    return tuple(
        edition.say(
            "note.dated",
            day=edition.numbers.day(c["resolves_on"]),
            text=record.claim_text(edition, c),
        )
        for c in record.waiting(edition)[:NEXT]
    )


def wrong(edition: Edition) -> tuple[str, ...]:
    """The falsifiers that come first."""
    records = record.upcoming(edition)
    return tuple(
        edition.say(
            "note.wrong",
            metric=record.metric_cell(edition, r).text,
            threshold=record.level(edition, r, "threshold").text,
            day=edition.numbers.day(r.get("by")),
        )
        for r in records[:NEXT]
    )
