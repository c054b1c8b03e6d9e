"""One year of AI capital spending through the value chain: who is paid, and who keeps what.

Buyers' spending is final demand; the input-output table gives every sector's gross output and what
it keeps of it; exposures give companies their parts. Everything is in double precision, so that the
accounts close far below a cent. See :mod:`jevons.model.input_output`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.facts.snapshot import Snapshot
from jevons.model import capex, input_output, revenue
from jevons.model.anchors import BUYERS
from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.model.input_output import FINAL, SECTORS
from jevons.model.reported import last_year
from jevons.model.revenue import Exposure
from jevons.quantiles import rounded, summarise
from jevons.valuation.chain_inputs import ChainInputs, Path, by_year
from jevons.valuation.fundamentals import MONEY

Draws = NDArray[np.float64]
PATHS = ("capex_by_category", "custom_silicon_share")  # of the chain, beside those of ChainInputs
UNIT = "USD_bn"
OTHERS = "others"  # whoever is not followed: sellers of a sector, or buyers


@dataclass(frozen=True)
class Accounts:
    """The accounts of one year, every array (draw,), USD_bn.

    ``final``, ``output``, ``kept``: final demand, gross output and value added by sector.
    ``paid``: by buying and selling sector. ``share``: of each exposure to a sector.
    ``spent``: AI spending by buyer, with ``others``.
    """

    year: int
    final: Mapping[str, Draws]
    output: Mapping[str, Draws]
    kept: Mapping[str, Draws]
    paid: Mapping[str, Mapping[str, Draws]]
    share: Mapping[str, Draws]
    spent: Mapping[str, Draws]

    @cached_property
    def total(self) -> Draws:
        """World AI capital spending."""
        return np.asarray(sum(self.final.values()))

    def sold(self, sector: str) -> dict[str, Draws]:
        """Each company's part of a sector, 0 to 1, and under ``others`` what none of them sells."""
        parts = {row.ticker: self.share[row.name] for row in held(sector)}
        rest = 1.0 - sum(parts.values(), np.zeros_like(self.total))
        return parts | {OTHERS: np.maximum(rest, 0.0)}

    def residual(self) -> float:
        """Largest gap of the accounts over a year's spending, in any draw and sector.

        Sellers' revenue against what buyers and other sectors pay; value added against final
        demand; buyers' spending against final demand.
        """
        gaps = []
        for sector in SECTORS:
            sold = sum(part * self.output[sector] for part in self.sold(sector).values())
            bought = self.final.get(sector, 0.0) + sum(
                each.get(sector, 0.0) for each in self.paid.values()
            )
            gaps.append(sold - bought)
        gaps.append(sum(self.kept.values()) - self.total)
        gaps.append(sum(self.spent.values()) - self.total)
        return float(max(np.max(np.abs(gap) / self.total) for gap in gaps))


def held(sector: str) -> list[Exposure]:
    """The exposures to a sector."""
    return [row for row in revenue.exposures() if row.pool == sector]


def holdings() -> list[Exposure]:
    """The exposures to all sectors."""
    return [row for sector in SECTORS for row in held(sector)]


def needed_inputs() -> list[str]:
    """Names of the inputs that :func:`accounts` reads."""
    coefficients = [entry.name for entry in input_output.coefficients()]
    return coefficients + [row.name for row in holdings()]


