"""Why a figure is what it is: its formula, the facts it rests on, the inputs that are assumed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jevons.model.anchors import BUYERS
from jevons.model.priors import Input
from jevons.quantiles import rounded
from jevons.study import published
from jevons.study.explanations import explain
from jevons.valuation.revisions import spending_plans

if TYPE_CHECKING:
    from jevons.study.study import Study


def why(study: "Study", name: str) -> dict[str, Any]:
    """Formula, facts and assumptions behind a figure; see :meth:`Study.why`."""
    explanation = explain(name)
    inputs = [entry for entry in explanation.inputs if entry in study.inputs]
    return {
        "formula": explanation.formula,
        "facts": _facts(study, explanation.name, inputs),
        "assumptions": inputs,
    }


def _facts(study: "Study", name: str, inputs: Sequence[str]) -> list[str]:
    behind = [fact_id for entry in inputs for fact_id in study.inputs[entry]["facts"]]
    return list(dict.fromkeys((*_own_facts(study, name), *behind)))


def _own_facts(study: "Study", name: str) -> list[str]:
    """Facts that a figure reads beside those of its inputs."""
    match name:
        case "drawdown" | "companies":
            return study.quoted.facts
        case "market":
            rows = spending_plans(study.snapshot, BUYERS)["revisions"]
        case "fair_value" | "implied":
            return study.companies.value_facts
        case "observed":
            rows = [point for points in study.observed.values() for point in points]
        case "claims":
            return study.record.facts
        case "power_published":
            rows = published.power(study.snapshot)
        case _:
            return []
    return [fact_id for row in rows for fact_id in row["facts"]]


def input_document(entry: Input) -> dict[str, Any]:
    """An input as reports show it; 1.645 standard deviations span 5 to 95 %."""
    points = {"p05": -1.6448536, "p50": 0.0, "p95": 1.6448536}
    return {
        "distribution": entry.prior.distribution,
        **{name: rounded(entry.quantile(z)) for name, z in points.items()},
        "unit": entry.prior.unit,
        "source": entry.prior.source,
        "facts": list(entry.facts),
    }
