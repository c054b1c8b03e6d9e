"""Which assumption moves a result most, as a document: the tornado of one quantity and quarter."""

from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.variables import variable
from jevons.model.clock import QUARTERS, index_of
from jevons.model.sensitivity import sensitivities
from jevons.model.simulate import Experiment, series
from jevons.quantiles import rounded, summarise
from jevons.study.path_summaries import series_names

SHOWN = 15  # inputs; the rest explain little one by one


def tornado(experiment: Experiment, draws: int, quantity: str, quarter: str) -> dict[str, Any]:
    """Inputs by the share of the variance of a result that they explain.

    Args:
        quantity: an output of the chain, or ``name.member``. quarter: one that the run decides.

    Returns:
        ``quantity``, ``quarter``, ``result`` (quantiles), ``explained`` (sum of all inputs' shares;
        the rest is interaction), ``inputs``: one row each for the first :data:`SHOWN`, with
        ``input, share, low, high, derivative, facts`` (how many settle its centre; none: assumed).

    Raises:
        UserError: an unknown quantity or quarter, or one of the run's history.
    """
    known = series_names()
    if quantity not in known:
        raise UserError(f"unknown quantity {quantity!r}{did_you_mean(quantity, known)}")
    if index_of(quarter) < QUARTERS.index(experiment.first_forecast):
        raise UserError(
            f"{quarter} is history, which no assumption moves; choose "
            f"{experiment.first_forecast} to {QUARTERS[-1]}"
        )
    result, rows = sensitivities(experiment, quantity, quarter, draws)
    return {
        "quantity": quantity,
        "quarter": quarter,
        "result": summarise(result, variable(series(quantity)[0]).unit),
        "explained": rounded(sum(row.share for row in rows)),
        "inputs": [
            {
                "input": row.name,
                "share": rounded(row.share),
                "low": rounded(row.low),
                "high": rounded(row.high),
                "derivative": rounded(row.derivative),
                "facts": len(experiment.inputs[row.name].facts),
            }
            for row in rows[:SHOWN]
        ],
    }
