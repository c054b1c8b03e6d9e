"""Native sparse attention against its paper (arXiv 2502.11089)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.sparse_attention import SparseAttention, causal_mean

NSA = SparseAttention()
PUBLISHED = Path(__file__).parents[3] / "shared" / "facts" / "nsa_ground_truth.csv"


@pytest.mark.parametrize(
    ("context", "loaded", "ratio"),
    [(8192, 2048, 4.0), (16384, 2560, 6.4), (32768, 3584, 9.14), (65536, 5632, 11.64)],
)
def test_tokens_loaded_are_those_of_table_4(context: int, loaded: int, ratio: float) -> None:
    assert NSA.decode_tokens(context) == loaded
    assert context / NSA.decode_tokens(context) == pytest.approx(ratio, abs=0.005)


def test_speedup_at_64k_is_that_of_figure_6() -> None:
    # Measured on A100 against FlashAttention-2: 9.0 forward, 6.0 backward.
    assert NSA.forward_speedup(65_536) == pytest.approx(9.0, rel=0.05)
    assert NSA.backward_speedup(65_536) == pytest.approx(6.0, rel=0.10)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published table is not here")
def test_speedup_at_every_published_length_within_a_quarter() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["section"] == "figure 6"]
    assert len(rows) == 8
    predicted = {
        "forward_speedup": NSA.forward_speedup,
        "backward_speedup": NSA.backward_speedup,
    }
    for row in rows:
        speedup = predicted[row["metric"]](int(row["sequence_length"]))
        assert speedup == pytest.approx(float(row["value"]), rel=0.25), row["case_id"]


@given(context=st.integers(1, 10_000), limit=st.integers(1, 10_000))
def test_the_causal_mean_is_that_of_the_sum(context: int, limit: int) -> None:
    # Positions run continuously from 0 to s; the sum over whole positions differs by at most 1/2.
    whole = sum(min(t, limit) for t in range(1, context + 1)) / context
    assert causal_mean(context, limit) == pytest.approx(whole, abs=0.5)


@given(context=st.floats(4096, 1e6))
def test_sparse_attention_gains_with_length_and_less_backward(context: float) -> None:
    assert NSA.forward_speedup(2 * context) > NSA.forward_speedup(context)
    assert 0 < NSA.backward_speedup(context) < NSA.forward_speedup(context)
