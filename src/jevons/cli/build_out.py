"""The commands about what gets built: chips, power, money, sites."""

from collections.abc import Mapping
from typing import Any

from jevons.cli.output import progress, show
from jevons.cli.run import RUN, Run

# Columns that a reader of a table does without; --json has them.
HIDDEN = ("stages", "facts", "fact", "published", "source", "known_on", "lead_time")


def power(run: Run = RUN) -> None:
    """How many gigawatts the US is short, by year, and what closes the gap."""
    with progress(f"Simulating {run.draws:,} draws") as report:
        answer = run.study(report).power()
    show(answer if run.as_json else brief(answer), run.as_json)


def supply(run: Run = RUN) -> None:
    """What gets built: chips by vendor and vintage, what binds, and what more of it is worth."""
    with progress("Simulating what gets built"):
        answer = run.study().supply()
    show(answer if run.as_json else brief(answer), run.as_json)


def capital(run: Run = RUN) -> None:
    """Who pays: each buyer's build against its money, and against its reported capex."""
    with progress("Simulating what is spent"):
        answer = run.study().capital()
    show(answer if run.as_json else brief(money(answer)), run.as_json)


def campuses(run: Run = RUN) -> None:
    """Sites announced and observed, gigawatts by date, against the model's build-out."""
    with progress("Simulating what gets built"):
        answer = run.study().campuses()
    show(answer if run.as_json else brief(answer), run.as_json)


def money(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of capital as tables: chances by year, AI capex as one sum, definitions apart."""
    funding = [
        {
            **{name: row[name] for name in ("buyer", "operating_cash_flow", "net_debt")},
            **{
                f"P(beyond) {year}": f"{chance:.0%}"
                for year, chance in zip(row["capex"]["year"], row["p_exceeds"], strict=True)
            },
            "beyond money": f"{row['flag'][0]} to {row['flag'][-1]}" if row["flag"] else "never",
        }
        for row in answer["funding"]
    ]
    reconciliation = [
        {
            **{name: row[name] for name in ("buyer", "year", "non_ai")},
            "ai": sum(row["ai"].values()),
            "modelled": row["modelled"],
            **row["reported"],
            "ratio": row["ratio"],
        }
        for row in answer["reconciliation"]
    ]
    return {**answer, "funding": funding, "reconciliation": reconciliation}


def brief(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without the columns that only explain: sources, stages, fact ids.

    Figures by year get a column a year.
    """
    return {
        name: [row(each) for each in value]
        if isinstance(value, list)
        else {key: _rows(part) for key, part in value.items() if key not in HIDDEN}
        if isinstance(value, Mapping) and "p50" not in value
        else value
        for name, value in answer.items()
    }


def _rows(part: Any) -> Any:
    """Rows of a history, which hold the facts behind each; anything else as it is."""
    if isinstance(part, list) and part and isinstance(part[0], Mapping) and "facts" in part[0]:
        return [row(each) for each in part]
    return part


def row(record: Any) -> Any:
    """A row of a table without what only explains it."""
    if not isinstance(record, Mapping) or "p50" in record:
        return record
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name == "by_year":
            found |= value
        elif name not in (*HIDDEN, "us"):
            found[name] = value
    return found
