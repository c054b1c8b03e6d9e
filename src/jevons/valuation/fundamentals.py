"""What a company had reported by a date: trailing revenue, margin, net debt, shares.

Only facts of the snapshot are read. What is not known is named, never filled in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jevons.errors import JevonsError
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.valuation.company import Company

MONEY = {"USD_bn": 1.0, "USD_mn": 1e-3, "USD": 1e-9}  # unit -> USD_bn
SHARES = {"share": 1e-9, "Mshare": 1e-3, "share_bn": 1.0}  # unit -> billions of shares
YEAR_DAYS = (350, 380)
QUARTER_DAYS = (75, 105)
Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Flow:
    """A money flow over a window and the facts it comes from."""

    amount: float
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fundamentals:
    """Reported figures known by a date. Money in USD_bn, shares in bn.

    ``revenue`` is over the trailing year ``start`` to ``end``; ``margin`` is operating income over
    revenue in the last year for which both are known; ``balance_date`` dates the net debt.
    ``options`` (bn) on listed shares at ``exercise_price`` (listing currency) are zero unless both
    are known; a diluted count has them inside.
    """

    revenue: float
    start: date
    end: date
    margin: float
    net_debt: float
    other_claims: float
    balance_date: date
    shares: float
    facts: tuple[str, ...]
    options: float = 0.0
    exercise_price: float = 0.0


class NotKnownError(JevonsError):
    """Something a value needs is not known by the date; the message is the reason shown."""


def fundamentals(company: Company, snapshot: Snapshot) -> Fundamentals:
    """Reported figures of a company known by the snapshot's date.

    Raises:
        NotKnownError: a figure is not known; the message says which.
    """
    revenues = trailing_years(snapshot, company.ticker, "total_revenue")
    incomes = trailing_years(snapshot, company.ticker, "operating_income")
    if not revenues:
        raise _unknown("total_revenue over a year", company, snapshot)
    both = revenues.keys() & incomes.keys()
    if not both:
        raise _unknown("operating_income over a year of known revenue", company, snapshot)
    start, end = max(revenues, key=_by_end)
    common = max(both, key=_by_end)
    revenue, income, over = revenues[start, end], incomes[common], revenues[common]
    if revenue.amount <= 0 or over.amount <= 0:
        raise NotKnownError(
            f"total_revenue of {company.ticker} is not above zero in {start} to {end}"
        )
    debt, balance_date, debt_facts = _net_debt(company, snapshot)
    shares, share_fact = _shares(company, snapshot)
    claims = snapshot.latest(company.ticker, "other_claims", stated_by="company")
    options = _options(company, snapshot)
    facts = [*revenue.facts, *income.facts, *over.facts, *debt_facts, share_fact]
    facts += [fact.fact_id for fact in (claims, *options) if fact is not None]
    return Fundamentals(
        revenue=revenue.amount,
        start=start,
        end=end,
        margin=income.amount / over.amount,
        net_debt=debt,
        other_claims=0.0 if claims is None else _money(claims),
        balance_date=balance_date,
        shares=shares,
        facts=tuple(dict.fromkeys(facts)),
        options=options[0].central * SHARES[options[0].unit] if options else 0.0,
        exercise_price=options[1].central if options else 0.0,
    )


def trailing_years(
    snapshot: Snapshot, ticker: str, metric: str, amount: Callable[[Fact], float] | None = None
) -> Mapping[Window, Flow]:
    """Every full year of a reported flow, by its window: fiscal years and runs of four quarters.

    A fourth quarter that is reported only inside its year is the year less the other three.

    Args:
        amount: of a fact; money in USD_bn by default.
    """
    measured = _money if amount is None else amount
    years: dict[Window, Flow] = {}
    quarters: dict[Window, Flow] = {}
    for fact in snapshot.select(entity=ticker, metric=metric, stated_by="company"):
        if fact.period_start is None or fact.period_end > snapshot.as_of:
            continue
        days = (fact.period_end - fact.period_start).days + 1
        flow = Flow(measured(fact), (fact.fact_id,))
        if YEAR_DAYS[0] <= days <= YEAR_DAYS[1]:
            years[fact.period_start, fact.period_end] = flow
        elif QUARTER_DAYS[0] <= days <= QUARTER_DAYS[1]:
            quarters[fact.period_start, fact.period_end] = flow
    for (start, end), year in years.items():
        run = _run(quarters, start)
        if len(run) >= 3 and run[2][1] < end and end not in {window[1] for window in quarters}:
            rest = year.amount - sum(quarters[window].amount for window in run[:3])
            facts = sum((quarters[window].facts for window in run[:3]), year.facts)
            quarters[run[2][1] + timedelta(1), end] = Flow(rest, facts)
    for start, _ in quarters:
        run = _run(quarters, start)
        if len(run) >= 4:
            flows = [quarters[window] for window in run[:4]]
            facts = tuple(dict.fromkeys(name for flow in flows for name in flow.facts))
            years.setdefault((start, run[3][1]), Flow(sum(flow.amount for flow in flows), facts))
    return years


def _run(quarters: Mapping[Window, Flow], start: date) -> list[Window]:
    """Up to four quarters that follow one another without a gap, from ``start``."""
    by_start = {window[0]: window for window in quarters}
    run: list[Window] = []
    while len(run) < 4 and start in by_start:
        run.append(by_start[start])
        start = run[-1][1] + timedelta(1)
    return run


def _by_end(window: Window) -> tuple[date, date]:
    return window[1], window[0]


def _net_debt(company: Company, snapshot: Snapshot) -> tuple[float, date, tuple[str, ...]]:
    def latest(metric: str) -> Fact | None:
        return snapshot.latest(company.ticker, metric, stated_by="company")

    net, debt, cash = latest("net_debt"), latest("total_debt"), latest("cash_and_investments")
    if debt is not None and cash is not None:
        balance_date = min(debt.period_end, cash.period_end)
        if net is None or net.period_end < balance_date:
            return _money(debt) - _money(cash), balance_date, (debt.fact_id, cash.fact_id)
    if net is None:
        lacking = "total_debt" if debt is None else "cash_and_investments"
        raise _unknown(lacking, company, snapshot)
    return _money(net), net.period_end, (net.fact_id,)


def _shares(company: Company, snapshot: Snapshot) -> tuple[float, str]:
    """The latest count, in billions; diluted where both are of one date."""
    found = [
        fact
        for metric in ("diluted_shares", "shares_outstanding")
        if (fact := snapshot.latest(company.ticker, metric, stated_by="company")) is not None
    ]
    if not found:
        raise _unknown("shares_outstanding", company, snapshot)
    fact = max(found, key=lambda fact: fact.period_end)
    if fact.unit not in SHARES:
        raise NotKnownError(f"{fact.fact_id} counts shares in '{fact.unit}', not in {list(SHARES)}")
    count = fact.central * SHARES[fact.unit]
    if count <= 0:
        raise NotKnownError(
            f"{fact.fact_id} gives {company.ticker} a share count of {fact.central:g}"
        )
    return count, fact.fact_id


def _options(company: Company, snapshot: Snapshot) -> tuple[Fact, ...]:
    """Options outstanding and their exercise price, nothing unless both are known."""
    found = [
        snapshot.latest(company.ticker, metric, stated_by="company")
        for metric in ("options_outstanding", "option_exercise_price")
    ]
    known = tuple(fact for fact in found if fact is not None)
    return known if len(known) == len(found) else ()


def _money(fact: Fact) -> float:
    if fact.unit not in MONEY:
        raise NotKnownError(
            f"{fact.fact_id} states {fact.metric} in '{fact.unit}', not in {list(MONEY)}"
        )
    return fact.central * MONEY[fact.unit]


def _unknown(metric: str, company: Company, snapshot: Snapshot) -> NotKnownError:
    return NotKnownError(f"no {metric} for {company.ticker} known by {snapshot.as_of}")
