"""A company that a user describes in one file: what it sells, to whom, what it owns and owes.

The file is TOML with one table a company; ``docs/valuation.md`` shows a whole one. It becomes a
:class:`~jevons.valuation.company.Company`, its exposures to the chain's spending, and facts in US
dollars with the file as their source, known from the day that the file states. Money converts at
the file's rates, a count of shares never does.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.fact import Fact
from jevons.model.revenue import POOLS, Exposure, exposures, refuse_overallocated
from jevons.valuation.company import Company, Economics, company_from
from jevons.valuation.priors import own_names, priors_of

SPENDING = "ai_capex"  # the pool of a buyer: its share of what the world spends on AI
TABLES = ("reported", "segments", "exposures", "inputs", "dollars_per", "price")
RANGE = ("p10", "median", "p90")
FLOWS = ("total_revenue", "operating_income")
BALANCES = ("total_debt", "cash_and_investments", "other_claims", "shares_outstanding")
OPTIONAL = ("other_claims", "options_outstanding", "option_exercise_price")
# Figures of a company's trade by block: a generator's GW sold at PJM's auction, a utility's rate
# base with what it earns and sells, a gas producer's volume in Bcfe.
TRADE: Mapping[Economics, tuple[str, ...]] = {
    "generator": ("cleared_capacity",),
    "utility": ("rate_base", "regulated_revenue", "regulated_operating_income"),
    "gas": ("gas_sales_volume",),
}
OVER_THE_YEAR = (*FLOWS, "regulated_revenue", "regulated_operating_income", "gas_sales_volume")
UNITS = {
    "close": "USD/share",
    "option_exercise_price": "USD/share",
    "shares_outstanding": "share_bn",
    "options_outstanding": "share_bn",
    "cleared_capacity": "GW",
    "gas_sales_volume": "Bcfe",
}


@dataclass(frozen=True, slots=True)
class Described:
    """A described company: itself, its shares of pools, its figures as facts in US dollars."""

    company: Company
    exposures: tuple[Exposure, ...]
    facts: tuple[Fact, ...]


def read_described(file: Path) -> tuple[Described, ...]:
    """Read and check a file of described companies.

    Raises:
        UserError: the file cannot be read, or an entry lacks something or holds what cannot be:
            the message names the file, the table, the field and what is expected.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the company file {file}: {error}") from error
    return described(text, str(file))


