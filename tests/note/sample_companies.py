"""Companies of the sample figures: prices, values, ladders, and claims about them."""

from typing import Any

from .sample_draws import growing, quantity

TICKERS = {
    "NVDA": ("NVIDIA", "英伟达", "accelerator"),
    "AVGO": ("Broadcom", "博通", "custom silicon"),
    "TSM": ("Taiwan Semiconductor", "台积电", "foundry"),
    "ANET": ("Arista Networks", "Arista 网络", "network"),
    "VRT": ("Vertiv", "维谛技术", "power equipment"),
    "ETN": ("Eaton", "伊顿", "power equipment"),
    "GEV": ("GE Vernova", "GE Vernova", "turbine"),
    "BE": ("Bloom Energy", "Bloom Energy", "fuel cell"),
    "VST": ("Vistra", "Vistra", "generator"),
    "CEG": ("Constellation Energy", "星座能源", "generator"),
    "NEE": ("NextEra Energy", "新纪元能源", "generator"),
    "EQT": ("EQT", "EQT 能源", "gas"),
    "MSFT": ("Microsoft", "微软", "buyer"),
    "AMZN": ("Amazon", "亚马逊", "buyer"),
    "GOOGL": ("Alphabet", "谷歌母公司 Alphabet", "buyer"),
    "META": ("Meta Platforms", "Meta", "buyer"),
    "ORCL": ("Oracle", "甲骨文", "buyer"),
}


def companies() -> list[dict[str, Any]]:
    """Seventeen companies, the last of them without a value."""
    rows: list[dict[str, Any]] = []
    for i, (ticker, (name, name_zh, layer)) in enumerate(TICKERS.items()):
        price = 40.0 + 23.0 * i
        row = {
            "ticker": ticker,
            "name": name,
            "name_zh": name_zh,
            "layer": layer,
            "price": price,
            "price_date": "2025-03-10",
            "currency": "USD",
            "high_52_week": price * (1.1 + 0.04 * (i % 9)),
            "drawdown": 1 / (1.1 + 0.04 * (i % 9)) - 1,
            "fair_value": quantity(ticker, price * (0.6 + 0.05 * i), 0.35, "USD/share"),
            "p_above_price": round(0.1 + 0.05 * i, 2),
            "ai_revenue": growing(ticker, 30.0 / (1 + i), 0.3, "USD_bn/quarter"),
            "revenue_ttm": 130.0 / (1 + i),
            "forward_price_earnings": 18.0 + i,
            "multiples": {
                "ev_to_revenue": {"value": 5.0 + i, "percentile": 0.6, "days": 20},
                "ev_to_operating_income": {"value": 12.0 + i, "percentile": None, "days": 3},
            },
            "bounds": {
                "terminal_share": 0.5 + 0.02 * i,
                "margin_2030": 0.3,
                "margin_history_p90": None if i % 2 else 0.25,
                "flags": ["margin_above_history"] if i % 2 else [],
            },
            "implied": None,
            "missing": None,
            "scaled_drawdown": -0.3 - 0.05 * i,
            "days_under_water": 20 + i,
            "valuation": {"price_sales": {"value": 5.0 + i, "percentile": 5.0 * i}},
            "fundamentals": {"intact": True, "revenue_growth": 0.05, "broken": []},
        }
        rows.append(row)
    reason = "no revenue of the last year is known"
    rows[-1] |= {"fair_value": None, "p_above_price": None, "missing": reason}
    rows[-2]["forward_price_earnings"] = None
    broken = ["revenue", "guidance", "restatement"]
    rows[-2]["fundamentals"] = {"intact": False, "revenue_growth": -0.1, "broken": broken}
    rows[-1]["fundamentals"] = {"intact": None, "revenue_growth": None, "broken": []}
    rows[-1]["valuation"] = {"price_sales": None, "missing": "no revenue"}
    return rows


def implied() -> list[dict[str, Any]]:
    """Implied build-outs; one price has none."""
    base = quantity("capex_2028", 620.0, 0.35, "USD_bn")
    rows = [
        {
            "ticker": ticker,
            "driver": "AI capital spending in 2028",
            "unit": "USD_bn",
            "implied": 250.0 + 70.0 * i,
            "base": base,
            "reason": None,
            "units": {
                "fleet_gw": {"implied": 90.0 + i, "base": 80.0, "unit": "GW"},
                "token_growth": {"implied": 1.2 + i / 10, "base": 1.1, "unit": "1/year"},
                "share": {"implied": 0.3 if i % 2 else None, "base": 0.2, "reason": "above one"},
            },
        }
        for i, ticker in enumerate(list(TICKERS)[:12])
    ]
    rows[3] |= {"implied": None, "reason": "no build-out between 31 and 12,400 gives the price"}
    return rows


