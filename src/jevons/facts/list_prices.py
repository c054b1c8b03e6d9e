"""List prices of tokens from the data that the project genai-prices publishes (Pydantic, MIT).

A price that began on a day was public on that day. One without a beginning is known from the day
of the pull on; nothing is dated back.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.fetch import Source
from jevons.facts.pulled_facts import take_facts

ADDRESS = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices"
PATH = "new_data/v2/data.json"
NAME = "genai-prices"
# Developers of models; others resell them.
DEVELOPERS = (
    "anthropic", "deepseek", "google", "minimax", "mistral", "moonshotai", "openai", "x-ai", "zai",
)  # fmt: skip
PRICES = {"list_price_input": "input_mtok", "list_price_output": "output_mtok"}


def pull_list_prices(
    store: Path, providers: Sequence[str], source: Source, pulled_at: datetime
) -> dict[str, Any]:
    """Fetch the prices of all providers and take those that are asked for into the store.

    Args:
        store: of the user's facts. providers: as the source names them; the developers if none.
        pulled_at: now, with its time zone.

    Raises:
        UserError: a provider is unknown, the answer does not come or cannot be read.
    """
    document = source.json(PATH)
    today = pulled_at.astimezone().date()
    try:
        by_name = {str(entry["id"]): entry for entry in document}
        wanted = [name.lower() for name in providers] or [n for n in DEVELOPERS if n in by_name]
        for name in wanted:
            if name not in by_name:
                raise UserError(
                    f"{NAME} knows no provider {name!r}{did_you_mean(name, by_name)}; it knows "
                    f"{', '.join(sorted(by_name))}"
                )
        rows = [row for name in wanted for row in price_rows(by_name[name], today)]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{NAME} answered with no prices that can be read; nothing was taken"
        ) from error
    answer = take_facts(store, rows, f"{source.address} {' '.join(wanted)}", pulled_at)
    source.done()
    return {"providers": wanted, **answer}


def price_rows(provider: Mapping[str, Any], today: date) -> Iterator[dict[str, str]]:
    """Rows of a table of facts for every model of a provider."""
    for model in provider["models"]:
        prices = model.get("prices") or []
        entries = [{"prices": prices}] if isinstance(prices, Mapping) else prices
        for since, price in _dated(entries, today):
            for metric, key in PRICES.items():
                value = price.get(key)
                if isinstance(value, Mapping):  # by length of the prompt: the price of short ones
                    value = value["base"]
                if value is None:
                    continue
                name = f"{provider['id']}/{model['id']}"
                yield {
                    "fact_id": f"GAP-{name}-{metric}-{since}",
                    "entity": name,
                    "metric": metric,
                    "period_start": since.isoformat(),
                    "period_end": since.isoformat(),
                    "value": str(value),
                    "unit": "USD/Mtoken",
                    "stated_by": "company",
                    "known_on": since.isoformat(),
                    "source_title": f"genai-prices, {provider['id']}, read on {today}",
                    "source_url": f"{ADDRESS}/{PATH}",
                    "note": "price of short prompts where it rises with length, of peak hours "
                    "where it falls at night",
                }


def _dated(
    entries: Sequence[Mapping[str, Any]], today: date
) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Day from which each price held, and the price; prices that begin later are left out.

    The first price has no beginning. It is of the day of the pull if none has begun since, else
    its day is not known and it is left out. Of prices by hour, the dearest is the list price.
    """
    begun: list[tuple[date, Mapping[str, Any]]] = []
    undated: list[Mapping[str, Any]] = []
    for entry in entries:
        constraint = entry.get("constraint") or {}
        if "start_date" in constraint:
            since = date.fromisoformat(str(constraint["start_date"]))
            if since <= today:
                begun.append((since, entry["prices"]))
        else:
            undated.append(entry["prices"])
    if begun:
        yield from begun
    elif undated:
        yield today, max(undated, key=_output_price)


def _output_price(price: Mapping[str, Any]) -> float:
    value = price.get("output_mtok") or price.get("input_mtok") or 0
    return float(value["base"] if isinstance(value, Mapping) else value)
