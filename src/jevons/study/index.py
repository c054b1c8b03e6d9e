"""The Jevons index explained: before and after the data, what turns its sign, what moved it."""

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np

from jevons.model import rebound
from jevons.model.posterior import Posterior
from jevons.model.simulate import Experiment, input_draws, input_normals
from jevons.quantiles import rounded, summarise
from jevons.study.chain import index_of_draws

WINDOW = 0.1  # of the draws, ordered by an input, in which a probability is counted
# Inputs of which a reader may ask: at which value does efficiency stop raising demand?
TURNING = ("elasticity", "price_pass_through", "saturation_spend_share", "inference_share")
MOST_MOVES = 6


def explained(
    before: Experiment, after: Experiment, posterior: Posterior | None, draws: int
) -> dict[str, Any]:
    """What stands behind the long-run index.

    Args:
        before: the experiment at the priors. after: as it is run. posterior: what was learnt.

    Returns:
        ``before_data``: the index at the priors; ``turns``: one row an input of :data:`TURNING`,
        with the value at which the index is as likely above zero as below, the others varying as
        they do, and the probability of a value beyond it; ``moved_by``: what each observed series
        moved the median by, largest first; ``elasticity``: of the market, before and after, and of
        other goods.
    """
    index = rebound.jevons_index(after, draws)["long_run"]["total"]
    result: dict[str, Any] = {
        "turns": [turning(after, name, index, draws) for name in TURNING],
        "moved_by": [] if posterior is None else moved_by(after, posterior, index, draws),
        "elasticity": {
            "market": summarise(input_draws(after, "elasticity", draws), "1"),
            "market_before_data": summarise(input_draws(before, "elasticity", draws), "1"),
            "goods": goods(),
        },
    }
    if posterior is not None:
        prior = rebound.jevons_index(before, draws)["long_run"]["total"]
        result["before_data"] = index_of_draws(prior)
    return result


def turning(experiment: Experiment, name: str, index: np.ndarray, draws: int) -> dict[str, Any]:
    """The value of an input at which the index is as likely above zero as below."""
    values = input_draws(experiment, name, draws)
    entry = experiment.inputs[name]
    at, rises = crossing(values, index)
    row = {"input": name, "unit": entry.prior.unit, "median": rounded(np.median(values))}
    if at is None:
        return row | {"zero_at": None, "positive": None, "probability": None}
    beyond = np.mean(values > at) if rises else np.mean(values < at)
    side = "above" if rises else "below"
    return row | {"zero_at": rounded(at), "positive": side, "probability": rounded(beyond)}


def crossing(values: np.ndarray, index: np.ndarray) -> tuple[float | None, bool]:
    """Where P(index > 0) passes a half along ordered values, and whether it rises there.

    The probability is counted in moving windows of :data:`WINDOW` of the draws.
    """
    order = np.argsort(values, kind="stable")
    width = max(int(WINDOW * len(values)), 2)
    kernel = np.ones(width) / width
    share = np.convolve(index[order] > 0, kernel, mode="valid")
    middle = np.convolve(values[order], kernel, mode="valid")
    rises = bool(share[-1] > share[0])
    above = share > 0.5 if rises else share < 0.5
    if above.all() or not above.any():
        return None, rises
    return float(middle[int(above.argmax())]), rises


def moved_by(
    experiment: Experiment, posterior: Posterior, index: np.ndarray, draws: int
) -> list[dict[str, Any]]:
    """What each observed series moved the index by, to first order, the largest first.

    The index is regressed on the informed inputs' standard normals; a series' move of their
    means, in deviations, times the slopes is its move of the index.
    """
    normals = input_normals(experiment, draws)
    names = [name for name in posterior.names if name in normals]
    table = np.stack([normals[name] for name in names] + [np.ones(draws)], axis=1)
    slopes, *_ = np.linalg.lstsq(table, index, rcond=None)
    rows = []
    for series, shifts in posterior.influence.items():
        moves = {
            name: slopes[names.index(name)] * shift / deviation
            for name, shift, deviation in zip(
                posterior.names, shifts, posterior.deviation, strict=True
            )
            if name in names
        }
        through = max(moves, key=lambda name: abs(moves[name]))
        rows.append({"series": series, "move": rounded(sum(moves.values())), "through": through})
    return sorted(rows, key=lambda row: -abs(row["move"]))[:MOST_MOVES]


def goods() -> list[dict[str, Any]]:
    """Elasticities of other goods, as declared in ``elasticities.toml``."""
    text = files("jevons.study").joinpath("elasticities.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["good"]
    return found
