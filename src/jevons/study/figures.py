"""The figures of the note in the order in which they are read; the content of ``figures.json``."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jevons.facts.questions import document
from jevons.study import published
from jevons.study.answers import answers, falsifiers
from jevons.study.chain import members, power_rows
from jevons.study.explanations import explanations
from jevons.study.on_demand import OnDemand

if TYPE_CHECKING:
    from jevons.study.study import Study

Reader = Callable[["Study", Mapping[str, Any]], Any]
# Each from the study and the figures before it.
FIGURES: Mapping[str, Reader] = {
    "quantities": lambda study, _: study.chain.quantities,
    "observed": lambda study, _: study.observed,
    "learned": lambda study, _: study.learned(),
    "cost": lambda study, _: study.costs,
    "cost_checked": lambda study, _: study.cost_checked(),
    "jevons_index": lambda study, _: study.chain.horizons,
    "shock": lambda study, _: study.shock(),
    "binding": lambda study, _: study.chain.paths.binding,
    "supply": lambda study, _: study.build_out.document(),
    "power": lambda study, _: power_rows(study.chain.power()),
    "power_context": lambda study, _: study.power_context(),
    "campuses": lambda study, _: study.campuses(),
    "capital": lambda study, _: study.capital(),
    "power_published": lambda study, _: published.power(study.snapshot),
    "capex": lambda _, found: {
        "by_category": members(found["quantities"], "capex_by_category"),
        "by_buyer": members(found["quantities"], "capex_by_buyer"),
    },
    "value_chain": lambda study, _: study.companies.value_chain(),
    "companies": lambda study, found: study.companies.documents(
        members(found["quantities"], "ai_revenue")
    ),
    "value_drivers": lambda study, _: study.companies.drivers("NVDA"),
    "market": lambda study, _: study.market(),
    "implied": lambda _, found: [row["implied"] for row in found["companies"]],
    "ladders": lambda study, _: study.ladders(),
    "claims": lambda study, _: study.claims(),
    "falsifiers": lambda _, found: falsifiers(found),
    "answers": lambda study, found: answers(
        found,
        {
            "build": study.chain.paths.p_more_is_spent,
            "power": study.chain.paths.p_thesis_shortfall,
        },
    ),
}


def on_demand(study: "Study") -> Mapping[str, Any]:
    """Every figure by name, each computed when it is first read."""

    def bound(read: Reader) -> Callable[[Mapping[str, Any]], Any]:
        return lambda found: read(study, found)

    return OnDemand(
        {"provenance": lambda _: study.provenance}
        | {name: bound(read) for name, read in FIGURES.items()}
        | {
            "why": lambda _: {name: study.why(name) for name in explanations()},
            "inputs": lambda _: study.inputs,
            "facts": lambda found: _cited(study, found),
        }
    )


def _cited(study: "Study", figures: Mapping[str, Any]) -> dict[str, Any]:
    """Every fact that a figure names, by its id."""
    cited = {fact_id for entry in figures["why"].values() for fact_id in entry["facts"]}
    cited |= {fact_id for entry in study.inputs.values() for fact_id in entry["facts"]}
    return {fact_id: document(study.snapshot.get(fact_id)) for fact_id in sorted(cited)}


def prepare(study: "Study") -> None:
    """Compute side by side what does not wait for each other.

    Compilers and kernels let other threads run, so a second core shortens the wait.
    """
    chain, companies = study.chain, study.companies
    with ThreadPoolExecutor(2) as pool:
        apart = pool.submit(lambda: (chain.horizons, study.costs))
        try:
            _ = chain.quantities
            tickers = [row["ticker"] for row in study.values()]
            for _ in pool.map(companies.implied, tickers):
                pass
            apart.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
