"""Whether a track record is more than luck, after so many tries.

Returns are per session, as arrays (session,) or (session, rule); Sharpe ratios are per session.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from jevons.ladder.compiled import compiled

Numbers = NDArray[np.float64]
CHUNK = 2**20  # numbers at a time in a bootstrap
EULER = 0.5772156649015329


def sharpe(returns: Numbers) -> float:
    """Mean over standard deviation; 0 where nothing moved."""
    deviation = float(returns.std(ddof=1))
    return float(returns.mean()) / deviation if deviation > 0 else 0.0


def probabilistic_sharpe(
    ratio: float, sessions: int, skewness: float, kurtosis_raw: float, benchmark: float = 0.0
) -> float:
    """Chance that the true Sharpe ratio is above a benchmark (Bailey & Lopez de Prado 2012).

    Phi((SR - b) sqrt(T-1) / sqrt(1 - g3 SR + (g4-1)/4 SR^2)), g4 raw: 3 for the normal.

    >>> round(probabilistic_sharpe(0.458, 24, -2.448, 10.164), 3)  # their hedge fund, monthly
    0.913
    """
    spread = 1 - skewness * ratio + (kurtosis_raw - 1) / 4 * ratio**2
    return float(ndtr((ratio - benchmark) * (sessions - 1) ** 0.5 / max(spread, 1e-12) ** 0.5))


def expected_best_sharpe(trials: int, variance: float) -> float:
    """The best Sharpe ratio that so many trials without skill show on average.

    sqrt(V) ((1-e) PhiInv(1-1/N) + e PhiInv(1-1/(N exp 1))) (Bailey & Lopez de Prado 2014).

    >>> round(expected_best_sharpe(100, 0.5 / 250), 4)  # their example
    0.1132
    """
    if trials < 2:
        return 0.0
    quantiles = np.asarray(ndtri([1 - 1 / trials, 1 - 1 / (trials * np.e)]))
    return float(variance**0.5 * ((1 - EULER) * quantiles[0] + EULER * quantiles[1]))


def deflated_sharpe(returns: Numbers, trials: int, variance: float) -> float:
    """Chance that the true Sharpe ratio is above the best that luck gives in so many trials."""
    from scipy import stats  # slow to import, and only a sweep needs it

    if returns.std() == 0:
        return 0.5
    return probabilistic_sharpe(
        sharpe(returns),
        len(returns),
        float(stats.skew(returns)),
        float(stats.kurtosis(returns, fisher=False)),
        expected_best_sharpe(trials, variance),
    )


def block_length(x: Numbers) -> float:
    """Mean block of the stationary bootstrap (Politis & White 2004; Patton and others 2009).

    b = (2 g^2 n / d)^(1/3) with the flat-top window, d = 2 s(0)^2; from 1 to 3 sqrt(n) or n/3. The
    window's lag is chosen as in `arch`: twice the first of enough small correlations in a row.
    """
    n = len(x)
    if n < 4 or x.std() == 0:
        return 1.0
    centred = x - x.mean()
    span = max(5, int(np.log10(n)))  # lags that must all be small
    most = min(int(np.ceil(n**0.5)) + span, n - 2)
    gamma = np.array([centred[k:] @ centred[: n - k] / n for k in range(most + 1)])
    squares = np.cumsum(centred**2)
    first = squares[-1] - squares[: most + 1]  # of all but the first k + 1
    last = squares[n - 2 - np.arange(most + 1)]  # of all but the last k + 1
    small = np.abs(gamma * n) < 2 * (np.log10(n) / n) ** 0.5 * np.sqrt(first * last)
    cut = next((k for k in range(most - span + 1) if small[k : k + span].all()), most)
    lag = min(2 * max(cut, 1), most)
    k = np.arange(1, lag + 1)
    window = np.clip(2 * (1 - k / lag), 0, 1)
    g = 2 * float((window * k * gamma[1 : lag + 1]).sum())
    d = 2 * float(gamma[0] + 2 * (window * gamma[1 : lag + 1]).sum()) ** 2
    length = (2 * g**2 / d) ** (1 / 3) * n ** (1 / 3) if d > 0 else 1.0
    return float(np.clip(length, 1.0, np.ceil(min(3 * n**0.5, n / 3))))


def bootstrap_means(x: Numbers, draws: int, block: float, random: np.random.Generator) -> Numbers:
    """Means of stationary bootstrap samples (draw, ...) of x (session, ...).

    Blocks of geometric length with the mean ``block``, wrapping round (Politis & Romano 1994).
    A block is one difference of running sums, so the cost is that of the blocks, not the sessions.
    """
    n = len(x)
    columns = x.reshape(n, -1)
    running = np.zeros((2 * n + 1, columns.shape[1]))
    np.cumsum(np.concatenate((columns, columns)), axis=0, out=running[1:])
    most = int(np.ceil(n / block + 6 * (n / block) ** 0.5)) + 10  # blocks that reach n for sure
    sums = np.empty((draws, columns.shape[1]))
    together = max(1, CHUNK // most)
    for first in range(0, draws, together):
        part = sums[first : first + together]
        starts = (random.random((len(part), most)) * n).astype(np.int64)
        lengths = np.ones_like(starts)
        if block > 1:
            # The geometric distribution by its quantile function.
            tail = np.log1p(-random.random((len(part), most))) / np.log(1 - 1 / block)
            lengths += np.minimum(tail, n).astype(np.int64)
        _block_sums(running, starts, lengths, part)
    return (sums / n).reshape(draws, *x.shape[1:])


@compiled
def _block_sums(
    running: Numbers, starts: NDArray[np.int64], lengths: NDArray[np.int64], sums: Numbers
) -> None:
    """Sums over the blocks of each sample (draw, column), the last block cut off at the end."""
    n = len(running) // 2
    for draw in range(len(sums)):
        left, k = n, 0
        sums[draw] = 0.0
        while left > 0:
            length = min(lengths[draw, k], left) if k < starts.shape[1] - 1 else left
            begin = starts[draw, k]
            for column in range(sums.shape[1]):
                sums[draw, column] += running[begin + length, column] - running[begin, column]
            left -= length
            k += 1


def overfitting(returns: Numbers, blocks: int = 10) -> float:
    """Probability of backtest overfitting by combinatorial splits (Bailey and others 2017).

    The share of splits in which the rule that is best on one half ranks in the lower half on the
    other.

    Args:
        returns: (session, rule), at least two rules. blocks: S, even; all C(S, S/2) splits.
    """
    from scipy.stats import rankdata  # slow to import, and only a sweep needs it

    parts = np.array_split(returns, blocks)
    count = np.array([len(part) for part in parts], dtype=np.float64)
    total = np.array([part.sum(axis=0) for part in parts])
    square = np.array([(part**2).sum(axis=0) for part in parts])

    def ratio(chosen: NDArray[np.bool_]) -> Numbers:
        n = count[chosen].sum()
        mean = total[chosen].sum(axis=0) / n
        variance = square[chosen].sum(axis=0) / n - mean**2
        found: Numbers = mean / np.sqrt(np.maximum(variance, 1e-300))
        return found

    low = []
    for inside in combinations(range(blocks), blocks // 2):
        chosen = np.isin(np.arange(blocks), inside)
        rank = rankdata(ratio(~chosen))[int(ratio(chosen).argmax())]
        low.append(rank / (returns.shape[1] + 1) <= 0.5)
    return float(np.mean(low))
