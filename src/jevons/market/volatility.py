"""Volatility of a share: measured where there is enough history, else a declared assumption."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from jevons.market.price_table import PriceHistory
from jevons.quantiles import rounded

SESSIONS_A_YEAR = 252
FEWEST_CLOSES = 60  # 59 returns: the standard error is about a tenth of the figure
# Outside, prices do not move or jump as at splits; a ladder has no sense there.
CREDIBLE = (0.01, 3.0)
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Volatility:
    """Standard deviation of log returns.

    Attributes:
        value: 1/year**0.5, above zero. sessions: closes it was measured on, None if assumed.
        source: where it comes from, in words.
    """

    value: float
    sessions: int | None
    source: str

    @property
    def is_assumption(self) -> bool:
        """Whether it was declared and not measured."""
        return self.sessions is None

    def document(self) -> dict[str, Any]:
        """The figure as reports show it."""
        return {
            "value": rounded(self.value),
            "unit": "1/year**0.5",
            "sessions": self.sessions,
            "assumption": self.is_assumption,
            "source": self.source,
        }


def annual_volatility(closes: ArrayLike) -> float | None:
    """Standard deviation of daily log returns, times the root of 252.

    Args:
        closes: (session,) USD/share of neighbouring sessions, split-adjusted.

    Returns:
        1/year**0.5; None with fewer than :data:`FEWEST_CLOSES` closes.

    >>> closes = np.exp(0.01 * np.array([0.0, 1.0] * 40))
    >>> round(annual_volatility(closes) / 252**0.5, 4)  # returns of +1 % and -1 % in turn
    0.0101
    """
    values = np.asarray(closes, dtype=np.float64)
    if len(values) < FEWEST_CLOSES:
        return None
    returns = np.diff(np.log(values))
    return float(returns.std(ddof=1) * SESSIONS_A_YEAR**0.5)


def volatility_of(layer: str, history: PriceHistory | None = None) -> Volatility:
    """Volatility of the last year of a history, or the assumption for its layer.

    Args:
        layer: of the chain, as companies name it; an undeclared one has the assumption "other".
        history: prices up to the day; sessions before the last long break are left out. A figure
            outside :data:`CREDIBLE` is not used.
    """
    if history is not None:
        closes = history.unbroken().close[-SESSIONS_A_YEAR - 1 :]
        measured = annual_volatility(closes)
        if measured is not None and CREDIBLE[0] <= measured <= CREDIBLE[1]:
            source = f"{len(closes)} daily closes to {history.day(-1)}"
            return Volatility(measured, len(closes), source)
    entry = assumptions().get(layer, assumptions()[OTHER])
    return Volatility(float(entry["volatility"]), None, str(entry["reason"]))


@cache
def assumptions() -> Mapping[str, Mapping[str, Any]]:
    """The declared volatilities by layer, each with its reason."""
    text = files("jevons.market").joinpath("volatilities.toml").read_text(encoding="utf-8")
    return cast("Mapping[str, Mapping[str, Any]]", tomllib.loads(text))
