"""Rules to choose from: every phrase of the language, put together at random."""

from datetime import date
from decimal import Decimal

from hypothesis import reject
from hypothesis import strategies as st

from jevons.ladder import phrases
from jevons.ladder.phrases import SLOT, Phrase, Value
from jevons.ladder.rule import Exit, LadderRule, Rung, spaced

NEEDS = ("px/fv", "p(fv>px)", "pctile", "regime", "thesis", "kelly")


def decimals(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=2)


def falling(numbers: list[Decimal]) -> tuple[Decimal, ...]:
    return tuple(sorted(set(numbers), reverse=True))


def distinct(low: str, high: str) -> st.SearchStrategy[list[Decimal]]:
    return st.lists(decimals(low, high), min_size=1, max_size=4)


KINDS: dict[str, st.SearchStrategy[Value]] = {
    "count": st.integers(1, 40),
    "share": decimals("1", "100"),
    "depth": decimals("-60", "-0.5"),
    "negative": decimals("-2", "-0.01"),
    "positive": decimals("0.01", "3"),
    "fraction": decimals("0.01", "1"),
    "word": st.sampled_from(["pe", "ev_sales"]),
    "field": st.sampled_from(["close", "high"]),
    "day": st.dates(date(2020, 1, 1), date(2020, 6, 30)),
    "fractions": distinct("0.05", "0.9").map(falling),
    "multiples": distinct("0.05", "3").map(lambda numbers: falling(numbers)[::-1]),
    "set": st.lists(st.sampled_from(["calm", "stress"]), min_size=1, max_size=2).map(tuple),
}


@st.composite
def phrase(draw: st.DrawFn, forms: tuple[str, ...], prices_only: bool = False) -> Phrase:
    known = [f for f in forms if not (prices_only and f.startswith(NEEDS))]
    form = draw(st.sampled_from(known))
    found = Phrase(form, tuple(draw(KINDS[kind]) for kind in SLOT.findall(form)))
    try:
        spaced(found)
    except ValueError:  # steps from a depth to a shallower one
        reject()
    return found


@st.composite
def rules(draw: st.DrawFn, prices_only: bool = False) -> LadderRule:
    def some(forms: tuple[str, ...]) -> Phrase:
        return draw(phrase(forms, prices_only))

    def many(forms: tuple[str, ...], most: int) -> tuple[Phrase, ...]:
        return tuple(some(forms) for _ in range(draw(st.integers(0, most))))

    holds = draw(st.integers(0, 9)) == 0
    rungs = tuple(
        Rung(
            some(phrases.WEIGHTS),
            some((*phrases.TRIGGERS, *phrases.SPACINGS)),
            many(phrases.CONDITIONS, 1),
            draw(st.none() | st.integers(1, 5)),
        )
        for _ in range(draw(st.integers(1, 4)))
    )
    return LadderRule(
        draw(st.sampled_from(["NVDA", "BRK-B", "^GSPC", "2330.TW", "each"])),
        some(phrases.REFERENCES),
        () if holds else rungs,
        some(phrases.HOLDS) if holds else None,
        draw(st.none() | phrase(phrases.REARMS)),
        many(phrases.GUARDS, 2),
        many(phrases.CONDITIONS, 1),
        tuple(
            Exit(some(phrases.WEIGHTS), some(phrases.EXITS)) for _ in range(draw(st.integers(0, 2)))
        ),
    )
