"""The six answers of page one, and what would refute them, from finished figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jevons.model.clock import QUARTERS
from jevons.study.path_summaries import THESIS_SHORTFALL, THESIS_YEAR

Figures = Mapping[str, Any]


def answers(figures: Figures, probabilities: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """The six answers, in the note's order.

    Args:
        figures: the figures so far. probabilities: ``build`` and ``power``, which need the draws.
    """
    index = figures["jevons_index"]["long_run"]
    year = next(row for row in figures["power"] if row["year"] == THESIS_YEAR)
    valued = [
        row["p_above_price"] for row in figures["companies"] if row["p_above_price"] is not None
    ]
    decided = [claim for claim in figures["claims"] if claim["status"] in ("true", "false")]
    hits = [claim["status"] == "true" for claim in decided]
    ladders = figures["ladders"]
    return [
        {
            "id": "jevons",
            "probability": index["p_positive"],
            "of": "the Jevons index five years on is above zero: efficiency raises demand",
            "of_zh": "五年后的杰文斯指数大于零：效率提升增加算力需求",
            "values": {"jevons_index": index["jevons_index"]["p50"]},
        },
        {
            "id": "build",
            "probability": probabilities["build"],
            "of": "the five buyers spend more over the next four quarters than over the last four",
            "of_zh": "五大买方未来四个季度的资本开支高于过去四个季度",
            "values": {},
        },
        {
            "id": "power",
            "probability": probabilities["power"],
            "of": f"the gross shortfall of {THESIS_YEAR} exceeds {THESIS_SHORTFALL:.0f} GW",
            "of_zh": f"{THESIS_YEAR} 年底总缺口超过 {THESIS_SHORTFALL:.0f} 吉瓦",
            "values": {
                "gross_shortfall": year["gross_shortfall_gw"]["p50"],
                "net_shortfall": year["net_shortfall_gw"]["p50"],
            },
        },
        {
            "id": "value",
            "probability": mean(valued),
            "of": "a share of the chain, picked at random, is worth more than its price",
            "of_zh": "从价值链中随机选一只股票，其价值高于股价",
            "values": {},
        },
        {
            "id": "entry",
            "probability": mean([row["gate"] and not row["halt"] for row in ladders]),
            "of": "a ladder, picked at random, has its gate open: value above price at even odds",
            "of_zh": "随机选一个阶梯，其闸门开启：价值高于股价的概率过半",
            "values": {},
        },
        {
            "id": "record",
            "probability": mean(hits),
            "of": "a claim that has been decided came true",
            "of_zh": "已揭晓的判断兑现",
            "values": {},
        },
    ]


def mean(values: Sequence[float | bool]) -> float | None:
    """Mean, or nothing where there is nothing to average."""
    return round(float(np.mean(values)), 6) if values else None


# What is watched, the side that refutes, and why, in both languages.
WATCHED = {
    "buyers_capex": (
        "below",
        "the five buyers would be cutting, not building",
        "五大买方在削减而非扩建",
    ),
    "data_center_revenue": (
        "below",
        "accelerators would sell worse than in 95 % of the draws",
        "加速器销售低于 95% 的模拟结果",
    ),
    "tokens": (
        "below",
        "cheap tokens would not have raised use",
        "词元降价并未带来用量增长",
    ),
    "us_electricity": (
        "below",
        "the fleet would draw too little for power to be the bottleneck",
        "用电过低，电力不成其为瓶颈",
    ),
}
HORIZON_QUARTERS = 4  # a figure is judged a year after the last one observed
REPORTING_DAYS = "-02-28", "-05-31", "-08-31", "-11-30"  # when a quarter's figures are out


def falsifiers(figures: Figures) -> list[dict[str, Any]]:
    """Observations still to come that would lie below 95 % of the draws.

    Each is a year after the last one observed, or the first such year whose figure is not yet due
    by the as-of date.
    """
    today = figures["provenance"]["as_of"]
    rows = []
    for name, (direction, why, why_zh) in WATCHED.items():
        path, points = figures["quantities"][name], figures["observed"].get(name)
        if not points:
            continue
        last = max(points, key=lambda point: (point["quarter"], point["known_on"]))
        years = range(
            QUARTERS.index(last["quarter"]) + HORIZON_QUARTERS, len(QUARTERS), HORIZON_QUARTERS
        )
        at = next((at for at in years if reported_by(QUARTERS[at]) > today), None)
        if at is None:
            continue
        quarter = QUARTERS[at]
        rows.append(
            {
                "id": f"{name}_{quarter}",
                "metric": name,
                "quarter": quarter,
                "threshold": path["p05"][at],
                "direction": direction,
                "unit": path["unit"],
                "by": reported_by(quarter),
                "now": last["value"],
                "now_quarter": last["quarter"],
                "why": f"{quarter}: {why}",
                "why_zh": f"{quarter}：{why_zh}",
            }
        )
    return rows


def reported_by(quarter: str) -> str:
    """Day by which a quarter's figures are reported, two months after its end.

    >>> reported_by("2025Q4"), reported_by("2026Q1")
    ('2026-02-28', '2026-05-31')
    """
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year + number // 4}{REPORTING_DAYS[number % 4]}"
