"""Answers of the application, from a warm engine: each question is computed once and kept."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any

from jevons.app.question import Question
from jevons.facts import Store
from jevons.study import Study

KEPT = 24  # studies; one of 4,096 draws holds some ten megabytes
YEAR = 2028  # of the key numbers
# Parts of the page: the note's sections, and the figures that they read.
PARTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "demand": (("rebound", "workloads"), ("quantities", "jevons_index", "shock")),
    "build": (
        ("build_out", "power", "capex"),
        ("quantities", "observed", "binding", "power", "power_published", "capex"),
    ),
    "value": (("valuation", "ladders"), ("quantities", "companies", "implied", "ladders")),
    "record": (("history", "claims"), ("quantities", "observed", "claims")),
}


class Engine:
    """Studies of one store by question, the most recent ones kept; one is asked at a time."""

    def __init__(self, store: Store, latest: date) -> None:
        self.store, self.latest = store, latest
        self._studies: OrderedDict[Question, Study] = OrderedDict()
        self._lock = Lock()

    def figures(self, question: Question, part: str) -> dict[str, Any]:
        """The figures that a part of the page shows, as the note has them.

        Raises:
            UserError: the question's scenarios contradict each other or do not fit the chain.
        """
        with self._lock:
            return self._study(question).part(PARTS[part][1])

    def summary(self, question: Question) -> dict[str, Any]:
        """Key numbers of a question, each beside the same number with nothing moved.

        Raises:
            UserError: as :meth:`figures`.
        """
        with self._lock:
            study = self._study(question)
            base = self._study(replace(question, scenarios=(), moves=(), shocks=()))
            plain = key_numbers(base)
            return {
                "provenance": study.provenance,
                "numbers": [
                    {"name": name, "unit": unit, "value": value, "base": plain[name][0]}
                    for name, (value, unit) in key_numbers(study).items()
                ],
            }

    def why(self, question: Question, name: str) -> dict[str, Any]:
        """Formula, facts and assumptions behind a figure.

        Raises:
            UserError: nothing is known under the name.
        """
        with self._lock:
            return self._study(question).why(name)

    def inputs(self, question: Question) -> dict[str, dict[str, Any]]:
        """Every input with its range as the question has it."""
        with self._lock:
            return self._study(question).inputs

    def _study(self, question: Question) -> Study:
        if question in self._studies:
            self._studies.move_to_end(question)
            return self._studies[question]
        study = Study(
            self.store,
            question.as_of,
            seed=question.seed,
            draws=question.draws,
            scenarios=question.applied(),
        )
        _ = study.experiment  # what cannot be run is refused here
        self._studies[question] = study
        while len(self._studies) > KEPT:
            self._studies.popitem(last=False)
        return study


def key_numbers(study: Study) -> dict[str, tuple[float, str]]:
    """Medians and probabilities that the page shows above all else: value and unit by name."""
    index, chain = study.index(), study.chain
    found = {
        "p_positive": (float(index["p_positive"]), "probability"),
        "jevons_index": (float(index["jevons_index"]["p50"]), "1"),
        "p_shortfall": (chain.paths.p_thesis_shortfall, "probability"),
    }
    for name in ("gross_shortfall", "net_shortfall", "ai_capex", "tokens", "compute_wanted"):
        path = chain.quantities[name]
        found[name] = (path["p50"][path["quarter"].index(f"{YEAR}Q4")], path["unit"])
    return found
