"""Figures in the shape of the study's, invented for tests: no number here is a fact."""

from typing import Any

from . import sample_build_out
from .sample_companies import claims, companies, implied, ladders, value_chain, value_drivers
from .sample_draws import QUARTERS, growing, index_quantity, quantity
from .sample_market import market

AS_OF = "2025-03-11"
BUYERS = ("MSFT", "AMZN", "GOOGL", "META", "ORCL")


def points(
    name: str, path_: dict[str, Any], entity: str, ratio: float = 1.1
) -> list[dict[str, Any]]:
    """Observed quarters beside a path."""
    return [
        {
            "quarter": quarter,
            "value": path_["p50"][i] * ratio,
            "low": None,
            "high": None,
            "unit": path_["unit"],
            "entity": entity,
            "fact_id": f"fact-{name}-{quarter}",
            "known_on": "2025-02-26",
        }
        for i, quarter in enumerate(QUARTERS[:8])
    ]


def quantities() -> dict[str, Any]:
    """Paths under the names of the chain."""
    return {
        "token_cost": growing("token_cost", 4.0, -0.9, "USD/Mtoken"),
        "token_price": growing("token_price", 6.0, -0.8, "USD/Mtoken"),
        "efficiency_gain": growing("efficiency_gain", 1.0, 0.9, "1"),
        "tokens_by_workload.direct": growing("direct", 0.8, 0.9, "Ttoken/day"),
        "tokens_by_workload.reasoning_agents": growing("reasoning", 0.1, 1.8, "Ttoken/day"),
        "tokens_by_workload.multimodal": growing("multimodal", 0.15, 1.3, "Ttoken/day"),
        "compute_by_workload.direct": growing("c_direct", 0.9, 0.5, "MH100e"),
        "compute_by_workload.reasoning_agents": growing("c_reasoning", 0.2, 1.2, "MH100e"),
        "compute_by_workload.multimodal": growing("c_multimodal", 0.15, 0.9, "MH100e"),
        "pretraining_compute": growing("pretraining", 0.8, 0.5, "MH100e"),
        "post_training_compute": growing("post", 0.1, 1.1, "MH100e"),
        "compute_wanted": growing("wanted", 2.2, 0.75, "MH100e"),
        "fleet": growing("fleet", 2.0, 0.7, "MH100e"),
        "ai_capex": growing("ai_capex", 18.0, 0.5, "USD_bn/quarter"),
        "buyers_capex": growing("buyers_capex", 35.0, 0.35, "USD_bn/quarter"),
        "us_electricity": growing("us_electricity", 170.0, 0.15, "TWh/year", 0.1),
        "data_center_revenue": growing("nvda", 4.3, 0.9, "USD_bn/quarter"),
        "tokens": growing("tokens", 1.0, 1.1, "Ttoken/day"),
    }


def learned() -> dict[str, Any]:
    """What a calibration changed: an input with a unit, one below zero, and one buyer's series."""

    def row(name: str, unit: str, middle: float, by: str) -> dict[str, Any]:
        before = {"p05": middle - 1.5, "p50": middle, "p95": middle + 1.5, "unit": unit}
        after = before | {"p50": middle + 0.5, "p05": middle - 0.5}
        return {"input": name, "before": before, "after": after, "moved_by": by}

    fit = {"observations": 8, "inside": 0.875, "place": 0.6, "discrepancy": 0.2, "declared": 0.16}
    return {
        "as_of": "2025-03-11",
        "diagnostics": {"r_hat": 1.01},
        "inputs": [
            row("elasticity", "1", 2.0, "tokens"),
            row("guidance_surprise", "1/year", 0.1, "capex.MSFT"),
        ],
        "fit": [{"series": "capex.MSFT", **fit}, {"series": "nvidia", **fit}],
    }


def observed(paths: dict[str, Any]) -> dict[str, Any]:
    """Observed points of four quantities."""
    return {
        "buyers_capex": points("buyers_capex", paths["buyers_capex"], "BUYERS"),
        "data_center_revenue": points(
            "data_center_revenue", paths["data_center_revenue"], "NVDA", 0.7
        ),
        "us_electricity": [
            {**point, "value": None, "low": 0.9 * point["value"], "high": 1.2 * point["value"]}
            for point in points("us_electricity", paths["us_electricity"], "US")[3::4]
        ],
        "tokens": points("tokens", paths["tokens"], "world", 1.6)[4:],
    }


