"""Groups of shares that a rule is held against, beside those that it is tried on."""

from collections.abc import Sequence
from datetime import date

from jevons.ladder.bars import FEWEST_SESSIONS, Bars, bars_of
from jevons.market import PriceTable
from jevons.market.actions import Action
from jevons.market.price_table import PriceHistory
from jevons.market.universes import DOTCOM, PLACEBO, Member, ended_by, members, universes

# From the start of the year in which the Nasdaq Composite peaked to the end of that of its low.
STRESS = (date(2000, 1, 1), date(2002, 12, 31))
LATE = 7  # days that the last price may lie before the end of the stress


def stressed_members() -> tuple[Member, ...]:
    """Technology and telecommunications of 2000, whether there are prices or not."""
    return members(DOTCOM, STRESS[0])


def stressed_bars(
    table: PriceTable, actions: Sequence[Action] = (), since: date = date.min
) -> tuple[Bars, ...]:
    """Those of :func:`stressed_members` whose prices are given, up to the end of 2002.

    One that left the index on the way is paid its last close when its prices stop, unless the
    actions tell its delisting; one that did not and whose prices stop is not covered.
    """
    found = []
    gone = ended_by([member.ticker for member in stressed_members()], DOTCOM, STRESS[1])
    for member in stressed_members():
        history = _part(table.of(member.ticker), since, STRESS[1])
        if history is None or history.day(-1) < STRESS[0]:
            continue
        known = [action for action in actions if action.day <= STRESS[1]]
        ended = any(a.ticker == member.ticker and a.kind == "delisting" for a in known)
        stops = (STRESS[1] - history.day(-1)).days > LATE and not ended
        if stops and member.ticker not in gone:
            continue
        if stops:
            last = history.day(-1), "delisting", float(history.close[-1])
            known.append(Action(member.ticker, *last))
        found.append(bars_of(history, known))
    return tuple(found)


def placebo_bars(
    table: PriceTable, actions: Sequence[Action] = (), without: Sequence[str] = ()
) -> tuple[Bars, ...]:
    """Technology without AI while it was in the index, but for shares that are tried anyway."""
    found = []
    for member in universes()[PLACEBO]:
        history = _part(table.of(member.ticker), member.first, member.last or date.max)
        if member.ticker not in without and history is not None:
            found.append(bars_of(history, actions))
    return tuple(found)


def _part(history: PriceHistory | None, first: date, last: date) -> PriceHistory | None:
    """Sessions between two days; None where they are too few, lack opens or are not in dollars."""
    if history is None or history.open is None or history.currency != "USD":
        return None
    part = history.between(first, last)
    return part if len(part) >= FEWEST_SESSIONS else None
