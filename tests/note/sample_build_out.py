"""Chips, options, money and sites in the shape of the study's: invented for tests."""

from typing import Any

from jevons.quantiles import summarise

from .sample_draws import quantity, stream

YEARS = list(range(2023, 2031))


def yearly(name: str, start: float, growth: float, unit: str) -> dict[str, Any]:
    """A path by year."""
    noise = stream(name).lognormal(0.0, 0.2, (200, len(YEARS)))
    levels = [start * growth**year for year in range(len(YEARS))]
    return summarise(noise * levels, unit) | {"year": YEARS}


def shares(name: str, start: float) -> dict[str, Any]:
    """A share by year."""
    draws = stream(name).uniform(0.5, 1.5, (200, len(YEARS)))
    return summarise(start * draws, "1") | {"year": YEARS}


def supply() -> dict[str, Any]:
    """The build-out in chips."""
    limits = ("accelerators", "packaging", "memory", "network", "power", "capital")
    when = {"share": 0.13, "build": 0.21, "rent": 0.017}
    return {
        "bottlenecks": [
            {"limit": limit, "unit": "GW", "soon": when, "2028": {**when, "rent": 0.03 + 0.01 * i}}
            for i, limit in enumerate(limits)
        ],
        "fleet": {
            "by_vendor": {
                vendor: yearly("fleet" + vendor, size, 1.9, "MH100e")
                for vendor, size in (("NVIDIA", 1.1), ("Google", 0.3), ("other custom", 0.1))
            },
            "by_vintage": {
                name: yearly("vintage" + name, 0.4 + 0.1 * i, 1.4, "MH100e")
                for i, name in enumerate(("before", *map(str, YEARS)))
            },
        },
        "custom_chips": {
            "by_workload": {
                name: shares("custom" + name, share)
                for name, share in (("training", 0.14), ("direct", 0.22))
            },
            "all": shares("custom", 0.19),
        },
        "counted": [
            {
                "quarter": quarter,
                "ours": quantity("counted" + quarter, 0.8, 0.2, "MH100e"),
                "counted": 0.83,
                "ratio": 0.97,
                "facts": [],
            }
            for quarter in ("2024Q1", "2024Q2")
        ],
        **capacities(),
        "history": history(),
    }


def capacities() -> dict[str, Any]:
    """Packaging and memory in their own units."""

    def row(year: int, name: str, size: float, unit: str) -> dict[str, Any]:
        known = year < 2027
        return {
            "year": year,
            "needed": quantity(f"needed{name}{year}", size, 0.2, unit),
            "capacity": quantity(f"capacity{name}{year}", 1.3 * size, 0.3, unit),
            "stated": 1.5 * size if known else None,
            "stated_low": 1.4 * size if known else None,
            "stated_high": 1.7 * size if known else None,
            "stated_by": "JPMorgan, TrendForce" if known else "",
            "ratio": 0.87 if known else None,
            "facts": [],
        }

    return {
        "packaging": [
            row(year, "wafers", 12.0 * 1.4**i, "1000 wafer/month") for i, year in enumerate(YEARS)
        ],
        "memory": [row(year, "hbm", 210.0 * 1.6**i, "PB/year") for i, year in enumerate(YEARS)],
        "lead_times": [
            {"limit": limit, "ours": quantity("lead" + limit, 0.8, 0.3, "year")}
            for limit in ("packaging", "memory")
        ],
    }


