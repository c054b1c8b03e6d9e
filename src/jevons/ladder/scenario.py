"""What rules are tried on: shares, what they share, and what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from jevons import __version__
from jevons.ladder.bars import Bars
from jevons.ladder.setting import Setting

Signals = Mapping[str, Mapping[str, NDArray[np.generic]]]  # by ticker, by name
DEFAULT = Setting()


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """What a family is tried on.

    Attributes:
        layers: of the chain, by ticker; a share without one is a layer of its own.
        stress, placebo: shares that the verdict is held against, see
            :mod:`jevons.ladder.groups`.
    """

    bars: tuple[Bars, ...]
    setting: Setting = DEFAULT
    signals: Signals = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    stress: tuple[Bars, ...] = ()
    placebo: tuple[Bars, ...] = ()

    def of(self, ticker: str) -> Mapping[str, NDArray[np.generic]]:
        """The signals of a share."""
        return self.signals.get(ticker, {})

    @property
    def scenario_hash(self) -> str:
        """SHA-256 of everything that a result depends on but the rules."""
        digest = sha256(f"{__version__} {self.setting}".encode())
        for one in self.bars:
            digest.update(f"{one.ticker} {len(one)} {one.end} {one.end_value}".encode())
            arrays = (one.days, one.open, one.high, one.close, one.split, one.dividend, one.pay_at)
            for values in (*arrays, one.low, one.volume, one.rate):
                digest.update(b"" if values is None else np.ascontiguousarray(values).tobytes())
        for ticker, named in sorted(self.signals.items()):
            for name, signal in sorted(named.items()):
                digest.update(f"{ticker} {name} {signal.tolist()}".encode())
        digest.update(str(sorted(self.layers.items())).encode())
        return digest.hexdigest()


def sessions(bars: Sequence[Bars]) -> NDArray[np.datetime64]:
    """Days on which some share has a return, rising."""
    return np.unique(np.concatenate([one.days[1:] for one in bars]))
