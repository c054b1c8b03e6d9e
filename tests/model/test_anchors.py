"""Each rule on a few invented facts, with its value worked by hand."""

import math
from datetime import date

import pytest

from jevons.errors import UserError
from jevons.facts.fact import Fact
from jevons.model import efficiency
from jevons.model.anchors import (
    BUYERS,
    CAPEX_OUTSIDE_AI,
    CAPITAL_MULTIPLE,
    CASH_FLOW_GROWTH,
    RULES,
    TOKEN_GROWTH,
    buyer_capex,
    quarter_end,
    tokens_reported,
)
from jevons.model.clock import QUARTERS, quarter_of
from jevons.model.nvidia import NETWORKING_SHARE, NVIDIA_SHARE, anchor_quarter
from jevons.model.priors import priors
from jevons.model.reported import Anchor

from .invented import doubling_revenue, fact, known, quarter_days, quarters, steady_buyers


def test_constants_are_the_medians_that_they_stand_for() -> None:
    median = {name: prior.median for name, prior in priors().items()}
    assert median["capex_outside_ai"] == CAPEX_OUTSIDE_AI
    assert median["buyers_cash_flow_growth"] == CASH_FLOW_GROWTH
    ratios = ("servers_ratio", "network_ratio", "power_cooling_ratio", "shell_ratio")
    assert pytest.approx(CAPITAL_MULTIPLE) == 1 + sum(median[name] for name in ratios)


YEAR_END = date(2024, 12, 31)
LAST = 4 * 2**1.75  # USD_bn of data-centre revenue in 2024Q4


def tokens(entity: str, value: float, day: date) -> Fact:
    return fact(entity, "tokens_processed_per_day", value, day, day)


def settled(rule: str, *facts: Fact) -> Anchor:
    return RULES[rule](known(*doubling_revenue(), *facts))


def test_tokens_are_carried_forward_at_their_growth_and_added() -> None:
    """One platform reported at the quarter's end, one a year before it."""
    end = quarter_end("2024Q4")
    level = settled(
        "token_level",
        tokens("Google", 5.0, end),
        tokens("Alibaba", 2.0, date(2023, 12, 29)),
    )
    assert level.value == pytest.approx(5.0 + 2.0 * math.exp(TOKEN_GROWTH * 365 / 365.25))
    assert len(level.facts) == 2


def test_the_nearest_report_of_a_platform_counts_alone() -> None:
    reports = [tokens("Google", 1.0, date(2024, 6, 28)), tokens("Google", 4.0, date(2024, 12, 28))]
    assert settled("token_level", *reports).value == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("entity", "day"),
    [
        ("OpenRouter", date(2024, 12, 28)),  # resells the tokens of others
        ("Google Gemini API", date(2024, 12, 28)),  # a part of Google
        ("Google", date(2023, 6, 1)),  # older than a year and a half
        ("Google", date(2025, 1, 15)),  # after the anchor quarter
    ],
)
def test_what_is_no_platform_of_its_own_or_no_report_of_the_time(entity: str, day: date) -> None:
    assert settled("token_level", tokens(entity, 4.0, day)) == Anchor(None, ())


def test_tokens_can_be_asked_for_any_day() -> None:
    snapshot = known(tokens("Google", 1.0, date(2024, 3, 28)))
    assert tokens_reported(snapshot, date(2024, 3, 27)).value is None
    assert tokens_reported(snapshot, date(2024, 3, 28)).value == pytest.approx(1.0)


def test_users_are_the_last_report() -> None:
    reports = [
        fact("OpenAI ChatGPT", "active_users_weekly", users, None, day)
        for users, day in ((200.0, date(2024, 8, 29)), (300.0, date(2024, 12, 4)))
    ]
    assert settled("users_level", *reports).value == 300.0
    assert settled("users_level") == Anchor(None, ())


