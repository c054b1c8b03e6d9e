"""Which assumption moves a share's value most, and which single fact would be worth learning."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jevons.model.priors import Z_90, Input
from jevons.quantiles import rounded
from jevons.valuation import CompanyValue
from jevons.valuation.fair_value import Draws
from jevons.valuation.scenarios import explained

SWINGS, LEARNING = 10, 6  # rows shown of each


def value_drivers(
    value: CompanyValue,
    tornado: Sequence[Mapping[str, Any]],
    drawn: Mapping[str, Draws],
    inputs: Mapping[str, Input],
) -> dict[str, Any]:
    """The swings of one share, and inputs by what each explains of its value alone.

    Args:
        tornado: of the value, the widest swing first. drawn: every input of the chain and of the
            valuation by name, (draw,). inputs: the same as settled.

    Returns:
        ``ticker, unit, price, fair_value`` (median), ``swings`` and ``worth_learning``: ``input,
        share, p10, p90, unit`` and ``facts``, how many are behind its centre. Empty lists where
        there is no value.
    """
    currency = value.company.currency
    found: dict[str, Any] = {
        "ticker": value.company.ticker,
        "unit": f"{currency}/share" if currency == "USD" else currency,
        "price": value.price,
    }
    if value.per_share is None:
        return found | {"fair_value": None, "swings": [], "worth_learning": []}
    shares = list(explained(value.per_share, drawn).items())[:LEARNING]
    return found | {
        "fair_value": rounded(np.median(value.per_share)),
        "swings": list(tornado[:SWINGS]),
        "worth_learning": [_learning(name, share, inputs[name]) for name, share in shares],
    }


def _learning(name: str, share: float, entry: Input) -> dict[str, Any]:
    return {
        "input": name,
        "share": share,
        "p10": rounded(entry.quantile(-Z_90)),
        "p90": rounded(entry.quantile(Z_90)),
        "unit": entry.prior.unit,
        "facts": len(entry.facts),
    }
