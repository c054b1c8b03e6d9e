"""A small stand-in for the study, so that a failure here is the command line's own."""

from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from jevons.errors import UserError
from jevons.quantiles import path, summarise

FIRST_KNOWN, LAST_KNOWN = date(2023, 1, 26), date(2025, 8, 27)
QUANTITY = summarise([1.0, 2.0, 3.0], "GW")
OWN: dict[str, Any] = {
    "id": "jevons-2025-03-11-gross_shortfall-2028Q4", "who": "jevons", "said_on": "2025-03-11",
    "name": "gross_shortfall", "quarter": "2028Q4", "p05": 1.0, "p50": 2.0, "p95": 3.0,
    "probability": None, "resolves_on": "2029-12-31", "how": "a publication", "status": "open",
    "outcome": None,
}  # fmt: skip
PATH = path([[1.0, 2.0], [3.0, 4.0]], "USD_bn", ["2025Q3", "2025Q4"])


class Store:
    """A store without facts that knows its days."""

    first_known_on, last_known_on, fact_hash = FIRST_KNOWN, LAST_KNOWN, "0" * 64


class Study:
    """Answers in the shapes of the real study, and remembers how it was opened."""

    opened: "Study"

    def __init__(
        self,
        store: Store,
        as_of: date,
        seed: int,
        draws: int,
        prices: object = None,
        progress: object = None,
        scenarios: object = (),
        macro: object = None,
        prior: bool = False,
        sample: bool = False,
        sampling: object = None,
        told: object = None,
        described: object = (),
    ) -> None:
        self.arguments: dict[str, Any] = {
            "as_of": as_of,
            "seed": seed,
            "draws": draws,
            "prices": prices,
            "prior": prior,
            "sample": sample,
        }
        self.store, self.as_of = store, as_of
        Study.opened = self

    def figures(self) -> dict[str, Any]:
        return {
            "provenance": {"as_of": self.arguments["as_of"].isoformat()},
            "implied": [self.implied("NVDA"), self.implied("ETN")],
        }

    def simulate(self) -> dict[str, Any]:
        head = {"as_of": "2025-08-27", "seed": 2025, "draws": 20_000}
        return head | {"quantities": {"capex": PATH, "tokens": PATH}}

    def sensitivity(self, quantity: str, quarter: str) -> dict[str, Any]:
        rows = [{"input": "elasticity", "share": 0.1, "low": 1.0, "high": 2.0}]
        return {"quantity": quantity, "quarter": quarter, "result": QUANTITY, "inputs": rows}

    def index(self) -> dict[str, Any]:
        return {"jevons_index": QUANTITY, "p_positive": 0.9, "by_workload": {"direct": QUANTITY}}

    def index_explained(self) -> dict[str, Any]:
        goods = [{"name": "bandwidth", "name_zh": "带宽", "long_run": 1.31, "source": "[S]: told"}]
        return self.index() | {"elasticity": {"market": QUANTITY, "goods": goods}}

    def calibration(self) -> dict[str, Any]:
        row = {"input": "elasticity", "before": QUANTITY, "after": QUANTITY, "shift": -0.4}
        return {"as_of": "2025-08-27", "inputs": [row], "diagnostics": {"r_hat": 1.01}}

    def shock(self, *, at: str | None = None, **factors: float) -> dict[str, Any]:
        return factors | {"at": at, "responses": {"tokens": PATH}}

    def power(self) -> dict[str, Any]:
        years = summarise([[1.0, 2.0], [3.0, 4.0]], "GW") | {"year": [2027, 2028]}
        options = [{"option": "gas_turbines", "usd_per_kw": QUANTITY, "published": ["f1"]}]
        return {"demand_gw": years, "options_gw": {"a": years}, "options": options}

    def supply(self) -> dict[str, Any]:
        return {"bottlenecks": [{"limit": "power", "soon": {"share": 0.1}}], "fleet": PATH}

    def capital(self) -> dict[str, Any]:
        return {
            "funding": [
                {
                    "buyer": "ORCL",
                    "operating_cash_flow": 20.8,
                    "net_debt": 81.8,
                    "capex": PATH | {"year": [2025, 2026]},
                    "p_exceeds": [0.4, 0.97],
                    "flag": [2026],
                    "facts": ["f1"],
                }
            ],
            "reconciliation": [
                {
                    "buyer": "ORCL",
                    "year": 2025,
                    "non_ai": 7.3,
                    "ai": {"accelerators": 14.0, "servers": 2.2},
                    "modelled": QUANTITY,
                    "reported": {"cash": 35.5, "with_leases": None, "net": None},
                    "ratio": 1.1,
                    "facts": ["f1"],
                }
            ],
        }

    def campuses(self) -> dict[str, Any]:
        return {"sites": [{"site": "Abilene", "operating_gw": 0.3, "stages": [], "facts": ["f1"]}]}

    def value_chain(self, year: int | None = None) -> dict[str, Any]:
        link = {"source": "capex", "target": "gpu", "value": 0.3}
        return {"year": year or 2025, "capex": QUANTITY, "sankey": {"links": [link]}}

    def workbook(self, ticker: str, file: Path) -> dict[str, Any]:
        return {"file": str(file), "ticker": ticker}

    def value(self, ticker: str) -> dict[str, Any]:
        if ticker != "NVDA":
            raise UserError(f"unknown ticker {ticker!r}; did you mean NVDA?")
        return {"ticker": ticker, "price": 180.5, "fair_value": QUANTITY, "p_above_price": 0.5}

    def values(self) -> list[dict[str, Any]]:
        return [self.value("NVDA"), {"ticker": "BE", "missing": "no revenue [2025]"}]

    def implied(self, ticker: str) -> dict[str, Any]:
        return {
            "ticker": ticker,
            "driver": "ai_capex_2028",
            "implied": None,
            "base": QUANTITY,
            "scale": None,
            "reason": f"no root for {ticker} [2025]",
            "units": {
                "fleet_gw": {"implied": None, "base": 90.0, "unit": "GW"},
                "share": {"implied": 0.25, "base": 0.1, "unit": "1", "pool": "gpu"},
            },
        }

    def backcheck(self) -> dict[str, Any]:
        return {"quarters": [{"ticker": "NVDA", "reported": 8.0, "modelled": QUANTITY}]}

    def side_by_side(self) -> dict[str, Any]:
        companies = [self.implied("NVDA"), self.implied("ETN")]
        return {"companies": companies, "oversubscription": {"ratio": 1.5, "suppliers": ["NVDA"]}}

    def drawdown(self) -> list[dict[str, Any]]:
        return [{"ticker": "NVDA", "drawdown": -0.25}, {"ticker": "ETN", "drawdown": -0.1}]

    def shares(self) -> list[dict[str, Any]]:
        valuation = {"price_sales": None, "price_earnings": None, "missing": "no [price] of NVDA"}
        fundamentals = {"intact": True, "broken": [], "revisions": [], "facts": []}
        standing = {"valuation": valuation, "fundamentals": fundamentals}
        return [self.drawdown()[0] | standing]

    def market(self) -> dict[str, Any]:
        regime = {"as_of": "2025-08-27", "sahm": {"value": 0.2}, "recession": None}
        told = {"missing": ["recession: needs T10Y3M"], "warnings": []}
        return {
            "benchmarks": [],
            "missing": "no index",
            "volatility_index": None,
            "spending_plans": {"raised": ["META"], "lowered": [], "revisions": []},
            "regime": regime | told,
        }

    def claims(self) -> list[dict[str, Any]]:
        return [
            {"id": "capex-2025", "who": "Someone", "said_on": "2025-02-06", "text": "到 2025 年",
             "resolves_on": "2026-02-28", "status": "open", "outcome": None, "unit": "USD_bn",
             "why": "its period ends later", "p_model": 0.4}
        ]  # fmt: skip

    @property
    def record(self) -> "Study":
        return self

    snapshot = None

    @property
    def quoted(self) -> "Study":
        return self

    histories = None

    def decided(self) -> list[dict[str, Any]]:
        return self.claims()

    def scoreboard(self) -> list[dict[str, Any]]:
        return [{"who": "Someone", "claims": 1, "open": 1, "decided": 0, "share_true": None}]

    def why(self, name: str) -> dict[str, Any]:
        return {"formula": f"{name} = a [b] / c", "facts": ["f1"], "assumptions": []}


def module(name: str, **members: object) -> ModuleType:
    stand_in = ModuleType(name)
    vars(stand_in).update(members)
    return stand_in


def write(
    figures: dict[str, Any], out: Path, languages: tuple[str, ...], *, with_pdf: bool = False
) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    note = out / "note.html"
    note.write_text(" ".join(languages), encoding="utf-8")
    return [note]
