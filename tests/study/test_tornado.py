"""The tornado of one result: what it names, and what it refuses."""

import pytest

from jevons.errors import UserError
from jevons.model.clock import QUARTERS
from jevons.study.tornado import SHOWN, tornado

from .invented import experiment


def test_the_widest_comes_first_and_the_shares_leave_room_for_interactions() -> None:
    answer = tornado(experiment(), 2000, "ai_revenue.NVDA", "2025Q1")
    shares = [row["share"] for row in answer["inputs"]]
    assert len(shares) == SHOWN
    assert shares == sorted(shares, reverse=True)
    assert shares[0] < 1
    assert answer["result"]["unit"] == "USD_bn/quarter"
    known = {row["input"]: row["facts"] for row in answer["inputs"]}
    assert known["accelerator_spend_at_anchor"] > 0  # read from NVIDIA's reports


@pytest.mark.parametrize(
    ("quantity", "quarter", "message"),
    [
        ("ai_revenue.NVDIA", "2028Q4", "did you mean ai_revenue.NVDA"),
        ("ai_revenue", "2028Q4", "unknown quantity 'ai_revenue'"),
        ("ai_capex", "2028", "'2028' is not a quarter"),
        ("ai_capex", "2024Q4", f"2024Q4 is history.*2025Q1 to {QUARTERS[-1]}"),
    ],
)
def test_a_mistake_is_one_sentence(quantity: str, quarter: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        tornado(experiment(), 100, quantity, quarter)