def accounts(
    paths: Mapping[str, Path],
    chain: ChainInputs,
    drawn: Mapping[str, np.ndarray],
    year: int,
) -> Accounts:
    """Book one calendar year.

    Args:
        paths: simulated :data:`PATHS`. chain: inputs to valuation. drawn: :func:`needed_inputs` of
            the same draws, each (draw,).

    Raises:
        UserError: the year is not one of the chain's.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UserError(f"--year {year} is not a year of the chain, {FIRST_YEAR} to {LAST_YEAR}")
    at = year - FIRST_YEAR
    rows = holdings()
    x = {name: np.asarray(values, np.float64) for name, values in drawn.items()}
    by_category = {
        name: paths["capex_by_category"][:, i].astype(np.float64)
        for i, name in enumerate(capex.CATEGORIES)
    }
    custom = paths["custom_silicon_share"].astype(np.float64)
    quarterly = input_output.final_demand(by_category, custom)
    final = {name: by_year(path)[:, at] for name, path in quarterly.items()}
    output = input_output.gross_output(x, final)
    spent = {name: by_year(chain.buyer_ai_capex[name])[:, at] for name in BUYERS}
    total = np.asarray(sum(final.values()))
    with jax.enable_x64(True):
        share = revenue.shares({row.name: jnp.asarray(x[row.name]) for row in rows}, rows)
    return Accounts(
        year,
        final,
        output,
        input_output.value_added(x, output),
        input_output.payments(x, output),
        {name: np.asarray(values, np.float64) for name, values in share.items()},
        spent | {OTHERS: total - sum(spent.values())},
    )


def value_chain(found: Accounts, snapshot: Snapshot) -> dict[str, Any]:
    """Output and value added by sector, companies, buyers, the Sankey of one dollar.

    Returns:
        ``year, unit, capex, sectors, companies, buyers, closure, sankey``. ``of_a_dollar`` is a
        part of one dollar of capital spending: mean over mean, so that parts add to one exactly.
        ``closure.residual`` is :meth:`Accounts.residual`, to one digit.
    """
    return {
        "year": found.year,
        "unit": UNIT,
        "capex": summarise(found.total, UNIT),
        "sectors": [_sector(found, name) for name in SECTORS],
        "companies": _companies(found),
        "buyers": _buyers(found, snapshot),
        "closure": {"residual": float(f"{found.residual():.0e}"), "inventory_change": 0.0},
        "sankey": sankey(found),
    }


def _of_a_dollar(found: Accounts, amount: Draws) -> float:
    return float(rounded(amount.mean() / found.total.mean()))


def _sector(found: Accounts, name: str) -> dict[str, Any]:
    nothing = np.zeros_like(found.total)
    return {
        "sector": name,
        "final_demand": summarise(found.final.get(name, nothing), UNIT),
        "gross_output": summarise(found.output[name], UNIT),
        "value_added": summarise(found.kept[name], UNIT),
        "of_a_dollar": _of_a_dollar(found, found.kept[name]),
        "not_followed": summarise(found.sold(name)[OTHERS], "1"),
    }


def _companies(found: Accounts) -> list[dict[str, Any]]:
    """Revenue and value added inside capital spending, the largest value added first."""
    sold: dict[str, Draws] = {}
    kept: dict[str, Draws] = {}
    sectors: dict[str, list[str]] = {}
    for sector in SECTORS:
        for ticker, part in found.sold(sector).items():
            sold[ticker] = sold.get(ticker, 0.0) + part * found.output[sector]
            kept[ticker] = kept.get(ticker, 0.0) + part * found.kept[sector]
            sectors.setdefault(ticker, []).append(sector)
    rows = [
        {
            "ticker": ticker,
            "sells": [] if ticker == OTHERS else sectors[ticker],
            "revenue": summarise(sold[ticker], UNIT),
            "value_added": summarise(kept[ticker], UNIT),
            "of_a_dollar": _of_a_dollar(found, kept[ticker]),
        }
        for ticker in sold
    ]
    return sorted(rows, key=lambda row: (row["ticker"] == OTHERS, -row["of_a_dollar"]))


def _buyers(found: Accounts, snapshot: Snapshot) -> list[dict[str, Any]]:
    """AI spending against what a buyer can pay: last year's operating cash flow and its debt.

    ``over_capacity`` is the share of draws in which the spending is above both together, None
    where they are not known.
    """
    rows = []
    for buyer in (*BUYERS, OTHERS):
        spent = found.spent[buyer]
        capacity = _capacity(buyer, snapshot)
        rows.append(
            {
                "buyer": buyer,
                "ai_capex": summarise(spent, UNIT),
                "of_a_dollar": _of_a_dollar(found, spent),
                "funding_capacity": capacity,
                "over_capacity": None
                if capacity is None
                else float(rounded(np.mean(spent > capacity))),
            }
        )
    return rows


def _capacity(buyer: str, snapshot: Snapshot) -> float | None:
    """Operating cash flow of the last reported year and stated debt, USD_bn."""
    known = [
        last_year(snapshot.select(buyer, "operating_cash_flow", stated_by="company")),
        snapshot.latest(buyer, "total_debt", stated_by="company"),
    ]
    amounts = [fact.central * MONEY[fact.unit] for fact in known if fact is not None]
    return float(rounded(sum(amounts))) if len(amounts) == len(known) else None


def sankey(found: Accounts) -> dict[str, Any]:
    """One dollar of capital spending: to sectors, on to those they buy from, to who keeps it.

    Returns:
        ``links``: ``source, target, value`` in dollars of one dollar, means over means. Nodes are
        ``capex``, sectors, tickers and ``others``; what leaves a node is what enters it.
    """
    links: list[dict[str, Any]] = []

    def link(source: str, target: str, amount: Draws) -> None:
        value = float(rounded(amount.mean() / whole))
        links.append({"source": source, "target": target, "value": value})

    whole = found.total.mean()
    for sector in FINAL:
        link("capex", sector, found.final[sector])
    for sector in SECTORS:
        for seller, amount in found.paid[sector].items():
            link(sector, seller, amount)
        for ticker, part in found.sold(sector).items():
            link(sector, ticker, part * found.kept[sector])
    return {"links": links}