def value_chain() -> dict[str, Any]:
    """One dollar through three sectors."""
    links = [("capex", "gpu", 0.7), ("capex", "shell", 0.3), ("gpu", "memory", 0.1)]
    links += [("gpu", "NVDA", 0.6), ("memory", "others", 0.1), ("shell", "others", 0.3)]
    names = ("source", "target", "value")
    amount = quantity("sector", 100.0, 0.3, "USD_bn")
    return {
        "year": 2025,
        "capex": amount,
        "sectors": [
            {"sector": name, "gross_output": amount, "value_added": amount, "of_a_dollar": 0.3}
            | {"not_followed": quantity("rest", 0.4, 0.1, "1")}
            for name in ("gpu", "shell", "memory")
        ],
        "companies": [
            {"ticker": "NVDA", "of_a_dollar": 0.6},
            {"ticker": "others", "of_a_dollar": 0.4},
        ],
        "sankey": {"links": [dict(zip(names, link, strict=True)) for link in links]},
    }


def value_drivers() -> dict[str, Any]:
    """Two swings of one share, and what would be worth learning."""
    return {
        "ticker": "NVDA",
        "unit": "USD/share",
        "price": 40.0,
        "fair_value": 24.0,
        "swings": [
            {"input": "ai_capex_2028", "at_p10": 15.0, "at_p90": 36.0},
            {"input": "tax_rate", "at_p10": 26.0, "at_p90": 22.0},
        ],
        "worth_learning": [
            {"input": "inference_share", "share": 0.31, "p10": 0.5, "p90": 0.8}
            | {"unit": "1", "facts": 2},
            {"input": "NVDA_margin_change", "share": 0.12, "p10": -0.2, "p90": 0.03}
            | {"unit": "1", "facts": 0},
        ],
    }


def ladders() -> list[dict[str, Any]]:
    """Ladders with four rungs."""
    return [
        {
            "ticker": row["ticker"],
            "rungs": [
                {
                    "level_usd": row["high_52_week"] * (1 - depth),
                    "drawdown": -depth,
                    "weight": weight,
                    "fill_probability": chance,
                    "price_to_fair_value": 1.1 - depth,
                }
                for depth, weight, chance in (
                    (0.2, 0.1, 1.0),
                    (0.3, 0.2, 0.5),
                    (0.4, 0.3, 0.3),
                    (0.5, 0.4, 0.1),
                )
            ],
            "gate": i % 3 != 0,
            "halt": False,
            "verdict": "not identified",
            "why": "revenue facts were revised up",
        }
        for i, row in enumerate(companies()[:8])
    ]


def claims() -> list[dict[str, Any]]:
    """Claims: open, true and false."""
    common = {"who": "An author", "said_on": "2025-03-11"}
    return [
        common
        | {
            "id": "capex_2025",
            "text": "Four buyers spend USD 257bn in 2025",
            "text_zh": "四大云厂商 2025 年资本开支 2570 亿美元",
            "metric": "capex",
            "unit": "USD_bn",
            "low": 257.0,
            "high": 257.0,
            "resolves_on": "2026-02-15",
            "status": "open",
            "outcome": None,
            "p_model": 0.44,
        },
        common
        | {
            "id": "short_2028",
            "text": "The US is more than 40 GW short by 2028",
            "text_zh": "2028 年美国电力缺口超过 40 吉瓦",
            "metric": "gross_power_shortfall",
            "unit": "GW",
            "low": 40.0,
            "high": None,
            "resolves_on": "2028-12-31",
            "status": "open",
            "outcome": None,
            "p_model": 0.41,
        },
        common
        | {
            "id": "demand_2024",
            "text": "Demand for compute does not fall",
            "text_zh": "算力需求不会下降",
            "metric": "tokens",
            "unit": "1",
            "low": 0.0,
            "high": None,
            "resolves_on": "2025-01-31",
            "status": "true",
            "outcome": 0.6,
            "p_model": 0.9,
        },
        common
        | {
            "id": "price_2024",
            "text": "Prices do not fall",
            "text_zh": "价格不会下跌",
            "metric": "close",
            "unit": "1",
            "low": 0.0,
            "high": None,
            "resolves_on": "2025-01-31",
            "status": "false",
            "outcome": -0.3,
            "p_model": 0.3,
        },
    ]