def history() -> dict[str, Any]:
    """What vendors shipped and were paid."""
    quarters = ("2024Q3", "2024Q4", "2025Q1")
    sizes = {"units": 760.0, "compute": 0.84, "it_power": 1.1}
    units = {"units": "thousand unit", "compute": "MH100e", "it_power": "GW"}
    counts: dict[str, list[dict[str, Any]]] = {
        name: [
            {
                "quarter": quarter,
                "vendor": vendor,
                "ours": quantity(f"{name}{vendor}{quarter}", size, 0.2, units[name]),
                "counted": 1.1 * size,
                "ratio": 0.91,
                "china": 270.0,
                "facts": [],
            }
            for quarter in quarters
            for vendor in ("NVIDIA", "Google")
            if (quarter, vendor) != ("2025Q1", "Google")
        ]
        for name, size in sizes.items()
    }
    paid = [
        {
            "period": period,
            "line": line,
            "ours": quantity(f"paid{line}{period}", 26.0, 0.1, "USD_bn"),
            "reported": 27.7,
            "ratio": 0.94,
            "facts": [],
        }
        for line, periods in (("NVIDIA compute", quarters), ("AMD Instinct", ("2024",)))
        for period in periods
    ]
    gap = [
        {
            "quarter": quarter,
            "price": 27400.0,
            "price_implied": 26300.0,
            "from_money": -0.12,
            "from_price": -0.04,
            "total": -0.16,
            "facts": [],
        }
        for quarter in quarters
    ]
    errors = [
        {"of": of, "quantity": name, "quarters": 3, "bias": -0.09, "error": 0.1}
        for of, name in [(vendor, name) for vendor in ("NVIDIA", "Google") for name in sizes]
        + [("NVIDIA compute", "revenue")]
    ]
    before: list[dict[str, Any]] = [
        {
            "quarter": quarter,
            "vendor": "NVIDIA",
            "quantity": name,
            "ours": quantity(f"before{name}{quarter}", size, 0.3, unit),
            "counted": size / 0.8,
            "ratio": 0.8,
            "facts": [],
        }
        for quarter in ("2022Q3", "2022Q4")
        for name, size, unit in (
            ("units", 160.0, "thousand unit"),
            ("compute", 0.06, "MH100e"),
            ("it_power", 0.17, "GW"),
            ("price", 51000.0, "USD/H100e"),
        )
    ]
    return {**counts, "revenue": paid, "gap": gap, "errors": errors, "before_clock": before}


def power_context() -> dict[str, Any]:
    """What stands around the shortfall."""
    months = {"early": "2025-02", "median": "2025-04", "late": "2025-09"}
    return {
        "options": [
            {
                "option": name,
                "announced_gw": quantity("announced" + name, 8.0, 0.3, "GW"),
                "realised_gw": quantity("realised" + name, 5.0, 0.3, "GW"),
                "first_power": months,
                "usd_per_kw": quantity("kw" + name, 1500.0, 0.3, "USD/kW"),
                "usd_per_mwh": quantity("mwh" + name, 90.0, 0.2, "USD/MWh"),
                "merit_usd_per_mwh": quantity("merit" + name, 190.0, 0.3, "USD/MWh"),
                "first": share,
            }
            for name, share in (("gas_turbines", 0.25), ("fuel_cells", 0.75))
        ],
        "total_capacity": [
            {
                "year": year,
                "added_gw": quantity(f"added{year}", 20.0 * (year - 2024), 0.4, "GW"),
                "shortfall_gw": quantity(f"short{year}", 9.0 * (year - 2024), 0.4, "GW"),
            }
            for year in range(2025, 2031)
        ],
        "realisation": {
            "ours": quantity("realisation", 0.66, 0.1, "1"),
            "mean_net_gw_2028": {"0": 31.0, "0.67": 12.5},
            "published": {"implied_factor": 0.64, "net_gw_at": {"0": 44.0, "0.67": 11.5}},
        },
        "chip_count": {
            "volumes": [
                {
                    "year": year,
                    "line": line,
                    "million_units": 4.5,
                    "watts": 2100.0,
                    "it_gw": 9.45,
                    "fact": fact,
                    "source": "",
                }
                for year in (2025, 2026)
                for line, fact in (("NVIDIA", "fact-00"), ("TPU", None))
            ],
            "it_gw": 37.8,
            "us_demand_gw": quantity("chip_count", 19.9, 0.15, "GW"),
        },
        "by_region": [
            {
                "year": 2024,
                "stated_by": "IEA",
                "region": region,
                "twh": twh,
                "share": twh / 415,
                "ours": quantity("region", 200.0, 0.2, "TWh/year") if region == "US" else None,
                "fact": "fact-00",
            }
            for region, twh in (("US", 183.0), ("China", 102.0))
        ],
        "electricity": [
            {
                "year": 2028,
                "stated_by": "LBNL",
                "twh": 452.5,
                "low": 325.0,
                "high": 580.0,
                "gw": 103.0,
                "load_factor": 0.5015,
                "ours": quantity("electricity", 510.0, 0.2, "TWh/year"),
            },
            {"year": 2014, "stated_by": "LBNL", "twh": 58.0, "ours": None},
        ],
        "capacity_prices": [
            {
                "delivery_from": "2025-06-01",
                "entity": "PJM",
                "metric": "capacity_price",
                "value": 269.92,
                "known_on": "2024-07-30",
            }
        ],
        "cost_of_delay": {
            "usd_per_gb200_day": quantity("idle_day", 141.0, 0.2, "USD/day"),
            "usd_mn_per_mw_year": quantity("idle_year", 12.0, 0.2, "USD_mn/MW/year"),
            "quarter": "2024Q4",
        },
    }


