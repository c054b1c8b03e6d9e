"""The declared inputs of the valuation: where each is declared, and its draws.

``priors.toml`` declares each input at the widest scope that fits. ``shared`` inputs are one draw
for all companies (the risk-free rate moves every value together); the others are drawn for each
company, and the narrowest declaration wins: company, then industry, then block of economics.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, cast

import jax
import numpy as np
from numpy.typing import ArrayLike

from jevons.errors import UserError, did_you_mean
from jevons.model.priors import Input, Prior
from jevons.valuation.company import Company, Economics

Points = TypeVar("Points", float, np.ndarray)
SHARED = ("risk_free_rate", "equity_risk_premium", "terminal_growth_share", "tax_rate")
EVERY = ("asset_beta", "ronic_spread", "base_growth", "margin_change", "sales_to_capital")
SUPPLIER = ("ai_margin_premium", "ai_sales_to_capital")  # AI earns a margin on revenue
# In the place of margin_change where goods are sold at a price that goes in cycles.
CYCLE = "cycle_margin"
BUYER = ("ai_return", "ai_capital_life")  # AI earns a return on capital
NEW_PLANTS = ("new_plant_margin", "plant_cost")  # power is sold to AI under contracts
# Inputs of each block beside those of every company, and prices of its market, shared by all in it.
OWN: Mapping[Economics, tuple[str, ...]] = {
    "product": SUPPLIER,
    "foundry": SUPPLIER,
    "generator": (*NEW_PLANTS, "new_build_share", "capacity_kept"),
    "utility": (*NEW_PLANTS, "rate_base_growth", "allowed_return"),
    "gas": ("ai_sales_to_capital",),
    "buyer": BUYER,
}
MARKETS: Mapping[Economics, tuple[str, ...]] = {
    "generator": ("energy_price_2030", "capacity_price_2030"),
    "gas": ("netback_2030",),
}


@cache
def declared() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The declarations as written: scope, then input, then the fields of its prior."""
    text = files("jevons.valuation").joinpath("priors.toml").read_text(encoding="utf-8")
    return cast("Mapping[str, Mapping[str, Mapping[str, Any]]]", tomllib.loads(text))


def priors_of(company: Company) -> dict[str, Prior]:
    """Every input that a company's value depends on, by the input's short name.

    The prior's own name is that of its stream of draws: plain for shared inputs, else
    ``TICKER_input``.

    Raises:
        UserError: the company's industry is not in ``priors.toml``.
    """
    shared = SHARED + MARKETS.get(company.economics, ())
    chosen = {name: Prior(name=name, **declared()["shared"][name]) for name in shared}
    return chosen | {
        name: Prior(name=f"{company.ticker}_{name}", **_narrowest(company, name))
        for name in own_names(company)
    }


def own_names(company: Company) -> tuple[str, ...]:
    """Short names of the inputs that are drawn for a company alone."""
    names = EVERY + OWN[company.economics]
    if not company.cyclical:
        return names
    return tuple(CYCLE if name == "margin_change" else name for name in names)


def _narrowest(company: Company, name: str) -> Mapping[str, Any]:
    """The declaration of an input, with the company's own range in its place where it has one."""
    for scope in (company.ticker, company.industry, company.economics):
        if name in declared().get(scope, {}):
            return {**declared()[scope][name], **company.own_inputs.get(name, {})}
    industries = {scope for scope, entries in declared().items() if "asset_beta" in entries}
    raise UserError(
        f"{company.ticker}: no prior of {name} is declared for the industry '{company.industry}'"
        f"{did_you_mean(company.industry, industries)}"
    )


def input_names(company: Company) -> list[str]:
    """Names of the standard normal draws that a company's value needs."""
    return [prior.name for prior in priors_of(company).values()]


def settle(company: Company) -> dict[str, Input]:
    """Inputs of a company by stream name, as reports show them.

    Margins are declared as changes from the margin last reported, so no centre moves here: the
    facts enter through :mod:`jevons.valuation.fundamentals`.
    """
    return {
        prior.name: Input(prior, prior.forward(prior.median), ())
        for prior in priors_of(company).values()
    }


def standard_points(declared: Input, moved: Input, points: Points) -> Points:
    """Points of a moved input in standard deviations of the declared one, from its own."""
    scale = declared.prior.scale
    return (moved.location - declared.location) / scale + moved.prior.scale / scale * points


def draws_of(company: Company, normals: Mapping[str, ArrayLike]) -> dict[str, jax.Array]:
    """Draws of a company's inputs by short name, each (draw,), with the rates that follow.

    Args:
        normals: standard normal draws by the names of :func:`input_names`, each (draw,).

    Raises:
        KeyError: a stream is missing.
    """
    return with_rates(
        {
            name: prior.draw(prior.forward(prior.median), np.asarray(normals[prior.name]))
            for name, prior in priors_of(company).items()
        }
    )


def with_rates(x: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
    """Inputs by short name, and the rates that follow from them.

    WACC = risk-free rate + asset beta x equity risk premium (CAPM on the assets; the asset betas
    come from industry costs of capital, so the tax shield of debt is inside them). Terminal growth
    is a share of the risk-free rate, so never above it. RONIC = WACC + a spread.
    """
    wacc = x["risk_free_rate"] + x["asset_beta"] * x["equity_risk_premium"]
    growth = x["terminal_growth_share"] * x["risk_free_rate"]
    return {**x, "wacc": wacc, "terminal_growth": growth, "ronic": wacc + x["ronic_spread"]}