def cost() -> dict[str, Any]:
    """A few set-ups."""
    rows = []
    for model, base in (("deepseek-v3", 0.3), ("llama-3.1-405b", 1.8), ("gpt-oss-120b", 0.08)):
        for chip, factor in (("h100", 1.0), ("h800", 1.1), ("b200", 0.5)):
            for phase, share in (("prefill", 0.2), ("decode", 1.0)):
                name = f"{model}{chip}{phase}"
                middle = base * factor * share
                rows.append(
                    {
                        "model": model,
                        "chip": chip,
                        "phase": phase,
                        "tokens_per_s_per_chip": quantity(name + "t", 600 / middle, 0.2, "token/s"),
                        "usd_per_mtok": quantity(name + "u", middle, 0.3, "USD/Mtoken"),
                        "joule_per_token": quantity(name + "j", middle, 0.2, "J/token"),
                        "bound": "compute" if phase == "prefill" else "memory",
                    }
                )
    return {"rows": rows}


def cost_checked() -> dict[str, Any]:
    """Four measurements of two metrics, and their errors."""
    where = {"source": "InferenceX", "model": "deepseek-v3", "engine": "sglang"}
    time, rate = "time_per_output_token_ms", "tokens_per_s_per_chip"
    points = [
        where | {"chip": chip, "metric": metric, "measured": measured, "predicted": predicted}
        for chip, metric, measured, predicted in (
            ("H100", time, 20.0, 22.0),
            ("H200", time, 10.0, 9.5),
            ("B200", time, 5.0, 6.0),
            ("H100", rate, 1850.0, 1700.0),
        )
    ]
    errors = [
        {
            "group": group,
            "rows": rows,
            "median_ratio": 1.02,
            "median_absolute_error": 0.09,
            "within_1_6": 1.0,
            "worst": 0.2,
        }
        for group, rows in (("all", 4), ("InferenceX", 4), ("H100", 2), ("H200", 1), ("B200", 1))
    ]
    return {"points": points, "errors": errors}


def power() -> list[dict[str, Any]]:
    """Years with the four options."""
    years = []
    for i, year in enumerate(range(2025, 2031), start=1):
        share = min(i / 4, 1.4)
        years.append(
            {
                "year": year,
                "demand_gw": quantity(f"demand{year}", 57 * share, 0.25, "GW"),
                "under_construction_gw": quantity(f"uc{year}", 6 * share, 0.2, "GW"),
                "grid_gw": quantity(f"grid{year}", 13 * share, 0.2, "GW"),
                "gross_shortfall_gw": quantity(f"gross{year}", 36 * share, 0.4, "GW"),
                "options_gw": {
                    "gas_turbines": quantity(f"gas{year}", 15 * share, 0.3, "GW"),
                    "fuel_cells": quantity(f"fc{year}", 5 * share, 0.3, "GW"),
                    "bitcoin_sites": quantity(f"btc{year}", 8 * share, 0.3, "GW"),
                    "nuclear_colocation": quantity(f"nuc{year}", 2 * share, 0.4, "GW"),
                },
                "net_shortfall_gw": quantity(f"net{year}", 11 * share, 0.6, "GW"),
                "realisation_factor": quantity("realisation", 0.7, 0.15, "1"),
                "us_share_of_builds": quantity("us share", 0.5, 0.1, "1"),
            }
        )
    return years


