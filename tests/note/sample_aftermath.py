"""Invented outcomes after the sample figures' day."""

from typing import Any


def aftermath(figures: dict[str, Any]) -> dict[str, Any]:
    """Two outcomes, one claim and one share."""
    path = figures["quantities"]["buyers_capex"]
    outcomes = [
        {"quantity": "buyers_capex", "quarter": quarter, "outcome": 1.3 * path["p50"][i]}
        for i, quarter in enumerate(path["quarter"])
        if quarter in ("2025Q1", "2025Q2")
    ]
    link = {
        "quantity": "buyers_capex",
        "outcomes": 2,
        "ratio": 1.3,
        "coverage_90": 0.5,
        "skill": -0.4,
        "skill_no_change": 0.2,
        "lesson": "too_low",
        "last_quarter": "2025Q2",
    }
    claim = {"text": "A claim", "text_zh": "判断", "p_model": 0.7, "status": "true", "brier": 0.09}
    share = {
        "ticker": "NVDA",
        "price": 108.76,
        "price_date": "2025-03-11",
        "p_above_price": 0.1,
        "price_after": 225.51,
        "price_after_date": "2026-09-23",
        "change": 1.07,
    }
    source = {
        "who": "Someone",
        "claims": 3,
        "open": 1,
        "not_resolvable": 0,
        "decided": 2,
        "true": 1,
        "partly": 1,
        "share_true": 0.5,
        "independent": 1,
    }
    return {
        "until": "2026-09-24",
        "outcomes": outcomes,
        "links": [link],
        "claims": [claim],
        "sources": [source],
        "shares": [share],
        "scores": {"outcomes": 2, "coverage_90": 0.5, "ratio": 1.3, "rank_correlation": None},
    }
