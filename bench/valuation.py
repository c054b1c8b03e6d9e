"""Seconds to value companies, warm: ours against plain NumPy float64 loops over the same formulas.

    python bench/valuation.py [--draws 100000] [--companies 20] [--repeats 5]

Both value the same companies from the same draws; the largest difference is printed, so a gain that
changes the answer shows. The peer is one vectorised pass a year, written from docs/valuation.md.
"""

import argparse
import time
from collections.abc import Callable

import jax
import numpy as np

from jevons.facts import load
from jevons.study import Study
from jevons.valuation import cash_flow
from jevons.valuation.value import CompanyValue, ai_worth, base_worth


def ours(values: list[CompanyValue]) -> list[np.ndarray]:
    with jax.enable_x64(True):
        worths = [
            base_worth(v.case).enterprise
            + ai_worth(v.case, 1.0, buyer=v.company.economics == "buyer").enterprise
            for v in values
            if v.case is not None
        ]
        return [np.asarray(worth) for worth in worths]


def plain(values: list[CompanyValue]) -> list[np.ndarray]:
    return [_plain(v) for v in values]


def _plain(v: CompanyValue) -> np.ndarray:
    case = v.case
    assert case is not None
    x = {name: np.asarray(value) for name, value in case.x.items()}
    when = [np.asarray(part) for part in case.when]
    base = _operating(
        np.asarray(case.base_revenue), np.asarray(case.base_margin), x, "sales_to_capital"
    )
    if v.company.economics == "buyer":
        ai = _capital(np.asarray(case.ai), x)
    else:
        ai = _operating(np.asarray(case.ai), np.asarray(case.ai_margin), x, "ai_sales_to_capital")
    return _worth(base, x, when) + _worth(ai, x, when)


def _operating(revenue, margin, x, turnover):  # type: ignore[no-untyped-def]
    kept = 1 - x["tax_rate"]
    nopat = [revenue[:, t] * margin[:, t] * kept for t in range(revenue.shape[1])]
    spent = [(revenue[:, t + 1] - revenue[:, t]) / x[turnover] for t in range(revenue.shape[1] - 1)]
    earned = np.maximum(margin[:, -1] * kept * x[turnover], x["ronic"])
    return _faded(nopat, spent, revenue[:, -3], revenue[:, -1], earned, x)


def _capital(spending, x):  # type: ignore[no-untyped-def]
    capital, nopat, spent, levels = np.zeros(len(spending)), [], [], []
    for t in range(spending.shape[1]):
        closing = capital * (1 - 1 / x["ai_capital_life"]) + spending[:, t]
        nopat.append(x["ai_return"] * capital)
        spent.append(closing - capital)
        levels.append(closing)
        capital = closing
    return _faded(nopat, spent[:-1], levels[-3], levels[-1], x["ai_return"], x)


def _faded(nopat, spent, before, last, entry, x):  # type: ignore[no-untyped-def]
    grows = (before > 0) & (last > 0)
    ratio = np.where(grows, last, 1.0) / np.where(grows, before, 1.0)
    growth = np.clip(np.sqrt(ratio) - 1, *cash_flow.ENTRY_GROWTH_BOUNDS)
    g, r = growth, entry
    for k in range(1, cash_flow.FADE_YEARS + 1):
        g = growth + (x["terminal_growth"] - growth) * k / cash_flow.FADE_YEARS
        r = entry + (x["ronic"] - entry) * k / cash_flow.FADE_YEARS
        spent.append(nopat[-1] * g / r)
        nopat.append(nopat[-1] * (1 + g))
    spent.append(nopat[-1] * x["terminal_growth"] / x["ronic"])
    return nopat, spent


def _worth(segment, x, when):  # type: ignore[no-untyped-def]
    nopat, spent = segment
    weight, paid, horizon = when
    total = sum(
        weight[t] * (nopat[t] - spent[t]) * (1 + x["wacc"]) ** -paid[t] for t in range(len(nopat))
    )
    coming = nopat[-1] * (1 + x["terminal_growth"])
    beyond = coming * (1 - x["terminal_growth"] / x["ronic"]) / (x["wacc"] - x["terminal_growth"])
    return total + beyond * (1 + x["wacc"]) ** -horizon


def best(work: Callable[[], object], repeats: int) -> float:
    work()  # compiles
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args()
    store = load()
    companies = Study(store, store.last_known_on, draws=wanted.draws).companies
    values = [v for t in companies.all if (v := companies.valued(t)).case is not None]
    values = values[: wanted.companies]
    pairs = zip(ours(values), plain(values), strict=True)
    gaps = [np.max(np.abs(a - b)) / np.max(np.abs(b)) for a, b in pairs]
    jax_seconds = best(lambda: ours(values), wanted.repeats)
    numpy_seconds = best(lambda: plain(values), max(wanted.repeats // 2, 1))
    print(f"{len(values)} companies x {wanted.draws:,} draws, best of {wanted.repeats}")
    print(f"ours {jax_seconds:.2f} s, NumPy {numpy_seconds:.2f} s")
    print(f"ratio {numpy_seconds / jax_seconds:.1f}")
    print(f"largest relative difference {max(gaps):.1e}")


if __name__ == "__main__":
    main()