def test_inference_is_a_share_of_what_compute_costs() -> None:
    year = (date(2024, 1, 1), YEAR_END)
    inference = fact("OpenAI", "compute_spend_inference", 2.0, *year)
    research = fact("OpenAI", "compute_spend_rd", 5.0, *year)
    assert settled("inference_share", inference, research).value == pytest.approx(2 / 7)
    assert settled("inference_share", inference) == Anchor(None, ())


@pytest.mark.parametrize(
    ("rule", "entity", "metric"),
    [
        ("under_construction", "US data centres", "self_supplied_under_construction"),
        ("grid_access", "US data centres", "near_term_grid_access"),
        ("gas_turbines", "Gas turbines", "time_to_power_solution"),
        ("fuel_cells", "Bloom fuel cells", "time_to_power_solution"),
        ("nuclear_colocation", "Nuclear co-location", "time_to_power_solution"),
    ],
)
def test_the_last_vintage_of_a_published_term_counts(rule: str, entity: str, metric: str) -> None:
    window = (date(2025, 1, 1), date(2028, 12, 31))
    vintages = [
        fact(entity, metric, gigawatts, *window, stated_by="Morgan Stanley", known_on=day)
        for gigawatts, day in ((9.0, date(2025, 1, 10)), (11.0, date(2025, 2, 10)))
    ]
    assert settled(rule, *vintages).value == 11.0
    assert settled(rule) == Anchor(None, ())


def test_bitcoin_sites_in_development_count_half() -> None:
    parts = [
        fact("Bitcoin miners", metric, gigawatts, None, YEAR_END)
        for metric, gigawatts in (
            ("sites_operating", 4.0),
            ("sites_under_construction", 3.0),
            ("sites_in_development", 6.0),
        )
    ]
    assert settled("bitcoin_sites", *parts).value == pytest.approx(4 + 3 + 3)
    assert settled("bitcoin_sites", *parts[:2]) == Anchor(None, ())


def electricity(publisher: str, year: int, value: float) -> Fact:
    window = (date(year, 1, 1), date(year, 12, 31))
    return fact("US data centres", "electricity_use", value, *window, stated_by=publisher)


def test_base_electricity_is_the_published_use_without_accelerators() -> None:
    lbnl, iea = electricity("LBNL", 2023, 176.0), electricity("IEA", 2022, 150.0)
    assert settled("us_base_electricity", lbnl, iea).value == pytest.approx(164.7)
    assert settled("us_base_electricity", iea).value == pytest.approx(150 * 1.03 - 11.3)
    assert settled("us_base_electricity") == Anchor(None, ())


def test_cash_flow_is_a_quarter_of_each_buyers_last_year_carried_to_the_anchor() -> None:
    """From the middle of 2024 to that of its fourth quarter, 3/8 of a year at 14 %.

    At the growth over three years where the year before them is known.
    """
    years = [
        fact(buyer, "operating_cash_flow", amount, date(year, 1, 1), date(year, 12, 31))
        for buyer in BUYERS
        for year, amount in ((2023, 50.0), (2024, 80.0))
    ]
    quarter = fact("MSFT", "operating_cash_flow", 30.0, *quarter_days(2024, 4))
    assert settled("buyers_cash_flow", *years, quarter).value == pytest.approx(
        5 * 80 / 4 * math.exp(0.14 * 0.375), rel=1e-3
    )
    assert settled("buyers_cash_flow", *years[2:]) == Anchor(None, ())  # one buyer is missing
    assert settled("buyers_cash_flow_growth", *years) == Anchor(None, ())
    early = [
        fact(buyer, "operating_cash_flow", 40.0, date(2021, 1, 1), date(2021, 12, 31))
        for buyer in BUYERS
    ]
    growth = settled("buyers_cash_flow_growth", *years, *early)
    assert growth.value == pytest.approx(math.log(2) / 3)
    assert len(growth.facts) == 10
    fourth = [
        fact(buyer, "operating_cash_flow", 10.0, *quarter_days(2021, 4)) for buyer in BUYERS
    ]  # a quarter that ends with the year is not the year
    assert settled("buyers_cash_flow_growth", *years, *early, *fourth) == growth
    assert settled("buyers_cash_flow", *years, *early).value == pytest.approx(
        5 * 80 / 4 * 2 ** (0.375 / 3), rel=1e-3
    )