def described(text: str, where: str) -> tuple[Described, ...]:
    """Described companies of a TOML text; see :func:`read_described`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where}: not readable as TOML: {error}") from error
    if not tables:
        raise UserError(f"{where} describes no company; write a table such as [ACME]")
    found = tuple(_one(ticker, entry, where) for ticker, entry in tables.items())
    own = {each.company.ticker for each in found}
    bundled = [row for row in exposures() if row.ticker not in own]
    added = [row for each in found for row in each.exposures if row.pool != SPENDING]
    refuse_overallocated([*bundled, *added])
    return found


def _one(ticker: str, entry: Any, where: str) -> Described:
    place = f"{where}: [{ticker}]"
    if not isinstance(entry, dict):
        raise UserError(f"{place} must be a table of fields, for example layer = 'network'")
    plain = {name: value for name, value in entry.items() if name not in TABLES}
    parts = {name: entry.get(name, {}) for name in TABLES}
    if "currency" not in plain:
        raise UserError(f"{place} lacks the field 'currency', that of its listing, e.g. 'USD'")
    reporting = plain.pop("reporting_currency", plain["currency"])
    rates = _rates(parts["dollars_per"], (reporting, plain["currency"]), place)
    plain.setdefault("name_zh", plain.get("name"))
    listing = 1 / rates[plain["currency"]]
    company = company_from(ticker, plain, place, listing_per_dollar=listing)
    company = replace(company, own_inputs=_inputs(company, parts["inputs"], place))
    shares = _exposures(ticker, company.economics == "buyer", parts["exposures"], place)
    facts = _facts(company, parts, rates[reporting], place)
    return Described(company, shares, facts)


def _rates(given: Any, currencies: tuple[str, ...], place: str) -> dict[str, float]:
    """US dollars for one unit of each currency."""
    rates = {"USD": 1.0}
    for currency in currencies:
        if currency == "USD":
            continue
        if not isinstance(given, dict) or currency not in given:
            raise UserError(
                f"{place} uses {currency} but gives no rate; add [{place.split('[')[1]}"
                f".dollars_per] with {currency} = US dollars for one {currency}".replace("].", ".")
            )
        rates[currency] = _number(given[currency], f"{place} dollars_per.{currency}", above=0.0)
    return rates


def _number(value: Any, what: str, *, above: float | None = None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise UserError(f"{what} must be a number, got {value!r}")
    if above is not None and not value > above:
        raise UserError(f"{what} must be above {above:g}, got {value:g}")
    return float(value)


def _range(value: Any, what: str) -> tuple[float, float, float]:
    """A range as declared: 10 %, median and 90 % point, in that order."""
    if not isinstance(value, dict) or any(name not in value for name in RANGE):
        raise UserError(f"{what} must be a range {{p10 = ..., median = ..., p90 = ...}}")
    low, middle, high = (_number(value[name], f"{what} {name}") for name in RANGE)
    if not low < middle < high:
        raise UserError(f"{what} must rise from p10 to p90, got {low:g}, {middle:g}, {high:g}")
    return low, middle, high


def _exposures(ticker: str, buyer: bool, given: Any, place: str) -> tuple[Exposure, ...]:
    known = (*POOLS, SPENDING) if buyer else POOLS
    if not isinstance(given, dict) or not given:
        raise UserError(
            f"{place} has no exposures; add a table exposures with a pool such as "
            "memory = {p10 = 0.05, median = 0.08, p90 = 0.12, source = '...'}"
        )
    if buyer and SPENDING not in given:
        raise UserError(f"{place} is a buyer and needs an exposure '{SPENDING}', its share of it")
    rows = []
    for pool, value in given.items():
        what = f"{place} exposures.{pool}"
        if pool not in known:
            raise UserError(f"{what}: no pool is called '{pool}'{did_you_mean(pool, known)}")
        low, middle, high = _range(value, what)
        if not low > 0 or not high < 1:
            raise UserError(f"{what} must lie between 0 and 1, got {low:g} to {high:g}")
        rows.append(Exposure(ticker, pool, low, middle, high, None, _source(value, what)))
    return tuple(rows)


def _source(value: Mapping[str, Any], what: str) -> str:
    source = value.get("source")
    if not isinstance(source, str) or not source.strip():
        raise UserError(f"{what} lacks a source: say where it comes from, or 'assumption: why'")
    return source


def _inputs(company: Company, given: Any, place: str) -> dict[str, dict[str, Any]]:
    """The user's own ranges of the valuation's inputs, by short name."""
    known, priors = own_names(company), priors_of(company)
    found = {}
    for name, value in given.items():
        what = f"{place} inputs.{name}"
        if name not in known:
            raise UserError(
                f"{what}: no input of the economics '{company.economics}' is called '{name}'"
                f"{did_you_mean(name, known)}"
            )
        low, middle, high = _range(value, what)
        prior = priors[name]
        if prior.distribution == "lognormal" and not low > prior.floor:
            raise UserError(f"{what} must be above {prior.floor:g}, got {low:g} to {high:g}")
        if prior.distribution == "logitnormal" and not 0 < low < high < 1:
            raise UserError(f"{what} must lie between 0 and 1, got {low:g} to {high:g}")
        found[name] = {"p10": low, "median": middle, "p90": high, "source": _source(value, what)}
    return found


def _facts(company: Company, parts: Mapping[str, Any], rate: float, place: str) -> tuple[Fact, ...]:
    ticker = company.ticker
    reported = dict(parts["reported"])
    if not reported:
        raise UserError(f"{place} has no reported figures; add a table reported")
    known_on, start, end = (
        _day(reported.pop(name, None), f"{place} reported.{name}")
        for name in ("known_on", "period_start", "period_end")
    )
    source = _source({"source": reported.pop("source", None)}, f"{place} reported")
    for name, amount in _segments(parts["segments"], place).items():
        if name in reported:
            raise UserError(f"{place} gives {name} both in reported and by segments; keep one")
        reported[name] = amount
    trade = TRADE.get(company.economics, ())
    known = (*FLOWS, *BALANCES, *OPTIONAL, *trade)
    for name in reported:
        if name not in known:
            raise UserError(
                f"{place} reported.{name}: no figure of the economics '{company.economics}'"
                f"{did_you_mean(name, known)}"
            )
    if lacking := [name for name in trade if name not in reported and set(trade) & set(reported)]:
        raise UserError(
            f"{place} reported lacks '{lacking[0]}', which belongs with {', '.join(trade)}"
        )
    if lacking := [name for name in (*FLOWS, *BALANCES) if name not in {*reported, *OPTIONAL}]:
        raise UserError(f"{place} reported lacks '{lacking[0]}'")
    made = [
        _fact(ticker, name, amount, rate, _period(name, start, end), known_on, source)
        for name, amount in (
            (name, _checked(name, value, place)) for name, value in reported.items()
        )
    ]
    return (*made, *_price(ticker, parts["price"], place))


def _period(name: str, start: date, end: date) -> tuple[date | None, date]:
    return (start if name in OVER_THE_YEAR else None), end


def _checked(name: str, value: Any, place: str) -> float:
    what = f"{place} reported.{name}"
    number = _number(value, what)
    if name == "shares_outstanding" and number <= 0:
        raise UserError(f"{what} must be above 0 billion shares, got {number:g}")
    if number < 0 and name not in (
        "operating_income",
        "regulated_operating_income",
        "other_claims",
    ):
        raise UserError(f"{what} must not be below 0, got {number:g}")
    return number


def _segments(given: Any, place: str) -> dict[str, float]:
    """Revenue and operating income summed over segments of revenue and operating margin."""
    if not given:
        return {}
    totals = dict.fromkeys(FLOWS, 0.0)
    for name, segment in given.items():
        what = f"{place} segments.{name}"
        if not isinstance(segment, dict) or {"revenue", "operating_margin"} - set(segment):
            raise UserError(f"{what} must give revenue and operating_margin")
        revenue = _number(segment["revenue"], f"{what} revenue")
        margin = _number(segment["operating_margin"], f"{what} operating_margin")
        if not -5 < margin < 1:
            raise UserError(f"{what} operating_margin {margin:g} is no share of revenue, e.g. 0.25")
        totals["total_revenue"] += revenue
        totals["operating_income"] += revenue * margin
    return totals


def _price(ticker: str, given: Any, place: str) -> tuple[Fact, ...]:
    """The close as a fact in the listing's currency; none given is none known."""
    if not given:
        return ()
    close = _number(given.get("close"), f"{place} price.close", above=0.0)
    day = _day(given.get("date"), f"{place} price.date")
    source = _source(given, f"{place} price")
    return (_fact(ticker, "close", close, 1.0, (day, day), day, source),)


def _fact(
    ticker: str,
    metric: str,
    amount: float,
    rate: float,
    period: tuple[date | None, date],
    known_on: date,
    source: str,
) -> Fact:
    """A figure of the file as a fact; money in USD_bn, a count in billions, a price as it is."""
    unit = UNITS.get(metric, "USD_bn")
    if unit != "USD_bn" and metric != "close":
        rate = 1.0
    return Fact(
        f"{ticker}-{metric}-{period[1]}", ticker, metric, *period, amount * rate, None, None,
        unit, "company", known_on, known_on, source, "", "described by the user",
    )  # fmt: skip


def _day(value: Any, what: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UserError(f"{what} must be a day such as 2025-12-31, got {value!r}") from None
