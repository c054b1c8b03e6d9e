"""The study: one set of facts, one day, one seed, and every answer computed once and shared.

The command line and the note both read their numbers here, so the same arguments give the same
numbers in both. Parts are computed when they are first asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jevons import __version__
from jevons.errors import UserError, did_you_mean
from jevons.facts import Store
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceTable
from jevons.market.macro_store import MacroSeries, series_hash
from jevons.model.evidence import gather
from jevons.model.posterior import Posterior
from jevons.model.priors import Input
from jevons.model.simulate import Experiment, Progress, dataset, simulate
from jevons.study import campuses, capital, costs, figures, power
from jevons.study.calibrated import calibration, learned, needed
from jevons.study.calibration import carried, posterior_of
from jevons.study.chain import RESPONSES, SHOCK, ChainFigures
from jevons.study.companies import NEEDED, Companies
from jevons.study.described import store_with
from jevons.study.history import observed
from jevons.study.index import explained
from jevons.study.ladders import ladders
from jevons.study.market import Market
from jevons.study.on_demand import whole
from jevons.study.record import Record
from jevons.study.record import quantities as claimed
from jevons.study.reports import Reports, with_parts
from jevons.study.run import Run
from jevons.study.scenario import Scenario, joined, moved_inputs
from jevons.study.supply import SupplyFigures
from jevons.study.tornado import tornado
from jevons.study.valuation_inputs import ValuationInputs, declared_inputs, settled_inputs
from jevons.study.why import input_document, why
from jevons.valuation import Described, companies

if TYPE_CHECKING:
    import xarray as xr

# What is computed of a day and no scenario moves.
UNMOVED = ("before_data", "posterior", "quoted")


class Study:
    """Answers as of a day.

    Args:
        store: facts. as_of: the day whose knowledge is used. seed: root of every stream.
        draws: simulated futures. prices: the user's own prices, on top of those in the facts.
        progress: called with blocks done and blocks in all while the chain runs.
        scenarios: what is moved from the calibrated run. macro: macroeconomic series as they were
            known on the day; see :func:`jevons.market.macro_store.known_series`.
        prior: use the priors alone. sample: calibrate a day of which no posterior is kept;
            otherwise what an earlier day has learnt is carried forward. sampling: called with parts
            done and parts in all while it calibrates. told: called with a sentence where the day's
            own posterior is not kept.
        described: companies of the user's own; see :mod:`jevons.valuation.described`.
    """

    def __init__(
        self,
        store: Store,
        as_of: date,
        *,
        seed: int = 2025,
        draws: int = 20_000,
        prices: PriceTable | None = None,
        progress: Progress | None = None,
        scenarios: Sequence[Scenario] = (),
        macro: Mapping[str, MacroSeries] | None = None,
        prior: bool = False,
        sample: bool = False,
        sampling: Progress | None = None,
        told: Callable[[str], None] | None = None,
        described: Sequence[Described] = (),
    ) -> None:
        if draws < 1:
            raise UserError(f"draws {draws} must be at least 1")
        self.described = described
        self.store = store_with(store, described) if described else store
        self.as_of, self.seed, self.draws = as_of, seed, draws
        self.progress, self.scenarios = progress, scenarios
        self.prior, self.sample, self.sampling = prior, sample, sampling
        self.told = told
        self.snapshot: Snapshot = self.store.as_of(as_of)
        self.prices = None if prices is None else prices.as_of(as_of)
        self.macro = dict(macro or {})

    def under(self, scenarios: Sequence[Scenario]) -> "Study":
        """The same study with other scenarios; what no scenario moves is shared, not made anew.

        Raises:
            UserError: too few facts are known to calibrate.
        """
        shared = {name: getattr(self, name) for name in UNMOVED}
        other = copy(self)
        other.scenarios = scenarios
        for name, part in vars(Study).items():
            if isinstance(part, cached_property):
                vars(other).pop(name, None)
        vars(other).update(shared)
        return other

    @cached_property
    def before_data(self) -> Experiment:
        """The chain's experiment at the priors: inputs centred on what was known."""
        return Experiment.of(self.snapshot, self.seed)

    @cached_property
    def posterior(self) -> Posterior | None:
        """What the day's calibration has learnt, or an earlier one; nothing at the priors alone.

        Raises:
            UserError: too few facts are known to calibrate, or the fit is bad.
        """
        if self.prior:
            return None
        found = posterior_of(self.snapshot, self.before_data, self.sampling, sample=self.sample)
        if found is not None:
            return found
        found = carried(self.as_of)
        if self.told is not None:
            used = (
                "the priors alone are used"
                if found is None
                else f"what was learnt as of {found.as_of} is carried forward"
            )
            self.told(
                f"no posterior of the facts of {self.as_of} is kept: {used}; "
                f"jevons calibrate --as-of {self.as_of} learns its own once"
            )
        return found

    def calibration(self) -> dict[str, Any]:
        """What the day's calibration learnt; see :func:`jevons.study.calibrated.calibration`.

        Raises:
            UserError: as :attr:`posterior`, or the priors are used alone.
        """
        found = needed(self.posterior, self.as_of.isoformat())
        before = self.before_data
        evidence = gather(self.snapshot, before)
        return {"as_of": self.as_of.isoformat()} | calibration(
            found, evidence, before, found.applied(before)
        )

    def learned(self) -> dict[str, Any] | None:
        """What calibration changed, as the note shows it; nothing at the priors alone."""
        if self.posterior is None:
            return None
        return learned(self.posterior, self.before_data, self.posterior.applied(self.before_data))

    @cached_property
    def experiment(self) -> Experiment:
        """The chain's experiment: inputs at their posterior, moved by the scenarios."""
        found = self.before_data
        if self.posterior is not None:
            found = self.posterior.applied(found)
        return joined(found, self.scenarios, self.valuation_inputs.settled)

    @cached_property
    def valuation_inputs(self) -> ValuationInputs:
        """Inputs of the valuation, moved by facts and by the scenarios."""
        declared = declared_inputs(self.described)
        settled = settled_inputs(declared, self.snapshot)
        return ValuationInputs(declared, moved_inputs(settled, self.scenarios))

    @cached_property
    def quoted(self) -> Market:
        """Prices of companies and benchmarks, and what stands around them."""
        own = {each.company.ticker: each.company for each in self.described}
        return Market(self.snapshot, self.prices, dict(companies()) | own, self.macro)

    @cached_property
    def reports(self) -> Reports:
        """How what companies will report is drawn around the experiment's paths."""
        return Reports.of(self.snapshot, self.experiment, self.posterior)

    @cached_property
    def run(self) -> Run:
        """The experiment over the draws, with the paths that several figures read."""
        stems = (name.partition(".")[0] for name in claimed(self.snapshot))
        shared = (*NEEDED, *RESPONSES, *stems)
        return Run(self.reports, self.draws, self.progress, shared)

    @cached_property
    def companies(self) -> Companies:
        """Values and implied build-outs by company."""
        return Companies(self.quoted, self.run, self.valuation_inputs, self.described)

    @cached_property
    def record(self) -> Record:
        """The ledger of claims."""
        return Record(self.snapshot, self.run)

    @cached_property
    def chain(self) -> ChainFigures:
        """Figures of the chain."""
        return ChainFigures(self.run)

    @cached_property
    def build_out(self) -> SupplyFigures:
        """Chips, vendors, bottlenecks and idle compute behind the chain's totals."""
        return SupplyFigures(self.snapshot, self.experiment, self.draws)

    def supply(self) -> dict[str, Any]:
        """What gets built: bottlenecks and their worth, fleet by vendor and vintage, shipments."""
        return self._head() | self.build_out.document()

    def dataset(self, names: Sequence[str] | None = None) -> "xr.Dataset":
        """The simulated paths with labelled axes and units, all of them by default.

        What companies report holds the draws of their reports after the anchor, the chain's own
        paths up to it; those of all quarters are :func:`~jevons.model.simulate.simulate`'s.
        """
        wanted = None if names is None else with_parts(names)
        paths = simulate(self.experiment, self.draws, wanted, self.progress)
        found = self.reports.of_simulated(paths)
        return dataset({name: found[name] for name in names or found})

    def simulate(self) -> dict[str, Any]:
        """Every quantity of the chain as a path."""
        return self._head() | {"quantities": self.chain.quantities}

    def quantity(self, name: str) -> dict[str, Any]:
        """One quantity of the chain as a path; members of an axis are called ``name.member``.

        Raises:
            UserError: no quantity has the name.
        """
        known = self.chain.quantities
        if name not in known:
            raise UserError(f"unknown quantity {name!r}{did_you_mean(name, known)}")
        path: dict[str, Any] = known[name]
        return path

    def _head(self) -> dict[str, Any]:
        return {"as_of": self.as_of.isoformat(), "seed": self.seed, "draws": self.draws}

    def index(self) -> dict[str, Any]:
        """The long-run Jevons index, and the index one year on beside it."""
        horizons = self.chain.horizons
        return horizons["long_run"] | {"one_year": horizons["one_year"]}

    def index_explained(self) -> dict[str, Any]:
        """:meth:`index` with what stands behind it; see :func:`jevons.study.index.explained`."""
        behind = explained(self.before_data, self.experiment, self.posterior, self.draws)
        return self._head() | self.index() | behind

    def shock(self, *, at: str | None = None, **factors: float) -> dict[str, Any]:
        """Responses to sudden changes, tokens ten times cheaper if none is named.

        Args:
            at: quarter. factors: by name; see :meth:`ChainFigures.shock`.
        """
        return self.chain.shock(at=at, **(factors or {"efficiency": SHOCK}))

    def sensitivity(self, quantity: str, quarter: str) -> dict[str, Any]:
        """Which inputs move a quantity most; see :func:`jevons.study.tornado.tornado`."""
        return self._head() | tornado(self.experiment, self.draws, quantity, quarter)

    def power(self) -> dict[str, Any]:
        """Gigawatts in the US by year: demand, supply, options, shortfall; and what is around it.

        The first fields are by year; the others are those of :func:`jevons.study.power.context`.
        """
        return self.chain.power() | self.power_context()

    def power_context(self) -> dict[str, Any]:
        """Definitions, options with cost and date, chip counts, prices, cost of delay."""
        return power.context(self.snapshot, self.build_out.block)

    def capital(self) -> dict[str, Any]:
        """Each buyer's build against its money, outside vehicles, and capex against reports."""
        block = self.build_out.block
        return {
            "funding": capital.funding(self.snapshot, self.reports, block),
            "vehicles": capital.vehicles(self.snapshot),
            "reconciliation": capital.reconciliation(self.snapshot, block),
        }

    def campuses(self) -> dict[str, Any]:
        """Sites announced and observed by date, against the model's build-out."""
        rows = campuses.sites(self.snapshot)
        return {
            "against": campuses.against_build_out(rows, self.build_out.site_power()),
            "by_region": campuses.by_region(rows),
            "sites": rows,
            "programmes": campuses.programmes(self.snapshot),
        }

    @cached_property
    def costs(self) -> dict[str, Any]:
        """Cost per token of models and chips that were public, and priced, by the day."""
        return costs.costs(self.as_of, self.seed)

    def cost_checked(self) -> dict[str, Any]:
        """Measured serving figures beside predictions; see :func:`jevons.study.costs.checked`."""
        return costs.checked(self.as_of)

    def value(self, ticker: str) -> dict[str, Any]:
        """What one share is worth, in which scenario, and what moves it.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        return self.companies.explained(ticker)

    def workbook(self, ticker: str, file: Path) -> dict[str, Any]:
        """Write one company's valuation as a workbook; see :meth:`Companies.workbook`.

        Raises:
            UserError: the ticker is unknown, has no value, or the file cannot be written.
        """
        head = {name: value for name, value in self.provenance.items() if value not in (None, [])}
        return self.companies.workbook(ticker, file, head)

    def values(self) -> list[dict[str, Any]]:
        """What every share is worth."""
        return self.companies.values()

    def implied(self, ticker: str) -> dict[str, Any]:
        """Which build-out one price implies.

        Raises:
            UserError: the ticker is unknown.
        """
        return self.companies.implied.of(ticker)

    def implied_driver(self, name: str, tickers: Sequence[str] = ()) -> dict[str, Any]:
        """Which level of one driver of the chain each price implies, the chain simulated anew.

        Raises:
            UserError: a ticker or the driver is unknown.
        """
        return self._head() | self.companies.implied.driver(name, tickers)

    def value_chain(self, year: int | None = None) -> dict[str, Any]:
        """Who is paid out of one year's AI capital spending, and who keeps what.

        Raises:
            UserError: the year is not one of the chain's.
        """
        return self._head() | self.companies.value_chain(year)

    def iso_value(self, ticker: str, name: str) -> dict[str, Any]:
        """Pairs of build-out and one input at which one company's median value is its price.

        Raises:
            UserError: the ticker or the input is unknown, or the company has no value or price.
        """
        return self.companies.implied.beside(ticker, name)

    def backcheck(self) -> dict[str, Any]:
        """Modelled against reported AI revenue, by company and quarter."""
        return self.companies.backcheck()

    def side_by_side(self) -> dict[str, Any]:
        """Which build-out each price implies, and whether all of them can be met at once."""
        return self.companies.implied.side_by_side()

    def drawdown(self) -> list[dict[str, Any]]:
        """How far each share, and each benchmark with prices, is below its 52-week high."""
        return self.shares() + self.quoted.benchmarks

    def shares(self) -> list[dict[str, Any]]:
        """How far each share has fallen, what it costs among its own past, its fundamentals."""
        return self.quoted.drawdowns

    def market(self) -> dict[str, Any]:
        """The state of the market: benchmarks, the buyers' spending plans, the macro regime."""
        return self.quoted.document()

    def ladders(self) -> list[dict[str, Any]]:
        """Steps to buy each share in while it falls, with the verdict of its trial."""
        return ladders(self.companies)

    def signals(self, macro_store: Path | None = None) -> Iterator[tuple[date, str, str, str]]:
        """What rules of buying may read; see :func:`jevons.study.signals.signals`."""
        from jevons.study.signals import signals  # brings a compiler that few runs need

        return signals(
            self.snapshot, self.quoted.histories, list(companies().values()), macro_store
        )

    def claims(self) -> list[dict[str, Any]]:
        """The ledger of claims, resolved with what was known."""
        return self.record.claims()

    def why(self, name: str) -> dict[str, Any]:
        """Formula, facts and assumptions behind a figure.

        Args:
            name: a figure of the note or a quantity of ``simulate``.

        Raises:
            UserError: nothing is known under the name.
        """
        return why(self, name)

    @cached_property
    def observed(self) -> dict[str, list[dict[str, Any]]]:
        """Observed history beside the quantities of the same name."""
        return observed(self.snapshot)

    @cached_property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """Every uncertain input: distribution, 5-50-95 % points, unit, source, facts."""
        entries: Mapping[str, Input] = {**self.experiment.inputs, **self.valuation_inputs.settled}
        return {name: input_document(entry) for name, entry in entries.items()}

    def figures(self) -> dict[str, Any]:
        """Everything that the note shows; the content of ``figures.json``."""
        figures.prepare(self)
        return cast("dict[str, Any]", whole(self.on_demand))

    @cached_property
    def on_demand(self) -> Mapping[str, Any]:
        """The figures of :meth:`figures`, each computed when it is first read."""
        return figures.on_demand(self)

    @property
    def provenance(self) -> dict[str, Any]:
        """What fixes the figures: day, seed, draws, version, facts, scenarios."""
        known = [fact.known_on for fact in self.snapshot.facts]
        return self._head() | {
            "version": __version__,
            "fact_hash": self.store.fact_hash,
            "scenarios": [scenario.name for scenario in self.scenarios],
            "price_hash": None if self.prices is None else self.prices.price_hash,
            "macro_hash": series_hash(self.macro) if self.macro else None,
            "facts_known": len(self.snapshot),
            "last_fact_known_on": max(known).isoformat(),
            "anchor": self.experiment.anchor,
            "calibration": None if self.posterior is None else self.posterior.key,
            "calibrated_as_of": None if self.posterior is None else self.posterior.as_of,
        }