def test_capex_outside_ai_is_what_the_leanest_year_allows() -> None:
    """5 a quarter in 2022 bind; after a year at 4, those 4 do, less a year's growth of 3 %.

    Quarters are counted at their ends, an eighth of a year after the middle of their year.
    """
    buyers = buyer_capex(known(*steady_buyers(15.0), *doubling_revenue()))
    assert tuple(buyers) == BUYERS
    for each in buyers.values():
        assert each.before == pytest.approx(5 * math.exp(-0.03 / 8))
        assert each.now == 15.0
        assert len(each.facts) == 8
    lean = quarters("META", "capex_cash_ppe", 2023, [4.0] * 4)
    found = buyer_capex(known(*steady_buyers(15.0), *lean, *doubling_revenue()))
    assert found["META"].before == pytest.approx(4 * math.exp(-0.03 * 9 / 8))
    assert found["MSFT"].before == pytest.approx(5 * math.exp(-0.03 / 8))


def test_ai_is_a_least_part_of_every_buyers_capex() -> None:
    """Spending as in 2022 leaves AI 15 %, not nothing."""
    each = buyer_capex(known(*steady_buyers(5.0), *doubling_revenue()))["GOOGL"]
    assert each.before * math.exp(0.03 * 2.5) == pytest.approx(0.85 * 5.0)


def test_a_buyer_without_a_base_is_named() -> None:
    facts = [each for each in steady_buyers() if each.entity != "META"]
    with pytest.raises(UserError, match="capex_cash_ppe of META for the four quarters of 2022"):
        buyer_capex(known(*facts, *doubling_revenue()))
    three = [each for each in steady_buyers() if each.period_end != date(2022, 12, 31)]
    with pytest.raises(UserError, match="capex_cash_ppe of MSFT"):
        buyer_capex(known(*three, *doubling_revenue()))


def test_capex_is_that_of_the_anchor_quarter() -> None:
    """Buyers report weeks before NVIDIA: their next quarter is no part of the anchor's split."""
    early = quarters("MSFT", "capex_cash_ppe", 2025, [30.0])
    facts = [*steady_buyers(15.0), *doubling_revenue(), *early]
    snapshot = known(*facts, as_of=date(2025, 5, 5))
    assert anchor_quarter(snapshot) == "2024Q4"
    assert buyer_capex(snapshot)["MSFT"].now == 15.0


def test_outside_finance_is_the_rest_of_the_worlds_share() -> None:
    """Five buyers at 15 less most of 2022's 5 at 3 % a year to the anchor; 2.2 x spend in all."""
    spend = LAST * (1 - NETWORKING_SHARE) / NVIDIA_SHARE
    own = 5 * (15 - 0.72 * 5 * math.exp(0.03 * (2.5 - 1 / 8)))
    ratio = settled("outside_finance_ratio", *steady_buyers(15.0)).value
    assert ratio == pytest.approx(max(spend * 2.2 / own - 1, 0.1))


def test_buyers_that_spend_more_than_the_chain_leave_a_tenth_for_others() -> None:
    assert settled("outside_finance_ratio", *steady_buyers(60.0)).value == pytest.approx(0.1)


def test_the_roofline_is_known_when_its_model_is() -> None:
    before = known(*doubling_revenue()[:4], as_of=date(2024, 3, 1))
    assert RULES["tokens_per_second"](before) == Anchor(None, ())
    rate = settled("tokens_per_second").value
    assert known(*doubling_revenue()).as_of > efficiency.REFERENCE_KNOWN_ON
    assert rate is not None
    declared = priors()["tokens_per_second"]
    assert declared.p10 < rate < declared.p90


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_quarter_ends_in_itself(quarter: str) -> None:
    assert quarter_of(quarter_end(quarter)) == quarter