def campuses() -> dict[str, Any]:
    """Eight sites and a programme."""
    names = ("Abilene", "Memphis", "Holly Ridge", "Rainier", "Omaha", "Canton", "Afton", "Zhangbei")
    sites = [
        {
            "site": name,
            "us": name != "Zhangbei",
            "region": "China" if name == "Zhangbei" else "Texas",
            "operating_gw": 0.3,
            "planned_gw": 2.0 - 0.2 * i,
            "planned_for": "2027-03-03",
            "by_year": {
                str(year): round(0.25 * (2.0 - 0.2 * i) * min(year - 2023, 4), 6) for year in YEARS
            },
            "cost_usd_bn": None if name == "Omaha" else 44.0,
        }
        for i, name in enumerate(names)
    ]
    return {
        "sites": sites,
        "programmes": [
            {
                "programme": "Stargate",
                "metric": "announced_capacity_target",
                "gw": 10.0,
                "known_on": "2025-01-21",
            }
        ],
        "against": [
            {
                "year": year,
                "sites": 7,
                "sites_gw": 8.4,
                "model_us_gw": quantity(f"against{year}", 40.0, 0.3, "GW"),
                "share": 0.21,
            }
            for year in YEARS
        ],
    }


def capital() -> dict[str, Any]:
    """Two buyers, one of them short of money."""
    return {
        "funding": [
            {
                "buyer": buyer,
                "operating_cash_flow": flow,
                "net_debt": debt,
                "capex": yearly("capex" + buyer, flow * 0.4, 1.2, "USD_bn"),
                "funding": yearly("money" + buyer, flow * 0.9, 1.1, "USD_bn"),
                "p_exceeds": [0.1 * i for i in range(len(YEARS))],
                "flag": flag,
            }
            for buyer, flow, debt, flag in (
                ("MSFT", 118.5, -23.9, []),
                ("ORCL", 20.8, 76.2, [2028, 2029, 2030]),
            )
        ],
        "vehicles": [
            {
                "programme": "Stargate",
                "metric": "announced_investment",
                "usd_bn": 500.0,
                "known_on": "2025-01-21",
            }
        ],
        "reconciliation": [
            {
                "buyer": buyer,
                "year": 2024,
                "modelled": quantity("modelled" + buyer, 52.0, 0.1, "USD_bn"),
                "non_ai": 26.4,
                "ai": {"accelerators": 11.5, "servers": 1.8, "network": 3.5},
                "reported": {"cash": 55.6, "with_leases": 75.1, "net": None},
                "ratio": 0.94,
            }
            for buyer in ("MSFT", "META")
        ],
    }
