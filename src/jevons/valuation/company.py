"""Companies as data: an entry in ``companies.toml`` and facts make a company, never code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from jevons.errors import UserError, did_you_mean

DERIVED = {"ticker", "listing_per_dollar", "own_inputs"}  # no fields of an entry
OPTIONAL = {"currency", "shares_per_listed", "cyclical"}
Economics = Literal["product", "foundry", "generator", "utility", "gas", "buyer"]


@dataclass(frozen=True, slots=True)
class Company:
    """A listed company as the valuation sees it.

    ``layer`` is its place in the value chain; ``economics`` chooses its priors and whether AI earns
    a margin on revenue or (``buyer``) a return on capital. ``currency`` is that of the listing;
    ``shares_per_listed`` the ordinary shares in one listed share (ADR ratio). ``cyclical`` is a
    product whose price goes in cycles, as memory: it has a margin over the cycle.
    ``listing_per_dollar`` is the listing's currency for one US dollar, in which the chain counts;
    ``own_inputs`` are priors by short name that take the place of its block's.
    """

    ticker: str
    name: str
    name_zh: str
    layer: str
    economics: Economics
    industry: str
    currency: str = "USD"
    shares_per_listed: float = 1.0
    cyclical: bool = False
    listing_per_dollar: float = 1.0
    own_inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_companies(text: str, where: str) -> Mapping[str, Company]:
    """Companies declared in a TOML text, by ticker.

    Raises:
        UserError: the text is no TOML, or an entry has a field missing, unknown or wrong.
    """
    try:
        declared = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where}: not readable as TOML: {error}") from error
    return {
        ticker: company_from(ticker, entry, f"{where}: [{ticker}]")
        for ticker, entry in declared.items()
    }


def company_from(
    ticker: str,
    entry: object,
    place: str,
    *,
    listing_per_dollar: float = 1.0,
    own_inputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> Company:
    """A company from the fields of an entry; ``place`` names the entry in messages.

    Raises:
        UserError: a field is missing, unknown or wrong.
    """
    if not isinstance(entry, dict):
        raise UserError(f"{place} must be a table of fields, for example layer = 'network'")
    known = {each.name for each in fields(Company)} - DERIVED
    if unknown := sorted(set(entry) - known):
        raise UserError(f"{place} has an unknown field '{unknown[0]}'"
                        f"{did_you_mean(unknown[0], known)}")  # fmt: skip
    if missing := sorted(known - set(entry) - OPTIONAL):
        raise UserError(f"{place} lacks the field '{missing[0]}'")
    for name in known & set(entry) - {"shares_per_listed", "cyclical"}:
        if not isinstance(entry[name], str) or not entry[name]:
            raise UserError(f"{place} {name} must be a text, got {entry[name]!r}")
    if entry["economics"] not in get_args(Economics):
        raise UserError(
            f"{place} has the unknown economics '{entry['economics']}'"
            f"{did_you_mean(entry['economics'], get_args(Economics))}"
        )
    ratio = entry.get("shares_per_listed", 1.0)
    if isinstance(ratio, bool) or not isinstance(ratio, int | float) or not ratio > 0:
        raise UserError(f"{place} shares_per_listed must be a number above 0, got {ratio!r}")
    cyclical = entry.get("cyclical", False)
    if not isinstance(cyclical, bool):
        raise UserError(f"{place} cyclical must be true or false, got {cyclical!r}")
    if cyclical and entry["economics"] != "product":
        raise UserError(
            f"{place} is cyclical, which only the economics 'product' can be, "
            f"not '{entry['economics']}'"
        )
    return Company(
        ticker=ticker,
        **(entry | {"shares_per_listed": float(ratio)}),
        listing_per_dollar=listing_per_dollar,
        own_inputs=own_inputs or {},
    )


@cache
def companies() -> Mapping[str, Company]:
    """The bundled companies, by ticker, in file order."""
    text = files("jevons.valuation").joinpath("companies.toml").read_text(encoding="utf-8")
    return read_companies(text, "companies.toml")


def company_of(ticker: str) -> Company:
    """One bundled company.

    Raises:
        UserError: the ticker is unknown; the message names the nearest ones.
    """
    if ticker not in companies():
        raise UserError(f"unknown ticker '{ticker}'{did_you_mean(ticker, companies())}")
    return companies()[ticker]
