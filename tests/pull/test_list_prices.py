"""Token prices of genai-prices as facts; the package's own reading of its data is the oracle."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import genai_prices
import pytest
from genai_prices.data import providers
from genai_prices.types import ConditionalPrice, ModelPrice, StartDateConstraint, TieredPrices

from jevons.errors import UserError
from jevons.facts import load
from jevons.facts.fetch import Source
from jevons.facts.list_prices import price_rows, pull_list_prices

from .server import Server

Run = Callable[..., tuple[int, str, str]]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


def model(name: str, *entries: Any) -> dict[str, Any]:
    return {"id": name, "match": {"equals": name}, "prices": entries[0] if entries else []}


def price(input_price: Any, output_price: Any) -> dict[str, Any]:
    return {"input_mtok": input_price, "output_mtok": output_price}


DATA = [
    {
        "id": "openai",
        "models": [
            model("plain", price(2.5, 10)),
            model("tiered", price({"base": 1.25, "tiers": [{"start": 200000, "price": 2.5}]}, 5)),
            model("free"),
            model(
                "dated",
                [
                    {"prices": price(30, 60)},
                    {"constraint": {"start_date": "2025-06-10"}, "prices": price(2, 8)},
                    {"constraint": {"start_date": "2027-01-01"}, "prices": price(1, 4)},
                ],
            ),
            model(
                "by-hour",
                [
                    {"prices": price(0.135, 0.55)},
                    {
                        "constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"},
                        "prices": price(0.27, 1.1),
                    },
                ],
            ),
        ],
    }
]


def rows(name: str) -> list[tuple[str, str, str]]:
    """Metric, value and first day of the prices of a model."""
    return [
        (row["metric"].removeprefix("list_price_"), row["value"], row["known_on"])
        for row in price_rows(DATA[0], TODAY)
        if row["entity"] == f"openai/{name}"
    ]


def test_prices_are_known_from_the_day_they_began_or_were_read() -> None:
    assert rows("plain") == [("input", "2.5", str(TODAY)), ("output", "10", str(TODAY))]
    assert rows("tiered")[0] == ("input", "1.25", str(TODAY))
    assert rows("free") == []
    # The first price has no day any more, and the one of 2027 has not begun.
    assert rows("dated") == [("input", "2", "2025-06-10"), ("output", "8", "2025-06-10")]
    assert rows("by-hour") == [("input", "0.27", str(TODAY)), ("output", "1.1", str(TODAY))]


def written(found: ModelPrice | list[ConditionalPrice]) -> Any:
    """Prices of the package in the form in which the project publishes them."""
    if isinstance(found, list):
        return [
            {"prices": written(entry.prices)}
            | (
                {"constraint": {"start_date": str(entry.constraint.start_date)}}
                if isinstance(entry.constraint, StartDateConstraint)
                else {}
            )
            for entry in found
        ]
    values = {key: getattr(found, key) for key in ("input_mtok", "output_mtok")}
    return {
        key: {"base": float(value.base)} if isinstance(value, TieredPrices) else float(value)
        for key, value in values.items()
        if value is not None
    }


def test_the_package_computes_the_same_price() -> None:
    openai = next(entry for entry in providers if entry.id == "openai")
    chosen = [
        entry
        for entry in openai.models
        if entry.id in ("gpt-4o", "gpt-4o-mini", "o3", "gpt-4.1", "o3-mini")
    ]
    document = {
        "id": "openai",
        "models": [{"id": entry.id, "prices": written(entry.prices)} for entry in chosen],
    }
    found: dict[tuple[str, str], tuple[str, float]] = {}
    for row in price_rows(document, TODAY):
        key = row["entity"].removeprefix("openai/"), row["metric"]
        found[key] = max(found.get(key, ("", 0.0)), (row["known_on"], float(row["value"])))
    assert len(found) == 10
    for entry in chosen:
        usage = genai_prices.Usage(input_tokens=1_000, output_tokens=1_000)
        cost = genai_prices.calc_price(
            usage, entry.id, provider_id="openai", genai_request_timestamp=NOW
        )
        for metric, paid in (("input", cost.input_price), ("output", cost.output_price)):
            assert found[entry.id, f"list_price_{metric}"][1] == pytest.approx(float(paid) * 1000)


def pull(server: Server, store: Path, *names: str) -> dict[str, Any]:
    source = Source("genai-prices", server.address, lambda _: None)
    return pull_list_prices(store, names, source, NOW)


def test_prices_become_facts_once(server: Server, home: Path) -> None:
    server.answers = [(200, json.dumps(DATA).encode(), {})]
    store = home / "facts.duckdb"
    assert pull(server, store)["facts_added"] == 8
    assert pull(server, store)["facts_added"] == 0
    known = load().as_of(date(2025, 6, 10)).latest("openai/dated", "list_price_output")
    assert known is not None
    assert (known.value, known.unit) == (8.0, "USD/Mtoken")
    assert load().as_of(date(2025, 6, 9)).latest("openai/dated", "list_price_output") is None


def test_what_goes_wrong_is_one_sentence(server: Server, home: Path, run: Run) -> None:
    server.answers = [(200, json.dumps(DATA).encode(), {})]
    with pytest.raises(UserError, match="knows no provider 'opena'; did you mean openai"):
        pull(server, home / "facts.duckdb", "opena")
    server.answers = [(200, b'[{"id": "openai"}]', {})]
    with pytest.raises(UserError, match="no prices that can be read; nothing was taken"):
        pull(server, home / "facts.duckdb")
    assert not home.exists()
    server.answers = [(200, json.dumps(DATA).encode(), {})]
    code, out, _ = run("pull", "tokens", "openai", "--url", server.address, "--json")
    assert code == 0
    assert json.loads(out)["providers"] == ["openai"]
