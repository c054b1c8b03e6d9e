"""The sample's market: every part known, or every part missing."""

from typing import Any

SERIES = {
    "sahm": ["UNRATE"],
    "recession": ["T10Y3M", "USREC"],
    "quadrant": ["INDPRO"],
    "stagflation": ["INDPRO"],
    "policy_uncertainty": ["USEPUINDXD"],
    "trade_policy_uncertainty": ["EPUTRADE"],
}


def market(*, whole: bool) -> dict[str, Any]:
    """A state of the market."""
    plans = {"raised": ["META", "GOOGL"], "lowered": ["MSFT"], "revisions": []}
    if not whole:
        regime = dict.fromkeys(SERIES) | {"needs": SERIES, "missing": ["x"], "warnings": []}
        # One part is known, with the rule met.
        met = {"value": 0.53, "triggered": True, "known_on": "2024-08-02"}
        return {
            "benchmarks": [],
            "missing": "no index",
            "volatility_index": None,
            "spending_plans": plans,
            "regime": regime | {"sahm": met},
        }
    index = {"drawdown": -0.08, "days_under_water": 20, "price_date": "2025-03-10"}
    known = {"known_on": "2025-03-07"}
    uncertain = known | {"value": 400.0, "percentile": 98.0}
    return {
        "benchmarks": [{"ticker": "GSPC", **index}],
        "missing": None,
        "volatility_index": {"value": 27.9, "percentile": 88.0, "date": "2025-03-10"},
        "spending_plans": plans,
        "regime": {
            "sahm": known | {"value": 0.27, "triggered": False},
            "recession": known | {"probability": 0.3, "spread": -0.05, "recessions": 4},
            "quadrant": known | {"quadrant": "stagflation", "growth": -0.004, "inflation": 0.03},
            "stagflation": known | {"probability": 0.4, "base_rate": 0.25, "spells": 7},
            "policy_uncertainty": uncertain,
            "trade_policy_uncertainty": uncertain,
            "needs": {},
            "missing": [],
            "warnings": [],
        },
    }