def figures() -> dict[str, Any]:
    """All of it."""
    paths = quantities()
    facts = {
        f"fact-{i:02}": {
            "entity": "MSFT",
            "metric": "capex",
            "period_start": "2024-10-01",
            "period_end": "2024-12-31",
            "value": 22.6 + i,
            "low": None,
            "high": None,
            "unit": "USD_bn",
            "known_on": "2025-01-29",
            "source_title": f"Invented report {i % 7}",
            "source_url": f"https://example.com/report/{i % 7}",
            "note": "",
        }
        for i in range(30)
    }
    inputs = {
        f"input_{i:02}": {
            "distribution": "lognormal",
            "p05": 0.4,
            "p50": 1.1,
            "p95": 2.3,
            "unit": "1",
            "source": "Assumption for tests",
            "facts": ["fact-00"],
        }
        for i in range(20)
    }
    entry = {"formula": "a = b × c", "facts": list(facts), "assumptions": list(inputs)}
    names = (
        "drawdown",
        "market",
        "companies",
        "value_chain",
        "cost",
        "cost_checked",
        "token_cost",
        "jevons_index",
        "shock",
        "tokens_by_workload",
        "compute_by_workload",
        "fleet",
        "binding",
        "power",
        "power_published",
        "ai_capex",
        "capex_by_category",
        "capex_by_buyer",
        "ai_revenue",
        "bottlenecks",
        "fleet_by_vendor",
        "custom_silicon_share",
        "power_options",
        "total_capacity",
        "chip_count",
        "us_electricity",
        "cost_of_delay",
        "campuses",
        "funding",
        "reconciliation",
        "fair_value",
        "implied",
        "ladders",
        "observed",
        "learned",
        "falsifiers",
        "claims",
        "sources",
    )
    limits = {
        "desired": 0.1,
        "accelerators": 0.2,
        "packaging": 0.25,
        "memory": 0.05,
        "network": 0.05,
        "power": 0.25,
        "capital": 0.1,
    }
    ahead = QUARTERS[9:]
    shift = [i / len(ahead) for i in range(len(ahead))]
    share = {
        name: [
            value + (0.25 * s if name == "power" else -0.25 * s if name == "packaging" else 0.0)
            for s in shift
        ]
        for name, value in limits.items()
    }
    workloads = ("direct", "reasoning_agents", "multimodal")
    return {
        "provenance": {
            "anchor": "2024Q4",
            "as_of": AS_OF,
            "seed": 2025,
            "draws": 20000,
            "version": "0.1.0",
            "fact_hash": "3f" * 32,
            "price_hash": "5a" * 32,
            "macro_hash": "6b" * 32,
            "calibration": "7c" * 8,
            "calibrated_as_of": "2025-03-11",
            "facts_known": 1834,
            "last_fact_known_on": "2025-03-10",
        },
        "answers": [
            {"id": name, "probability": p, "of": of, "of_zh": of_zh, "values": {"x": 1.0}}
            for name, p, of, of_zh in (
                ("jevons", 0.87, "the index is above zero", "指数大于零"),
                ("build", 0.38, "power binds in 2027", "2027 年电力成为瓶颈"),
                (
                    "power",
                    0.41,
                    "the gross shortfall exceeds 40 GW in 2028",
                    "2028 年总缺口超过 40 吉瓦",
                ),
                (
                    "value",
                    0.46,
                    "the average share is worth more than its price",
                    "平均而言价值高于股价",
                ),
                ("entry", None, "", ""),
                ("record", 0.5, "a decided claim came true", "已揭晓判断兑现"),
            )
        ],
        "quantities": paths,
        "observed": observed(paths),
        "learned": learned(),
        "cost": cost(),
        "cost_checked": cost_checked(),
        "jevons_index": {
            horizon: {
                "jevons_index": index_quantity(horizon, middle, 0.3),
                "p_positive": 0.87 if horizon == "long_run" else 0.2,
                "by_workload": {
                    name: {
                        "jevons_index": index_quantity(horizon + name, middle + 0.2 * i - 0.2, 0.3),
                        "p_positive": 0.6 + 0.1 * i,
                    }
                    for i, name in enumerate(workloads)
                },
            }
            for horizon, middle in (("long_run", 0.35), ("one_year", -0.2))
        },
        "shock": {
            "efficiency": 10,
            "at": "2025Q1",
            "responses": {
                name: growing(name + "shock", 1.0, 0.2, "1", 0.1)
                for name in ("compute_wanted", "tokens", "ai_capex", "power_demand")
            },
        },
        "binding": {"quarter": ahead, "share": share},
        "supply": sample_build_out.supply(),
        "power_context": sample_build_out.power_context(),
        "campuses": sample_build_out.campuses(),
        "capital": sample_build_out.capital(),
        "power": power(),
        "power_published": [
            {
                "stated_by": "Morgan Stanley",
                "known_on": "2025-02-20",
                "demand": {"value": 57.0, "low": None, "high": None},
                "under_construction": 6.0,
                "grid": {"value": None, "low": 12.0, "high": 15.0},
                "gross": 36.0,
                "facts": ["fact-00"],
            },
            {
                "stated_by": "Morgan Stanley",
                "known_on": "2024-08-20",
                "demand": 52.0,
                "under_construction": None,
                "grid": None,
                "gross": 31.0,
                "facts": [],
            },
        ],
        "capex": {
            "by_category": {
                name: growing("cat" + name, value, 0.5, "USD_bn/quarter")
                for name, value in (
                    ("accelerators", 9.0),
                    ("servers", 2.5),
                    ("network", 2.0),
                    ("power_cooling", 2.4),
                    ("shell", 2.1),
                )
            },
            "by_buyer": {
                name: growing("buyer" + name, 9.0 - i, 0.4, "USD_bn/quarter")
                for i, name in enumerate(BUYERS)
            },
        },
        "value_chain": value_chain(),
        "companies": companies(),
        "value_drivers": value_drivers(),
        "market": market(whole=True),
        "implied": implied(),
        "ladders": ladders(),
        "claims": claims(),
        "why": dict.fromkeys(names, entry),
        "inputs": inputs,
        "facts": facts,
        "falsifiers": [
            {
                "id": "capex_cut",
                "metric": "buyers_capex",
                "threshold": 60.0,
                "direction": "below",
                "unit": "USD_bn/quarter",
                "by": "2025-12-31",
                "now": 78.2,
                "why": "the buyers' own plans say more",
                "why_zh": "买方自身的计划高于此水平",
            },
            {
                "id": "tokens_flat",
                "metric": "tokens",
                "threshold": "no growth in a year",
                "threshold_zh": "一年内没有增长",
                "by": "2026-03-31",
                "now": None,
                "why": "the index would be zero",
                "why_zh": "指数将为零",
            },
        ],
    }
