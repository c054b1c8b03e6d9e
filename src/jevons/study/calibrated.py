"""What a day's calibration learnt: evidence, inputs before and after, diagnostics."""

from collections import Counter
from typing import Any

import numpy as np

from jevons.errors import UserError
from jevons.model.calibrate import overlap
from jevons.model.evidence import Evidence
from jevons.model.observations import series
from jevons.model.posterior import Posterior
from jevons.model.simulate import Experiment
from jevons.quantiles import rounded

POINTS = {"p05": -1.6448536, "p50": 0.0, "p95": 1.6448536}


def calibration(
    posterior: Posterior, evidence: Evidence, before: Experiment, after: Experiment
) -> dict[str, Any]:
    """A calibration as reports show it.

    Args:
        before, after: the experiment at the priors and at the posterior, without scenarios.

    Returns:
        ``key``; ``origins``, the quarters whose forecasts were held against what came; ``facts``,
        how many stand behind it; ``evidence``, one row a series (``series, observations,
        discrepancy``: yearly log deviation from the chain, and ``declared``, the same before the
        data); ``diagnostics``; ``inputs``, the informed ones, most informed first (``input, before,
        after, shift, narrowed, overlap``).
    """
    counts = Counter(each.series for each in evidence.observations)
    return {
        "key": posterior.key,
        "origins": [
            segment.experiment.anchor
            for segment in evidence.segments
            if segment.origin and segment.observations
        ],
        "facts": len(posterior.facts),
        "evidence": [
            {
                "series": name,
                "observations": counts[name],
                "discrepancy": _spread(*posterior.discrepancy[name]),
                "declared": _spread(*(entry.discrepancy[at] for at in ("p10", "median", "p90"))),
            }
            for name, entry in series().items()
        ],
        "diagnostics": dict(posterior.diagnostics),
        "inputs": inputs(posterior, before, after),
    }


def _spread(p10: float, p50: float, p90: float) -> dict[str, Any]:
    return {"p10": rounded(p10), "p50": rounded(p50), "p90": rounded(p90)}


def inputs(posterior: Posterior, before: Experiment, after: Experiment) -> list[dict[str, Any]]:
    """The informed inputs with their ranges before and after, the most informed first."""
    rows = []
    for name, mean, deviation in zip(
        posterior.names, posterior.mean, posterior.deviation, strict=True
    ):
        unit = before.inputs[name].prior.unit
        rows.append(
            {
                "input": name,
                "before": _range(before, name) | {"unit": unit},
                "after": _range(after, name) | {"unit": unit},
                "shift": mean,
                "narrowed": deviation,
                "overlap": rounded(overlap(mean, deviation)),
            }
        )
    return sorted(rows, key=lambda row: (row["overlap"], row["input"]))


def _range(experiment: Experiment, name: str) -> dict[str, Any]:
    entry = experiment.inputs[name]
    return {label: rounded(entry.quantile(z)) for label, z in POINTS.items()}


MOST_SHOWN = 12  # inputs that a note shows


def learned(posterior: Posterior, before: Experiment, after: Experiment) -> dict[str, Any]:
    """A calibration as the note shows it.

    Returns:
        ``as_of``, the day that learnt it; ``diagnostics``; ``inputs``, the most informed ones with
        ``moved_by``, the series that moved each most; ``fit``, one row a series: ``observations``,
        the share ``inside`` the 90 % predictive intervals, the median ``place`` in them (0 to 1),
        the yearly ``discrepancy`` and the ``declared`` one before the data.
    """
    rows = inputs(posterior, before, after)[:MOST_SHOWN]
    for row in rows:
        at = posterior.names.index(row["input"])
        moved = {name: moves[at] for name, moves in posterior.influence.items()}
        row["moved_by"] = max(moved, key=lambda name: abs(moved[name]))
    fit = []
    for name, entry in series().items():
        seen = [each for each in posterior.fit if each.series == name]
        if seen:
            fit.append(
                {
                    "series": name,
                    "observations": len(seen),
                    "inside": rounded(np.mean([e.p05 <= e.value <= e.p95 for e in seen])),
                    "place": rounded(np.median([each.place for each in seen])),
                    "discrepancy": rounded(posterior.discrepancy[name][1]),
                    "declared": rounded(entry.discrepancy["median"]),
                }
            )
    return {
        "as_of": posterior.as_of,
        "diagnostics": dict(posterior.diagnostics),
        "inputs": rows,
        "fit": fit,
    }


def needed(posterior: Posterior | None, as_of: str) -> Posterior:
    """The posterior, where there is one.

    Raises:
        UserError: the priors are used alone.
    """
    if posterior is None:
        raise UserError(f"the run as of {as_of} uses the priors alone; leave --prior out")
    return posterior
