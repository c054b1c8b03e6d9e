"""What changed since an earlier note: its headline figures beside today's."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jevons.errors import UserError

QUARTER = "2028Q4"  # at which the headlines stand
HEADLINES = (
    "ai_capex", "buyers_capex", "tokens", "token_cost", "fleet", "new_power_demand",
    "gross_shortfall", "net_shortfall",
)  # fmt: skip


def earlier_figures(file: Path, as_of: date) -> dict[str, Any]:
    """The figures.json of a note of before ``as_of``.

    Raises:
        UserError: the file cannot be read, holds no figures of a note, or is not earlier.
    """
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
        then = date.fromisoformat(figures["provenance"]["as_of"])
        _ = figures["quantities"], figures["companies"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"--since {file} is no figures.json of a note ({type(error).__name__}); "
            "give the file that jevons note wrote"
        ) from error
    if then >= as_of:
        raise UserError(
            f"--since {file} is a note as of {then}, which is not before {as_of}; "
            "give an earlier one, or a later --as-of"
        )
    return dict(figures)


def revisions(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Headlines and shares of both notes, side by side; what only one of them has is left out.

    Returns:
        ``as_of`` and ``version`` of the earlier note; ``rows`` of ``name, quarter, unit, then,
        now``, the medians; ``shares`` of ``ticker, price_then, price_now, fair_value_then,
        fair_value_now``.
    """
    return {
        "as_of": before["provenance"]["as_of"],
        "version": before["provenance"].get("version", ""),
        "rows": [row for name in HEADLINES if (row := _headline(name, before, now))],
        "shares": _shares(before, now),
    }


def _headline(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any] | None:
    paths = [figures["quantities"].get(name) for figures in (before, now)]
    if any(not path or QUARTER not in path["quarter"] for path in paths):
        return None
    if len({path["unit"] for path in paths}) > 1:
        return None  # another unit is another quantity
    then, today = (path["p50"][path["quarter"].index(QUARTER)] for path in paths)
    return {"name": name, "quarter": QUARTER, "unit": paths[0]["unit"], "then": then, "now": today}


def _shares(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = {company["ticker"]: company for company in before["companies"]}
    rows = []
    for company in now["companies"]:
        earlier = known.get(company["ticker"])
        if not earlier or not (earlier.get("fair_value") and company.get("fair_value")):
            continue
        rows.append(
            {
                "ticker": company["ticker"],
                "price_then": earlier.get("price"),
                "price_now": company.get("price"),
                "fair_value_then": earlier["fair_value"]["p50"],
                "fair_value_now": company["fair_value"]["p50"],
            }
        )
    return rows
