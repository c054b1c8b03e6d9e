"""The figures of the note in the order in which they are read; the content of ``figures.json``."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jevons.errors import UserError
from jevons.facts.questions import document
from jevons.study import published
from jevons.study.answers import answers, falsifiers
from jevons.study.chain import members, power_rows
from jevons.study.explanations import explanations
from jevons.study.on_demand import OnDemand, Read

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
        lambda: members(found["quantities"], "ai_revenue")
    ),
    "value_drivers": lambda study, _: study.companies.drivers("NVDA"),
    "market": lambda study, _: study.market(),
    "implied": lambda study, _: study.companies.implied.all(),
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
            "why": lambda _: OnDemand({name: _why(study, name) for name in explanations()}),
            "inputs": lambda _: study.inputs,
            "facts": lambda found: Cited(study, found),
        }
    )


def _why(study: "Study", name: str) -> Read:
    return lambda _: study.why(name)


class Cited(Mapping[str, Any]):
    """Every fact that a figure names, by its id; which these are is found when they are listed."""

    def __init__(self, study: "Study", figures: Mapping[str, Any]) -> None:
        self._study, self._figures = study, figures

    def __getitem__(self, fact_id: str) -> Any:
        try:
            return document(self._study.snapshot.get(fact_id))
        except UserError as error:
            raise KeyError(fact_id) from error

    @cached_property
    def _names(self) -> list[str]:
        cited = {each for entry in self._figures["why"].values() for each in entry["facts"]}
        cited |= {each for entry in self._study.inputs.values() for each in entry["facts"]}
        return sorted(cited)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def prepare(study: "Study") -> None:
    """Compute side by side what does not wait for each other.

    Compilers and kernels let other threads run, so a second core shortens the wait.
    """
    chain, companies = study.chain, study.companies
    with ThreadPoolExecutor(2) as pool:
        apart = pool.submit(lambda: (chain.horizons, study.costs))
        try:
            _ = chain.quantities
            companies.implied.all()
            apart.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
