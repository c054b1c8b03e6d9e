"""What the prices of companies already assume: a build-out, a driver of the chain, a pair."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.model.revenue import exposures
from jevons.model.simulate import Experiment, inputs_drawn, simulate
from jevons.quantiles import rounded
from jevons.study import implied_driver
from jevons.valuation import CompanyValue, driver_units, implied_capex, input_names, value_company
from jevons.valuation.chain_inputs import UNIT_PRICES
from jevons.valuation.iso_value import iso_value
from jevons.valuation.oversubscription import oversubscription

if TYPE_CHECKING:
    from jevons.study.companies import Companies


class ImpliedPrices:
    """Prices of companies solved for what they assume.

    Args:
        companies: with their values.
    """

    def __init__(self, companies: "Companies") -> None:
        self.companies = companies
        self._found: dict[str, dict[str, Any]] = {}
        self._scales: dict[str, float | None] = {}  # of the build-outs, in full precision

    def of(self, ticker: str) -> dict[str, Any]:
        """World AI capital spending in 2028 that the price implies.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        if ticker not in self._found:
            answer = implied_capex(
                self.companies.valued(ticker), self.companies.chain, self.companies.snapshot.as_of
            )
            scale = self._scales[ticker] = answer["scale"]
            units = driver_units.in_units(self.units, scale, self._largest_share(ticker))
            told = None if scale is None else rounded(scale)
            self._found[ticker] = answer | {"scale": told, "units": units}
        return self._found[ticker]

    def all(self) -> list[dict[str, Any]]:
        """:meth:`of` every company.

        Raises:
            UserError: 2028 is past.
        """
        _ = self.units, self.companies.values()  # what all of them read
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # solving lets others run
            return list(pool.map(self.of, self.companies.all))

    def side_by_side(self) -> dict[str, Any]:
        """The build-out in every price, the same driver for all, and whether they go together."""
        rows = self.all()
        scales = {ticker: self._scales[ticker] for ticker in self.companies.all}
        return {
            "companies": rows,
            "oversubscription": oversubscription(
                scales, self.companies.chain, self.companies.snapshot.as_of
            ),
        }

    def driver(self, name: str, tickers: Sequence[str] = ()) -> dict[str, Any]:
        """The level of one driver of the chain in each price, the chain simulated anew.

        Args:
            tickers: whose; every company's by default.

        Raises:
            UserError: a ticker or the driver is unknown.
        """
        chosen = {ticker: self.companies.valued(ticker) for ticker in tickers or self.companies.all}
        prices = {ticker: known.price for ticker, known in chosen.items()}
        draws = min(self.companies.draws, implied_driver.MOST_DRAWS)
        found = implied_driver.implied_driver(
            name,
            prices,
            self.companies.experiment,
            lambda experiment: self._under(experiment, chosen, draws),
        )
        return found | {"draws": draws}

    def _under(
        self, experiment: Experiment, chosen: Mapping[str, CompanyValue], draws: int
    ) -> tuple[dict[str, float], driver_units.DriverUnits]:
        """Median values under another experiment, and what translates its build-out."""
        paths = simulate(experiment, draws, self.companies.needed)
        chain = self.companies.chain_of(
            paths, experiment, inputs_drawn(experiment, UNIT_PRICES, draws)
        )
        medians = {}
        for ticker, known in chosen.items():
            own = {
                name: self.companies.normals[name][:draws] for name in input_names(known.company)
            }
            moved = value_company(known.company, chain, self.companies.snapshot, own, known.price)
            if moved.per_share is not None:
                medians[ticker] = float(np.median(moved.per_share))
        return medians, driver_units.DriverUnits(chain, paths, self.companies.snapshot.as_of)

    @cached_property
    def units(self) -> driver_units.DriverUnits:
        """What translates a build-out into gigawatts and tokens."""
        return driver_units.DriverUnits(
            self.companies.chain, self.companies.paths, self.companies.snapshot.as_of
        )

    def _largest_share(self, ticker: str) -> tuple[str, float] | None:
        """The pool that a company lives on, by its median exposure, and its median share."""
        own = [row for each in self.companies.described for row in each.exposures] + list(
            exposures()
        )
        rows = [row for row in own if row.ticker == ticker]
        if not rows:
            return None
        largest = max(rows, key=lambda row: row.median)
        settled = self.companies.experiment.inputs.get(largest.name)
        return largest.pool, largest.median if settled is None else settled.quantile(0.0)

    def beside(self, ticker: str, name: str) -> dict[str, Any]:
        """Pairs of build-out and one input at which the median value is the price.

        Raises:
            UserError: the ticker or the input is unknown, or the company has no value or price.
        """
        valued = self.companies.valued(ticker)
        normals = {each: self.companies.normals[each] for each in input_names(valued.company)}
        return iso_value(
            valued,
            self.companies.chain,
            self.companies.snapshot,
            normals,
            name,
            self.companies.inputs.settled,
        )
