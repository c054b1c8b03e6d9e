"""Answers of the application, from a warm engine: each question is computed once and kept."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from secrets import token_hex
from threading import RLock
from typing import Any, TypeVar

from jevons.app.question import Question
from jevons.errors import UserError
from jevons.facts import Store
from jevons.market import PriceTable
from jevons.market.macro_store import MacroSeries
from jevons.model.evidence import TooFewFactsError
from jevons.note.document import Section
from jevons.note.edition import Edition
from jevons.note.render import SECTIONS
from jevons.quantiles import NotFiniteError
from jevons.study import Study
from jevons.study.on_demand import OnDemand
from jevons.study.path_summaries import THESIS_YEAR

KEPT = 24  # studies; one of 4,096 draws holds some ten megabytes
# Parts of the page by the first of the note's sections in each; a section that is new to the note
# stands in the part of the one before it.
FIRST = {
    "efficiency": "demand", "build_out": "build", "value_chain": "value", "market": "market",
    "ladders": "market", "history": "record",
}  # fmt: skip
PARTS = ("demand", "build", "value", "market", "record")
# Figures that no scenario moves: every question of a day shares them.
UNMOVED = ("cost", "cost_checked", "efficiency_steps", "power_published", "observed")
Answer = TypeVar("Answer")


def sections_of(part: str) -> list[Callable[[Edition], Section]]:
    """The note's sections that a part of the page shows, in the note's order."""
    found, here = [], PARTS[0]
    for section in SECTIONS:
        here = FIRST.get(section.__name__, here)
        if here == part:
            found.append(section)
    return found


class Engine:
    """Studies of one store by question, the most recent ones kept; one is asked at a time.

    Args:
        store: facts. latest: the last day that may be asked for.
        prices, series: the user's own prices and macroeconomic series as they were on a day, asked
            for once a day.
    """

    def __init__(
        self,
        store: Store,
        latest: date,
        prices: Callable[[date], PriceTable | None] = lambda _: None,
        series: Callable[[date], Mapping[str, MacroSeries] | None] = lambda _: None,
    ) -> None:
        self.store, self.latest = store, latest
        self.run = token_hex(8)  # tells this run's answers from those of one with other prices
        self._prices, self._series = cache(prices), cache(series)
        self._studies: OrderedDict[Question, Study] = OrderedDict()
        self._lock = RLock()

    def ask(self, question: Question, read: Callable[[Study], Answer]) -> Answer:
        """Read an answer from the study of a question.

        Raises:
            UserError: the question's scenarios do not fit the chain, or move it beyond what can be
                computed.
        """
        with self._lock, possible(question):
            return read(self._study(question))

    def show(self, question: Question, read: Callable[[Mapping[str, Any]], Answer]) -> Answer:
        """Read an answer from the note's figures of a question, each computed when first read.

        Raises:
            UserError: as :meth:`ask`.
        """
        with self._lock, possible(question):
            return read(self._figures(question))

    def summary(self, question: Question, against: Question) -> list[dict[str, Any]]:
        """Key numbers of a question, each beside the same number of another.

        Raises:
            UserError: as :meth:`ask`.
        """
        mine, other = self.ask(question, key_numbers), self.ask(against, key_numbers)
        return [
            {"name": name, "unit": unit, "value": value, "base": other[name][0], "why": why}
            for name, (value, unit, why) in mine.items()
        ]

    def _figures(self, question: Question) -> Mapping[str, Any]:
        own = self._study(question).on_demand
        if question.is_plain:
            return own
        plain = self._study(question.plain).on_demand
        shared = {name: plain for name in UNMOVED if name in plain}
        return OnDemand({name: _reader(shared.get(name, own), name) for name in own})

    def _opened(self, question: Question, prior: bool) -> Study:
        return Study(
            self.store,
            question.as_of,
            seed=question.seed,
            draws=question.draws,
            prices=self._prices(question.as_of),
            macro=self._series(question.as_of),
            prior=prior,
        )

    def _study(self, question: Question) -> Study:
        if question in self._studies:
            self._studies.move_to_end(question)
            return self._studies[question]
        if question.is_plain:
            study = self._opened(question, prior=False)
            try:
                _ = study.experiment
            except TooFewFactsError:
                study = self._opened(question, prior=True)
        else:
            study = self._study(question.plain).under(question.applied())
            _ = study.experiment  # what cannot be run is refused here
        self._studies[question] = study
        while len(self._studies) > KEPT:
            self._studies.popitem(last=False)
        return study


def _reader(figures: Mapping[str, Any], name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda _: figures[name]


@contextmanager
def possible(question: Question) -> Iterator[None]:
    """Turn results that are no numbers into a mistake of the question, if it moves anything."""
    try:
        yield
    except NotFiniteError as error:
        if question.is_plain:
            raise
        raise UserError(
            f"these settings take the model beyond what it can compute ({error}); move less"
        ) from error


# Key numbers that are a path's median at the end of the year of the shortfall, and what explains
# them.
LAST_QUARTER = f"{THESIS_YEAR}Q4"
MEDIANS: Sequence[str] = (
    "gross_shortfall", "net_shortfall", "ai_capex", "tokens", "compute_wanted",
)  # fmt: skip


def key_numbers(study: Study) -> dict[str, tuple[float, str, str]]:
    """What the page shows above all else: value, unit and the name of its "why" by name."""
    index, chain = study.index(), study.chain
    found = {
        "p_positive": (float(index["p_positive"]), "probability", "jevons_index"),
        "jevons_index": (float(index["jevons_index"]["p50"]), "1", "jevons_index"),
        "p_shortfall": (chain.paths.p_thesis_shortfall, "probability", "gross_shortfall"),
    }
    for name in MEDIANS:
        path = chain.quantities[name]
        found[name] = (path["p50"][path["quarter"].index(LAST_QUARTER)], path["unit"], name)
    return found
